"""Convolutions, products, poolings, normalisations and resizing."""

from __future__ import annotations

from math import inf, prod
from typing import Any

from cnncalc.importers.torch.arguments import Call, shape_of
from cnncalc.importers.torch.translation import Translation


def window(t: Translation, c: Call) -> bool:
    """Add the nodes of an operator of this family; whether it is one."""
    match c.op:
        case "conv1d" | "conv2d" | "conv3d":
            _convolution(t, c, transposed=False)
        case "conv_transpose1d" | "conv_transpose2d" | "conv_transpose3d":
            _convolution(t, c, transposed=True)
        case "convolution":
            _convolution(t, c, transposed=bool(c["transposed"]))
        case "linear":
            _linear(t, c, c["input"], c["weight"], c["bias"])
        case "addmm" | "mm" | "matmul" | "bmm":
            _product(t, c)
        case "max_pool1d" | "max_pool2d" | "max_pool3d":
            _pool(t, c, "MaxPool")
        case "avg_pool1d" | "avg_pool2d" | "avg_pool3d" if c.get("divisor_override"):
            return _divided(t, c)
        case "avg_pool1d" | "avg_pool2d" | "avg_pool3d":
            _pool(t, c, "AveragePool")
        case "adaptive_avg_pool1d" | "adaptive_avg_pool2d" | "adaptive_avg_pool3d":
            _adaptive(t, c, "adaptive_avg_pool", "GlobalAveragePool")
        case "adaptive_max_pool1d" | "adaptive_max_pool2d" | "adaptive_max_pool3d":
            _adaptive(t, c, "adaptive_max_pool", "GlobalMaxPool")
        case "max_pool1d_with_indices" | "max_pool2d_with_indices" | "max_pool3d_with_indices":
            _pool(t, c, "MaxPool")
        case _:
            return _norm(t, c) or _resize(t, c)
    return True


def _flat(pairs: list[tuple[int, int]]) -> list[int]:
    return [begin for begin, _ in pairs] + [end for _, end in pairs]


