"""Timings, as ratios within one run, and what the linter finds of injected faults.

Machines differ, and the same machine does from hour to hour.
"""
