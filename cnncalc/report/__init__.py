"""What a person or a program gets to see: tables, findings, JSON, HTML and the JSON Schema.

Everything here is formatting. The figures come from the facts, the findings from the linter;
nothing is computed again.
"""
