"""Timings, as ratios within one run: machines differ, and the same machine from hour to hour."""
