"""Functions applied to tensors outside of layers: Keras 3's operations, Keras 2's op lambdas."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, prod

from cnncalc.importers.keras import activation as act
from cnncalc.importers.keras import merging
from cnncalc.importers.keras.arithmetic import MERGES, arithmetic
from cnncalc.importers.keras.arranging import lowest_padding, reshape
from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.importers.keras.normalization import affine
from cnncalc.importers.keras.pooling import pooling
from cnncalc.importers.keras.reading import is_number, plain
from cnncalc.importers.keras.slicing import sliced, split
from cnncalc.layers.fields import is_count

# how TensorFlow's functions are called, without their module
_OTHERWISE = {
    "addv2": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "truedivide": "divide",
    "realdiv": "divide",
    "reducemean": "mean",
    "reducemax": "max",
    "amax": "max",
    "concat": "concatenate",
    "concatv2": "concatenate",
    "negative": "neg",
    "stopgradient": "identity",
    "copy": "identity",
    "depthtospace": "depth_to_space",
    "spacetodepth": "space_to_depth",
    "getitem": "getitem",
}
_ELEMENTWISE = {
    *("relu", "relu6", "sigmoid", "silu", "swish", "tanh", "softplus", "softsign", "elu", "selu"),
    *("gelu", "mish", "celu", "exp", "hardsigmoid", "hardsilu", "hardswish", "hardtanh"),
    *("logsigmoid", "leakyrelu"),
}
# of each value by itself, without an op: the shape is certain
_SHAPE_KEPT = {
    *("abs", "absolute", "sqrt", "square", "rsqrt", "log", "log1p", "sin", "cos", "floor", "ceil"),
    *("round", "sign", "reciprocal", "clip", "clipbyvalue", "flip", "reverse", "roll", "erf"),
    *("power", "pow", "isnan", "sparseplus", "squareplus", "softshrink", "hardshrink", "threshold"),
}
_LIMITS = ("negative_slope", "max_value", "threshold")
_SPELLED = {
    "hardsigmoid": "hard_sigmoid",
    "hardsilu": "hard_silu",
    "hardswish": "hard_swish",
    "hardtanh": "hard_tanh",
    "logsigmoid": "log_sigmoid",
}


def operation(making: Making, function: str) -> list[Tensor]:
    """A function of tensors and constants; what has no op is opaque and says its name."""
    if making.config.is_keras2:
        making.config = making.config._replace(kind=f"tf.{function}")
    word = function.rpartition(".")[2].replace("_", "").lower()
    word = _OTHERWISE.get(word, word)
    if word in MERGES or word == "divide":
        return [arithmetic(making, word)]
    if word in _ELEMENTWISE:
        return [_function(making, word)]
    if word in _SHAPE_KEPT and len(making.inputs) == 1:
        return [making.unchanged()]
    match word:
        case "identity":
            return [making.add("identity")]
        case "neg":
            return [affine(making, [-1.0], [0.0])]
        case "mean" | "max":
            return [_whole_map(making, word)]
        case "softmax" | "logsoftmax":
            op = "softmax" if word == "softmax" else "log_softmax"
            return [act.softmax(making, making.argument("axis", 1, -1), op)]
        case "concatenate":
            return [_concatenate(making)]
        case "reshape":
            return [_reshape(making)]
        case "transpose":
            return [_transpose(making)]
        case "squeeze" | "expanddims":
            return [_singles(making, word)]
        case "getitem":
            return [sliced(making)]
        case "split":
            return split(making)
        case "pad":
            return [_pad(making)]
        case "depth_to_space" | "space_to_depth":
            return [_blocks(making, word)]
        case "cast" if "float" in str(making.argument("dtype", 1, "")):
            return [making.add("identity")]
        case "cast":
            return [making.unchanged()]
        case "maxpool" | "averagepool" if "pool_size" in making.config.values:
            op = "max_pool" if word == "maxpool" else "avg_pool"
            return [pooling(making, op, (making.x.rank or 3) - 1)]
        case "resize":
            return [_resize(making)]
        case _:  # a function has no weights of its own
            return [making.opaque(index=index, params=0) for index in range(making.n_results)]


def _function(making: Making, word: str) -> Tensor:
    if word == "leakyrelu":
        slope = making.argument("negative_slope", 1, None)
        slope = making.argument("alpha", 1, 0.2) if slope is None else slope
        if is_number(slope):
            return making.add("leaky_relu", {"slope": float(slope)})
    if word == "gelu":
        default = not making.config.is_keras2
        approximate = making.argument("approximate", 1, default)
        return making.add("gelu", {"approximate": True} if approximate is True else {})
    if word in ("elu", "celu"):
        alpha = making.argument("alpha", 1, 1.0)
        if is_number(alpha) and alpha > 0:
            return making.add(word, {} if alpha == 1 else {"alpha": float(alpha)})
    if word == "relu":
        limits = [making.argument(key, 9, None) for key in _LIMITS]
        if any(limit not in (None, 0) for limit in limits):
            values = dict(zip(_LIMITS, limits, strict=True))
            given = {key: value for key, value in values.items() if value is not None}
            function = act.layer_function("ReLU", given, is_keras2=making.config.is_keras2)
            return act.apply(making, making.x, function)
    name = _SPELLED.get(word, word)
    return act.apply(making, making.x, act.function_of(name, is_keras2=making.config.is_keras2))


def _whole_map(making: Making, word: str) -> Tensor:
    """A mean or a maximum over all of the map, which is a global pooling."""
    x = making.x
    axis = making.argument("axis", 1, None)
    keep = making.argument("keepdims", 2, False) is True
    if making.argument("initial", 9, None) is not None:
        return making.opaque(params=0, macs=0)
    axes = axis if isinstance(axis, list) else [axis]
    places = {making.axis(x, place) for place in axes}
    rank = x.rank
    if rank is not None and rank > 1 and places == set(range(rank - 1)):
        op = "global_avg_pool" if word == "mean" else "global_max_pool"
        made = making.add(op, {"keep_dims": True} if keep else {})
        return made if keep else made._replace(is_first=False)
    shape = x.model_shape
    if shape is None or None in places or any(type(place) is not int for place in axes):
        return making.opaque(params=0, macs=0)
    gone = {place - 1 if place > 0 else place + len(shape) for place in axes}
    left = [(1 if k in gone else n) for k, n in enumerate(shape) if keep or k not in gone]
    return making.opaque(params=0, macs=0, shape=tuple(left))


def _concatenate(making: Making) -> Tensor:
    joined = making.call.args[0] if making.call.args else None
    if not isinstance(joined, list) or not all(isinstance(part, Tensor) for part in joined):
        return making.opaque(params=0, macs=0)
    return merging.concatenate(making, joined, making.argument("axis", 1, 0))


def _reshape(making: Making) -> Tensor:
    target = making.argument("newshape", 1, None)
    target = making.argument("shape", 1, None) if target is None else target
    if not isinstance(target, list) or len(target) < 2:
        return making.opaque(params=0, macs=0)
    batch, *sizes = target
    known = all(type(n) is int and n for n in sizes)
    shape = making.x.shape
    if isinstance(batch, Tensor) and known and shape is not None and None not in shape:
        # computed, and the batch if the rest is as large as one example
        batch = None if prod(sizes) == prod(n for n in shape if n is not None) else batch
    if not known or batch not in (-1, None) or (batch == -1 and -1 in sizes):
        return making.opaque(params=0, macs=0)
    return reshape(making, sizes)


def _transpose(making: Making) -> Tensor:
    axes = making.argument("axes", 1, None)
    axes = making.argument("perm", 1, None) if axes is None else axes
    if not isinstance(axes, list) or not axes or axes[0] != 0:
        return making.opaque(params=0, macs=0)
    if sorted(map(str, axes)) != sorted(str(k) for k in range(len(axes))):
        return making.opaque(params=0, macs=0)
    return making.add(
        "permute", {"order": [axis - 1 for axis in axes[1:]]}, [making.as_model(making.x)]
    )


def _singles(making: Making, word: str) -> Tensor:
    """Axes of size 1 added or taken away, as a reshape."""
    shape = making.x.model_shape
    axis = making.argument("axis", 1, None)
    places = axis if isinstance(axis, list) else [axis]
    if shape is None or None in shape or not all(type(place) is int for place in places):
        return making.opaque(params=0, macs=0)
    full: list[int | None] = [None, *shape]
    for place in sorted(places):
        if word == "expanddims":
            full.insert(place if place >= 0 else len(full) + 1 + place, 1)
    if word == "squeeze":
        gone = {place % len(full) for place in places}
        if any(full[place] != 1 for place in gone):
            return making.opaque(params=0, macs=0)
        full = [size for k, size in enumerate(full) if k not in gone]
    if full[0] is not None or len(full) < 2:
        return making.opaque(params=0, macs=0)
    return reshape(making, full[1:])


def _pad(making: Making) -> Tensor:
    """Zeros around the map."""
    x, amounts = making.x, making.argument("pad_width", 1, None)
    amounts = making.argument("paddings", 1, None) if amounts is None else amounts
    value = plain(making.call.kwargs.get("constant_values"))
    mode = str(making.argument("mode", 2, "constant")).lower()
    modes: Mapping[str, str] = {"constant": "zero", "reflect": "reflect", "edge": "edge"}
    lowest = value == -inf and mode == "constant"
    if (
        (value not in (None, 0) and not lowest)
        or mode not in modes
        or not isinstance(amounts, list)
    ):
        return making.opaque(params=0, macs=0)
    pairs = [pair for pair in amounts if isinstance(pair, list) and len(pair) == 2]
    if len(pairs) != len(amounts) or x.rank is None or len(pairs) != x.rank + 1:
        return making.opaque(params=0, macs=0)
    if not all(type(n) is int and n >= 0 for pair in pairs for n in pair):
        return making.opaque(params=0, macs=0)
    batch, *rest = pairs
    channels, spatial = (rest[0], rest[1:]) if x.is_first else (rest[-1], rest[:-1])
    if any(batch) or any(channels) or not spatial:
        return making.opaque(params=0, macs=0)
    if lowest:
        return lowest_padding(making, spatial)
    kind = {} if mode == "constant" else {"mode": modes[mode]}
    return making.add("pad", {"amount": spatial, **kind})


def _resize(making: Making) -> Tensor:
    """A map at another size, as Keras's and TensorFlow's `image.resize` sample it."""
    x = making.as_map(making.x, is_first=making.config.channels_first())
    size = making.argument("size", 1, None)
    mode = making.argument("interpolation", 2, making.argument("method", 2, "bilinear"))
    flags = ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "preserve_aspect_ratio")
    is_plain = not any(making.argument(flag, 9, False) is True for flag in flags)
    is_size = isinstance(size, list) and len(size) == 2 and all(is_count(n) for n in size)
    if mode not in ("nearest", "bilinear") or not is_plain or not is_size or x.rank != 3:
        return making.opaque(params=0, macs=0)
    arguments = {"size": size, **({} if mode == "nearest" else {"mode": mode})}
    return making.add("resize", arguments, [x])


def _blocks(making: Making, word: str) -> Tensor:
    """TensorFlow's depth_to_space, which orders channels not as pixel_shuffle, and its inverse."""
    factor, x = making.argument("block_size", 1, None), making.x
    layout = making.argument("data_format", 2, "NHWC")
    if type(factor) is not int or factor < 1 or x.is_first or layout != "NHWC" or x.rank != 3:
        return making.opaque(params=0, macs=0)
    if word == "space_to_depth":
        return making.add("space_to_depth", {"factor": factor})
    height, width, channels = x.shape or (None, None, None)
    if height is None or width is None or channels is None or channels % factor**2:
        return making.opaque(params=0, macs=0)
    depth = channels // factor**2
    return making.opaque(params=0, macs=0, shape=(height * factor, width * factor, depth))