def _convolution(t: Translation, c: Call, *, transposed: bool) -> None:
    weight = c["weight"]
    kernel = shape_of(weight)[2:]
    rank = len(kernel)
    stride, dilation = c.sizes("stride", rank, 1), c.sizes("dilation", rank, 1)
    attributes: dict[str, Any] = {"strides": stride, "dilations": dilation, "group": c["groups"]}
    padding = c.get("padding", 0)
    if isinstance(padding, str):
        reach = [
            d * (k - 1) if padding == "same" else 0 for d, k in zip(dilation, kernel, strict=True)
        ]
        pairs = [(total // 2, total - total // 2) for total in reach]
    else:
        pairs = [(cells, cells) for cells in c.sizes("padding", rank, 0)]
    attributes["pads"] = _flat(pairs)
    if transposed:
        attributes["output_padding"] = c.sizes("output_padding", rank, 0)
    inputs = [c["input"].name, weight.name]
    if c["bias"] is not None:
        inputs.append(c["bias"].name)
    t.emit("ConvTranspose" if transposed else "Conv", inputs, c.node, **attributes)


def _linear(t: Translation, c: Call, x: Any, weight: Any, bias: Any) -> None:
    given = [] if bias is None else [bias.name]
    if len(shape_of(x)) == 2:
        t.emit("Gemm", [x.name, weight.name, *given], c.node, transB=1)
        return
    matrix = t.constants.get(weight.name)
    if matrix is None:
        t.emit("aten.linear", [x.name, weight.name, *given], c.node)
        return
    name = f"{weight.name} transposed"
    t.constants[name] = matrix.then(
        matrix.shape[::-1], lambda array: array.swapaxes(-1, -2), "transposed"
    )
    if bias is None:
        t.emit("MatMul", [x.name, name], c.node)
    else:
        result = f"{c.node.name}/product"
        t.emit("MatMul", [x.name, name], c.node, outputs=[result])
        t.emit("Add", [result, bias.name], c.node)


def _product(t: Translation, c: Call) -> None:
    if c.op == "addmm":
        t.emit("Gemm", [c["mat1"].name, c["mat2"].name, c["self"].name], c.node,
               alpha=float(c["alpha"]), beta=float(c["beta"]))  # fmt: skip
    else:
        left, right = c.node.args[:2]
        t.emit("MatMul", [left.name, right.name], c.node)


def _pool(t: Translation, c: Call, op: str) -> None:
    rank = len(shape_of(c["self"])) - 2
    size = c.sizes("kernel_size", rank, 1)
    attributes: dict[str, Any] = {
        "kernel_shape": size,
        "strides": c.sizes("stride", rank, 0) if c.get("stride") else size,
        "pads": c.sizes("padding", rank, 0) * 2,
        "ceil_mode": int(c["ceil_mode"]),
    }
    if op == "MaxPool":
        attributes["dilations"] = c.sizes("dilation", rank, 1)
    else:
        attributes["count_include_pad"] = int(c["count_include_pad"])
    x = c["self"]
    if op == "MaxPool" and not any(attributes["pads"]):
        x, attributes["pads"] = _around(x, rank)
    _give(t, c, op, [x.name], **attributes)


def _around(x: Any, rank: int) -> tuple[Any, list[int]]:
    """What is padded with minus infinity before a maximum, and how much; nothing if it is not."""
    pad = Call(x)
    amounts = list(pad.get("pad") or ())
    if pad.get("value") != -inf or len(amounts) > 2 * rank:
        return x, [0] * (2 * rank)
    pairs = [(amounts[k], amounts[k + 1]) for k in range(len(amounts) - 2, -2, -2)]
    return x.args[0], _flat([(0, 0)] * (rank - len(pairs)) + pairs)


def _divided(t: Translation, c: Call) -> bool:
    """Sums of windows over a number: means of whole windows times another."""
    if c["ceil_mode"]:
        return False
    size = c.sizes("kernel_size", len(shape_of(c["self"])) - 2, 1)
    means = t.emit("AveragePool", [c["self"].name], c.node, "mean", kernel_shape=size,
                   strides=c.sizes("stride", len(size), 0) if c.get("stride") else size,
                   pads=c.sizes("padding", len(size), 0) * 2, count_include_pad=1)  # fmt: skip
    factor = prod(size) / c["divisor_override"]
    t.emit("Mul", [means, t.number(factor, c.node)], c.node)
    return True


def _adaptive(t: Translation, c: Call, op: str, whole: str) -> None:
    before = shape_of(c["self"])[2:]
    wanted = c["output_size"]
    sizes = [wanted] if isinstance(wanted, int) else list(wanted)
    sizes = [cells if size is None else size for size, cells in zip(sizes, before, strict=True)]
    if set(sizes) == {1}:
        _give(t, c, whole, [c["self"].name])
    else:
        _give(t, c, f"cnncalc.{op}", [c["self"].name], size=sizes)


def _give(t: Translation, c: Call, op: str, inputs: list[str], **attributes: Any) -> None:
    """Add a node for an operator that may give its indices or moments too."""
    t.emit(op, inputs, c.node, outputs=t.outputs(c.node), **attributes)


def _norm(t: Translation, c: Call) -> bool:
    match c.op:
        case "_native_batch_norm_legit_no_training" | "batch_norm" if not c.get("training"):
            moments = {"moving_mean": c["running_mean"], "moving_variance": c["running_var"]}
            _learned(t, c, "batch_norm", {}, moments)
        case "instance_norm" if c["use_input_stats"]:
            _learned(t, c, "instance_norm", {}, {})
        case "group_norm":
            _learned(t, c, "group_norm", {"groups": c["num_groups"]}, {})
        case "layer_norm" | "native_layer_norm":
            given = [c["weight"], c["bias"]]
            inputs = [c["input"].name, *("" if one is None else one.name for one in given)]
            axis = -len(c["normalized_shape"])
            _give(t, c, "LayerNormalization", inputs, epsilon=c["eps"], axis=axis)
        case _:
            return False
    return True


def _learned(
    t: Translation, c: Call, op: str, arguments: dict[str, Any], moments: dict[str, Any]
) -> None:
    """A norm of channels; it has those of gamma and beta that there are."""
    given = {"gamma": c["weight"], "beta": c["bias"], **moments}
    there = {name: array for name, array in given.items() if array is not None}
    inputs = [c["input"].name, *(array.name for array in there.values())]
    arguments = {"epsilon": c["eps"], **arguments}
    for name, word in (("gamma", "scale"), ("beta", "center")):
        if name not in there:
            arguments[word] = False
    _give(t, c, f"cnncalc.{op}", inputs, arrays=list(there), arguments=arguments)


def _resize(t: Translation, c: Call) -> bool:
    import numpy as np

    if not c.op.startswith(("upsample_nearest", "_upsample_nearest_exact", "upsample_bilinear",
                            "upsample_linear", "upsample_trilinear")):  # fmt: skip
        return False
    x = next(iter(c.node.all_input_nodes))
    factors = c.get("scale_factors")
    attributes: dict[str, Any] = {
        "mode": "linear",
        "coordinate_transformation_mode": "pytorch_half_pixel",
    }
    if "exact" in c.op:
        attributes = {"mode": "nearest", "coordinate_transformation_mode": "half_pixel"}
        attributes["nearest_mode"] = "round_prefer_ceil"
    elif "nearest" in c.op:
        attributes = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
        attributes["nearest_mode"] = "floor"
    elif c["align_corners"]:
        attributes["coordinate_transformation_mode"] = "align_corners"
    if factors:
        scales = t.literal(np.array([1, 1, *factors], np.float64), c.node)
        t.emit("Resize", [x.name, "", scales], c.node, **attributes)
    else:
        sizes = t.literal(np.array(c.shape, np.int64), c.node)
        t.emit("Resize", [x.name, "", "", sizes], c.node, **attributes)
    return True
