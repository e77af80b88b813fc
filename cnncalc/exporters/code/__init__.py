"""Python source written from a network: what the generators of all frameworks have in common.

`scopes` finds which blocks are called where, `variables` gives the values names, `functions` turns
the calls of a block into a function, `loops` folds repetitions, `layout` sets the text as ruff
does, `identifiers` and `literals` let no text of a spec become code, and `allowed` looks the result
through once more.
"""
