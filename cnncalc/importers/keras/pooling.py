"""Poolings."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making


def pooling(making: Making, op: str, rank: int) -> Tensor:
    """MaxPooling and AveragePooling; a mean does not count padding."""
    config = making.config
    size = config.sizes("pool_size" if "pool_size" in config.values else "pool_length", rank, 2)
    key = "strides" if "strides" in config.values else "stride"
    stride = size if config.get(key, None) is None else config.sizes(key, rank)
    arguments: dict[str, Any] = {"size": size[0] if len(set(size)) == 1 else size}
    if stride != size:
        arguments["stride"] = stride[0] if len(set(stride)) == 1 else stride
    padding = config.word("padding", "valid").lower()
    if padding not in ("valid", "same"):
        config.wrong("padding", "valid or same", padding)
    x = making.x
    if x.padding and padding == "valid" and op == "max_pool":
        arguments["padding"] = [list(pair) for pair in x.padding]
        x = x._replace(padding=())
    x = making.as_map(making.builder.padded(x), is_first=config.channels_first())
    if padding == "same":
        arguments["padding"] = padding
    return making.add(op, arguments, [x])


def whole_map(making: Making, op: str) -> Tensor:
    """GlobalMaxPooling and GlobalAveragePooling."""
    keep = making.config.flag("keepdims", default=False)
    made = making.add(op, {"keep_dims": True} if keep else {}, [making.map()])
    return made if keep else made._replace(is_first=False)


def adaptive(making: Making, op: str, rank: int) -> Tensor:
    """AdaptiveMaxPooling and AdaptiveAveragePooling."""
    size = making.config.sizes("output_size", rank)
    return making.add(op, {"size": size}, [making.map()])
