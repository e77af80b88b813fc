"""What other tools would print for a network, from its facts alone.

Every tool that counts operations or parameters has a dialect of its own. There is one file per tool
in `tools/`, found by its name; `counting` applies one, and `comparing` shows term by term why two
differ.
"""
