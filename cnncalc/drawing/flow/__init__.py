"""A network as a flow: boxes from above to below, branches side by side, ways around beside them.

We lay out ourselves. Graphviz needs a program that pip does not bring, grandalf has not been kept
since 2023, and what else can be had places boxes but routes no lines, or is compiled. Networks are
also no general graphs: nearly all of them are one long path with short ones beside it, and a layout
that looks for just that (`lanes.py`) draws them straighter than a general one.

1. `folding.py` decides which layers share a box, `units.py` says what is in the boxes.
2. `ranks.py` gives every box its row, `lanes.py` its place from left to right: paths are straight
   lanes, packed around the longest one. `ushape.py` finds networks that go down and up again.
3. `channels.py` routes the lines between the rows, `columns.py` breaks a long flow into columns.
4. `flow.py` makes the marks of it.
"""
