"""Padding, cropping, resizing, and what only moves values."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.ir.shapes import Pair

_SMOOTH = {"nearest", "bilinear"}


def pad(making: Making, rank: int) -> Tensor:
    """ZeroPadding."""
    pairs = making.config.pairs("padding", rank, 1)
    return making.add("pad", {"amount": _amount(pairs)}, [making.map()])


def crop(making: Making, rank: int) -> Tensor:
    """Cropping."""
    pairs = making.config.pairs("cropping", rank, 1)
    return making.add("crop", {"amount": _amount(pairs)}, [making.map()])


def lowest_padding(making: Making, pairs: object) -> Tensor:
    """Cells of minus infinity around the map, which are a max pooling's own padding."""
    x = making.builder.padded(making.x)
    found = making.config._replace(values={"padding": pairs}).pairs("padding", (x.rank or 1) - 1)
    return x._replace(padding=tuple(found))


def _amount(pairs: list[Pair]) -> int | list[list[int]]:
    first = pairs[0]
    return first[0] if {(first[0], first[0])} == set(pairs) else [list(pair) for pair in pairs]


def upsampling(making: Making, rank: int) -> Tensor:
    """UpSampling, nearest or bilinear."""
    config = making.config
    key = "size" if "size" in config.values else "length"
    factors = config.sizes(key, rank, 2)
    mode = str(config.get("interpolation", "nearest"))
    x = making.map()
    if mode not in _SMOOTH:
        return _resized(making, x, [n * f for n, f in _known(x, factors)], f"UpSampling, {mode}")
    factor: Any = factors[0] if len(set(factors)) == 1 else factors
    arguments = {"factor": factor} | ({} if mode == "nearest" else {"mode": mode})
    return making.add("resize", arguments, [x])


def _known(x: Tensor, factors: list[int]) -> list[tuple[int, int]]:
    """Size and factor of every spatial axis; nothing where a size is not known."""
    if x.shape is None or len(x.shape) != len(factors) + 1:
        return []
    pairs = list(zip(x.shape, factors, strict=False))
    return [] if any(size is None for size, _ in pairs) else [(n or 0, f) for n, f in pairs]


def _resized(making: Making, x: Tensor, sizes: list[int], kind: str) -> Tensor:
    """A resampling that no op does; its size is certain where it is given."""
    shape = None
    if sizes and x.shape is not None and x.shape[-1] is not None:
        spatial = tuple(sizes)
        shape = (x.shape[-1], *spatial) if x.is_first else (*spatial, x.shape[-1])
    return making.opaque(kind, params=0, macs=0, shape=shape)


def resizing(making: Making) -> Tensor:
    """Resizing to a size; bilinear is what Keras's backends agree on."""
    config = making.config
    size = [config.integer("height"), config.integer("width")]
    mode = config.get("interpolation", "bilinear")
    x = making.map()
    flags = ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
    if mode not in _SMOOTH or any(config.get(flag, False) is True for flag in flags):
        return _resized(making, x, size, f"Resizing, {mode}"[:100])
    arguments = {"size": size} | ({} if mode == "nearest" else {"mode": mode})
    return making.add("resize", arguments, [x])


def center_crop(making: Making) -> Tensor:
    """CenterCrop, where the map is large enough; else Keras resizes it."""
    config, x = making.config, making.map()
    wanted = [config.integer("height"), config.integer("width")]
    pairs = _known(x, wanted)
    spare = [size - target for size, target in pairs]
    if not pairs or min(spare) < 0:
        return _resized(making, x, wanted, "CenterCrop")
    amount = [[n // 2, n - n // 2] for n in spare]
    return making.add("crop", {"amount": amount}, [x])


def flatten(making: Making) -> Tensor:
    """Flatten, row by row with the channels of a position together unless told otherwise."""
    x = making.x
    x = making.as_map(x, is_first=True) if making.config.channels_first() else making.as_model(x)
    return making.add("flatten", {}, [x])._replace(is_first=False)


def reshape(making: Making, target: object) -> Tensor:
    """Another shape for the same values, in the model's order."""
    config = making.config
    if not isinstance(target, list) or not all(type(n) is int and n >= -1 for n in target):
        config.wrong("target_shape", "a list of sizes, one of them perhaps -1", target)
    if target.count(-1) > 1 or 0 in target or not 0 < len(target) <= 8:
        config.wrong("target_shape", "a list of sizes, one of them perhaps -1", str(target)[:60])
    x = making.as_model(making.x)
    return making.add("reshape", {"shape": target}, [x])


def permute(making: Making, dims: object) -> Tensor:
    """Permute, whose axes count from 1."""
    config = making.config
    if not isinstance(dims, list) or sorted(map(str, dims)) != sorted(
        str(k + 1) for k in range(len(dims))
    ):
        config.wrong("dims", "the axes from 1, each once", dims)
    x = making.as_model(making.x)
    return making.add("permute", {"order": [int(axis) - 1 for axis in dims]}, [x])


def repeat(making: Making) -> Tensor:
    """RepeatVector, whose shape is certain."""
    n, x = making.config.integer("n"), making.x
    shape = (n, *x.shape) if x.rank == 1 and x.shape is not None else None
    return making.opaque(params=0, macs=0, shape=shape)
