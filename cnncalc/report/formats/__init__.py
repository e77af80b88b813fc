"""Findings in the formats that other programs read, one file each.

Every module has `render(checked, errors)`, which gives the whole text.
"""
