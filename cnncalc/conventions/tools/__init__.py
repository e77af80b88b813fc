"""One file per tool: what it counts, and its known mistakes.

A file has `TITLE` (the tool and the version that was looked at), `NOTE` (what its figures are) and
`COUNTERS` (its figures, in the order in which it prints them).
"""
