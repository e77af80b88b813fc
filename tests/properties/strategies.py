"""Whole random networks as the text of a spec.

Sizes are followed by enumeration (`naive`), so that merges fit by construction and no generated
network depends on the code under test. The text is JSON, which is YAML.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.properties import naive

Spec = dict[str, Any]
Entry = Any  # a layer of a spec: a name, or a map with one key

LARGEST = {1: 64, 2: 20, 3: 8}
ACTIVATIONS = ["relu", "tanh", "prelu", "softmax", {"leaky_relu": 0.1}]


@dataclass
class Map:
    """The size of the map at one place of a network that is being drawn."""

    sizes: list[int]
    channels: int

    @property
    def rank(self) -> int:
        return len(self.sizes)

    def copy(self) -> Map:
        return Map(list(self.sizes), self.channels)


@dataclass(frozen=True)
class Options:
    """What may be drawn."""

    ranks: tuple[int, ...] = (1, 2, 3)
    largest: dict[int, int] = field(default_factory=lambda: LARGEST)
    blocks: bool = True
    head: bool = True
    ceil: bool = True
    upsampling: bool = True
    dilation: bool = True  # where something strides, and in pools: Keras has it in neither
    gates: bool = True  # and normalisations: what sees the whole map
    most: int = 6


EVERYTHING = Options()


class Drawing:
    """Draws layers and follows the map through them."""

    def __init__(self, data: st.DataObject, options: Options) -> None:
        self.data = data
        self.options = options
        self.blocks: Spec = {}

    def pick(self, *choices: Any) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def integer(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))

    def per_axis(self, map_: Map, low: int, high: int) -> list[int]:
        return [self.integer(low, high) for _ in map_.sizes]

    # -- single layers ---------------------------------------------------------------------------

    def layer(self, map_: Map) -> Entry:
        """A layer that suits the map, which becomes what comes out of it."""
        makers = [self.conv, self.conv, self.pool, self.plain, self.rearranged, self.framed]
        if self.options.upsampling:
            makers += [self.conv_transpose, self.resize, self.adaptive]
        return self.pick(*makers)(map_)

    def window(self, map_: Map, name: str, *, dilated: bool = True) -> Spec | None:
        """Window arguments; None when no such window fits."""
        kernel, stride = self.per_axis(map_, 1, 4), self.per_axis(map_, 1, 3)
        if not self.options.dilation:
            dilated = dilated and name == "kernel" and max(stride) == 1
        dilation = self.per_axis(map_, 1, 3) if dilated else [1] * map_.rank
        form = self.pick("valid", "same", "number", "per axis", "pairs")
        pairs = [(0, 0)] * map_.rank
        padding: Any = form
        if form == "number":
            padding = self.integer(0, 3)
            pairs = [(padding, padding)] * map_.rank
        elif form == "per axis":
            padding = self.per_axis(map_, 0, 3)
            pairs = [(n, n) for n in padding]
        elif form == "pairs":
            padding = [[self.integer(0, 3), self.integer(0, 3)] for _ in map_.sizes]
            pairs = [(begin, end) for begin, end in padding]
        ceil = name == "size" and self.options.ceil and self.pick(False, True)
        sizes = []
        for size, k, s, d, pair in zip(map_.sizes, kernel, stride, dilation, pairs, strict=True):
            if form == "same":
                # the definition: as many windows as there are strides in the map
                sizes.append(len(range(0, size, s)))
            else:
                sizes.append(len(naive.window_starts(size, k, s, d, *pair, ceil=ceil)))
        if min(sizes) < 1:
            return None
        map_.sizes = sizes
        arguments = {name: kernel, "stride": stride, "padding": padding}
        if dilated:
            arguments["dilation"] = dilation
        if ceil:
            arguments["rounding"] = "ceil"
        return arguments

    def conv(self, map_: Map) -> Entry:
        window = self.window(map_, "kernel")
        if window is None:
            return "relu"
        window["bias"] = self.pick(True, False)
        window["activation"] = self.pick("none", *ACTIVATIONS)
        kind = self.pick("conv", "conv", "depthwise_conv", "separable_conv")
        if kind != "conv":
            window["multiplier"] = self.integer(1, 2)
        if kind == "depthwise_conv":
            map_.channels *= window["multiplier"]
            return {kind: window}
        filters = self.integer(1, 6)
        if kind == "conv":
            divisors = [g for g in range(1, map_.channels + 1) if map_.channels % g == 0]
            window["groups"] = self.pick(*divisors)
            filters = window["groups"] * self.integer(1, 2)
        map_.channels = filters
        return {kind: {"filters": filters, **window}}

    def pool(self, map_: Map) -> Entry:
        kind = self.pick("max_pool", "avg_pool")
        window = self.window(map_, "size", dilated=kind == "max_pool")
        return "relu" if window is None else {kind: window}

    def plain(self, map_: Map) -> Entry:
        """A layer that keeps the map."""
        return self.pick(
            *ACTIVATIONS,
            "batch_norm",
            {"batch_norm": {"scale": False}},
            "layer_norm",
            "scale",
            {"scale": {"bias": True}},
            "identity",
            {"dropout": 0.3},
            {"spatial_dropout": 0.1},
            {"local_response_norm": 3},
        )

    def rearranged(self, map_: Map) -> Entry:
        block = 2**map_.rank
        if map_.channels % block == 0 and max(map_.sizes) <= 16:
            map_.channels //= block
            map_.sizes = [2 * size for size in map_.sizes]
            return {"pixel_shuffle": 2}
        if all(size % 2 == 0 for size in map_.sizes) and map_.channels <= 4:
            map_.channels *= block
            map_.sizes = [size // 2 for size in map_.sizes]
            return {"space_to_depth": 2}
        if map_.channels % 2 == 0:
            if self.pick(True, False):
                return {"channel_shuffle": 2}
            map_.channels //= 2
            return {"split": {"parts": 2, "take": self.integer(0, 1)}}
        return "identity"

    def framed(self, map_: Map) -> Entry:
        pairs = [[self.integer(0, 2), self.integer(0, 2)] for _ in map_.sizes]
        if self.pick(True, False) and all(
            size > sum(pair) for size, pair in zip(map_.sizes, pairs, strict=True)
        ):
            map_.sizes = [size - sum(pair) for size, pair in zip(map_.sizes, pairs, strict=True)]
            return {"crop": {"amount": pairs}}
        map_.sizes = [size + sum(pair) for size, pair in zip(map_.sizes, pairs, strict=True)]
        return {"pad": {"amount": pairs}}

    def conv_transpose(self, map_: Map) -> Entry:
        if max(map_.sizes) > 24 // map_.rank:
            return "relu"
        kernel, stride = self.per_axis(map_, 1, 4), self.per_axis(map_, 1, 3)
        dilation = self.per_axis(map_, 1, 2)
        if not self.options.dilation and max(stride) > 1:
            dilation = [1] * map_.rank
        arguments: Spec = {"kernel": kernel, "stride": stride, "dilation": dilation}
        if self.pick(True, False):
            arguments["padding"] = "same"
            sizes = [n * s for n, s in zip(map_.sizes, stride, strict=True)]
        else:
            padding = self.per_axis(map_, 0, 2)
            added = [self.integer(0, s - 1) for s in stride]
            arguments |= {"padding": padding, "output_padding": added}
            columns = zip(
                map_.sizes, kernel, stride, dilation, padding, padding, added, strict=True
            )
            sizes = [naive.transposed_cells(*column) for column in columns]
            if min(sizes) < 1:
                return "relu"
        filters = self.integer(1, 4)
        map_.sizes, map_.channels = sizes, filters
        return {"conv_transpose": {"filters": filters, **arguments}}

    def resize(self, map_: Map) -> Entry:
        mode = self.pick("nearest", "bilinear")
        factor = self.pick(2, 3) if max(map_.sizes) <= 24 // map_.rank else self.pick(0.5, 1.5)
        sizes = [int(size * factor) for size in map_.sizes]
        if min(sizes) < 1:
            return "relu"
        map_.sizes = sizes
        arguments: Spec = {"mode": mode}
        if self.pick(True, False):
            arguments["factor"] = factor
        else:
            arguments["size"] = sizes
        if mode == "bilinear" and self.pick(True, False):
            arguments["align_corners"] = True
        return {"resize": arguments}

    def adaptive(self, map_: Map) -> Entry:
        map_.sizes = [self.integer(2, min(2 * size, 12)) for size in map_.sizes]
        return {self.pick("adaptive_avg_pool", "adaptive_max_pool"): {"size": map_.sizes}}

    # -- branches --------------------------------------------------------------------------------

    def kept(self, map_: Map, filters: int | None = None) -> list[Entry]:
        """Layers that keep the sizes; the last one gives so many filters, if that is said."""
        layers: list[Entry] = [
            self.pick(
                *ACTIVATIONS,
                "batch_norm",
                {"dropout": 0.5},
                {"max_pool": {"size": 3, "stride": 1, "padding": 1}},
                {"depthwise_conv": {"kernel": 3, "padding": "same", "dilation": 2}},
            )
            for _ in range(self.integer(0, 2))
        ]
        if filters is not None or self.pick(True, False):
            filters = filters or self.integer(1, 4)
            arguments: Spec = {"filters": filters, "kernel": self.integer(1, 4)}
            arguments |= {"padding": "same", "dilation": self.integer(1, 2)}
            layers.append({"conv": arguments})
            map_.channels = filters
        return layers

    def branches(self, map_: Map, depth: int = 0) -> Entry:
        """A merge whose paths all give the same sizes."""
        kind = self.pick("concat", "concat", "add", "multiply", "maximum", "average")
        stride = 1 if depth else self.pick(1, 1, 2)  # an inner merge keeps the sizes
        filters = None if kind == "concat" else map_.channels if stride == 1 else self.integer(1, 4)
        paths: list[Any] = []
        channels = 0
        for _ in range(self.integer(2, 3)):
            inside = map_.copy()
            if stride == 2:
                inside.sizes = [len(range(0, size, 2)) for size in map_.sizes]
            path: list[Entry] = []
            if stride == 1 and self.pick(True, False, False):
                paths.append("prev")
                channels += map_.channels
                continue
            if stride == 2:
                arguments = {"kernel": self.integer(1, 3), "stride": 2, "padding": "same"}
                if filters is None:
                    path.append({"depthwise_conv": arguments})
                else:
                    path.append({"conv": {"filters": filters, **arguments}})
                    inside.channels = filters
            if depth < 1 and self.pick(True, False, False):
                path.append(self.branches(inside, depth + 1))
                if filters is not None:
                    path += self.kept(inside, filters)
            elif self.options.upsampling and self.pick(True, False, False, False):
                path += self.down_and_up(inside)
                if filters is not None:
                    path += self.kept(inside, filters)
            else:
                path += self.kept(inside, filters)
            paths.append(path)
            channels += inside.channels
        if stride == 2:
            map_.sizes = [len(range(0, size, 2)) for size in map_.sizes]
        map_.channels = channels if kind == "concat" else filters or 0
        return {kind: paths}

    def down_and_up(self, map_: Map) -> list[Entry]:
        """Half the size and back, as in a U-Net."""
        if any(size % 2 for size in map_.sizes):
            return []
        filters = self.integer(1, 3)
        up = self.pick(
            {"conv_transpose": {"filters": filters, "kernel": 2, "stride": 2}},
            {"conv_transpose": {"filters": filters, "kernel": 3, "stride": 2, "padding": "same"}},
            {"resize": 2},
            {"resize": {"factor": 2, "mode": "bilinear"}},
        )
        map_.channels = filters
        return [{"max_pool": 2}, {"conv": {"filters": filters, "kernel": 1}}, up]

    def gate(self, map_: Map) -> Entry:
        """What sees the whole map and keeps every place."""
        conv = {"conv": {"filters": map_.channels, "kernel": 1}}
        pooled = self.pick(
            [{"global_avg_pool": {"keep_dims": True}}, conv, "sigmoid"],
            ["global_max_pool", {"dense": map_.channels}],
            [{"avg_pool": list(map_.sizes)}, "relu", conv],  # the same by an ordinary window
        )
        return self.pick(
            {"multiply": ["prev", pooled]},
            {"add": [pooled, "prev"]},
            "instance_norm",
            {"group_norm": 1},
            "global_response_norm",
            {"layer_norm": {"axes": "all"}},
        )

    def block(self, map_: Map) -> Entry:
        """A repeated block that keeps the sizes, with parameters."""
        name = f"Block{len(self.blocks)}"
        self.blocks[name] = {
            "params": {"filters": None, "kernel": 1},
            "layers": [
                {"conv": {"filters": "$filters", "kernel": "$kernel", "padding": "same"}},
                self.pick("batch_norm", "relu", {"dropout": 0.1}),
                {"residual": {"body": [{"conv": {"filters": "$in_channels", "kernel": 1}}]}},
            ],
        }
        filters = map_.channels = self.integer(1, 4)
        call: Spec = {"filters": filters, "repeat": self.integer(1, 3)}
        if self.pick(True, False):
            call["first"] = {"kernel": self.integer(1, 3)}
        return {name: call}

    def body(self, map_: Map) -> list[Entry]:
        layers: list[Entry] = []
        for _ in range(self.integer(1, self.options.most)):
            if max(map_.sizes) > 2 * self.options.largest[map_.rank] or map_.channels > 24:
                layers.append({"conv": {"filters": 2, "kernel": 1, "stride": 2}})
                map_.sizes = [len(range(0, size, 2)) for size in map_.sizes]
                map_.channels = 2
            what = self.pick("layer", "layer", "layer", "branches", "block", "gate")
            if what == "gate" and self.options.gates:
                layers.append(self.gate(map_))
            elif what == "branches":
                layers.append(self.branches(map_))
            elif what == "block" and self.options.blocks:
                layers.append(self.block(map_))
            else:
                layers.append(self.layer(map_))
        return layers


@dataclass(frozen=True)
class Drawn:
    """A network that was drawn: its spec, and the shape that it gives by enumeration."""

    spec: Spec
    output: tuple[int, ...]

    @property
    def text(self) -> str:
        return json.dumps(self.spec, indent=1)

    def __repr__(self) -> str:  # what hypothesis prints
        return f"{json.dumps(self.spec)}  # gives {self.output}"


@st.composite
def networks(draw: st.DrawFn, options: Options = EVERYTHING) -> Drawn:
    """A random network."""
    drawing = Drawing(draw(st.data()), options)
    rank = drawing.pick(*options.ranks)
    largest = options.largest[rank]
    sizes = [drawing.integer(min(6, largest), largest) for _ in range(rank)]
    map_ = Map(sizes, drawing.integer(1, 4))
    spec: Spec = {"input": [*map_.sizes, map_.channels]}
    layers = drawing.body(map_)
    output: tuple[int, ...] = (*map_.sizes, map_.channels)
    if options.head and drawing.pick(True, False):
        layers.append(drawing.pick("flatten", "global_avg_pool", "global_max_pool"))
        layers += [{"dense": {"units": 5, "activation": "relu"}}, {"dense": 3}, "softmax"]
        output = (3,)
    if drawing.blocks:
        spec["blocks"] = drawing.blocks
    return Drawn({**spec, "layers": layers}, output)
