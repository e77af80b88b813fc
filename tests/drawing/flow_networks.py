"""Random networks whose flow is not a simple one: any graph, and encoders with decoders."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

Entry = Any


def conv(filters: int, kernel: int = 3, /, **more: Any) -> Entry:
    return {"conv": {"filters": filters, "kernel": kernel, "padding": "same", **more}}


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """Layers that read any layers before them, near or far, with one output or several."""
    n_layers = draw(st.integers(1, 30))
    reach = draw(st.sampled_from([2, 4, 30]))
    layers: list[Entry] = []
    names = ["input"]
    for index in range(n_layers):
        sources = draw(st.lists(st.sampled_from(names[-reach:]), min_size=1, max_size=4))
        paths = list(dict.fromkeys(sources))
        name = f"n{index}"
        if len(paths) > 1:
            layers.append({"add": {"name": name, "paths": paths}})
        elif draw(st.booleans()):
            layers.append({"relu": {"name": name, "from": paths[0]}})
        else:
            layers.append(conv(4, 1, name=name, **{"from": paths[0]}))
        names.append(name)
    more = draw(st.lists(st.sampled_from(names[1:]), max_size=3, unique=True))
    outputs = [name for name in more if name != names[-1]] + names[-1:]
    return json.dumps({"input": "8x8x4", "layers": layers, "outputs": outputs}, indent=1)


@st.composite
def encoders_with_decoders(draw: st.DrawFn) -> str:
    """Networks that go down and up again, with something or nothing on the ways across."""
    depth = draw(st.integers(1, 3))
    layers: list[Entry] = []

    def work(filters: int) -> None:
        for _ in range(draw(st.integers(0, 2))):
            kind = draw(st.sampled_from(["conv", "norm", "residual", "projection"]))
            if kind in ("conv", "norm"):
                layers.append(conv(filters))
                layers.extend(["batch_norm", "relu"] if kind == "norm" else [])
            else:
                body = [conv(filters), "relu", conv(filters)]
                shortcut = [conv(filters, 1)] if kind == "projection" else []
                layers.append(conv(filters))
                layers.append({"residual": {"body": body, "shortcut": shortcut}})

    for level in range(depth):
        work(4)
        layers.append(conv(4, name=f"down{level}"))
        layers.append(draw(st.sampled_from([{"max_pool": 2}, conv(4, stride=2)])))
    work(8)
    for level in reversed(range(depth)):
        layers.append({"conv_transpose": {"filters": 4, "kernel": 2, "stride": 2}})
        count = draw(st.integers(0, 2))
        across: list[Entry] = [conv(4, 1, **{"from": f"down{level}"})] if count else []
        across += [draw(st.sampled_from(["batch_norm", conv(4, 1)]))] if count > 1 else []
        paths = ["prev", across or f"down{level}"]
        layers.append({draw(st.sampled_from(["concat", "add"])): paths})
        work(4)
    layers.append(conv(1, 1))
    return json.dumps({"input": "64x64x3", "layers": layers}, indent=1)
