"""A network as a flow: boxes from above to below, branches side by side, ways around beside them.

We lay out ourselves. Graphviz needs a program that pip does not bring, grandalf has not been kept
since 2023, and what else can be had places boxes but routes no lines, or is compiled. Networks are
also no general graphs: nearly all of them are one long path with short ones beside it, and a layout
that looks for just that (`lanes.py`) draws them straighter than a general one.

1. `folding.py` decides which layers are one, `strips.py` and `labels.py` say what is written about
   them, `units.py` puts them into boxes.
2. `lanes.py` gives every box its row and its lane, a straight path, `packing.py` packs the lanes
   around the longest one. `ushape.py` finds networks that go down and up again,
   `upage.py` draws those.
3. `channels.py` routes the lines between the rows, `rows.py` measures these.
4. `columns.py` breaks a long flow into columns, `sheet.py` has the points on the page, `frames.py`
   the frames around opened blocks, `flow.py` makes the marks of it.
"""
