"""Output shapes in one, two and three dimensions, against numbers worked out by hand."""

from __future__ import annotations

import pytest

from cnncalc.ir import primitives as p
from cnncalc.ir.faults import (
    BadValue,
    ElementCount,
    EmptyOutput,
    Fault,
    Indivisible,
    InputRank,
    MergeMismatch,
)
from cnncalc.ir.shapes import Shape
from tests.layers.chain import fault_of, layer_type, make, output

N = None

SHAPES: list[tuple[str, object, Shape, Shape]] = [
    # convolution
    ("conv", {"filters": 4, "kernel": 3}, (16, 1), (14, 4)),
    ("conv", {"filters": 4, "kernel": 3, "padding": "causal", "dilation": 2}, (16, 1), (16, 4)),
    (
        "conv",
        {"filters": 64, "kernel": 7, "stride": 2, "padding": 3},
        (224, 224, 3),
        (112, 112, 64),
    ),
    ("conv", {"filters": 2, "kernel": "1x7"}, (9, 9, 3), (9, 3, 2)),
    ("conv", {"filters": 2, "kernel": 3}, (N, 9, N), (N, 7, 2)),
    ("depthwise_conv", 3, (16, 8), (14, 8)),
    ("depthwise_conv", {"kernel": 3, "padding": "same", "multiplier": 2}, (7, 7, 8), (7, 7, 16)),
    ("depthwise_conv", 3, (5, 5, 5, 2), (3, 3, 3, 2)),
    ("depthwise_conv", 3, (N, 9, 4), (N, 7, 4)),
    ("separable_conv", {"filters": 5, "kernel": 3}, (16, 8), (14, 5)),
    ("conv_transpose", {"filters": 4, "kernel": 4, "stride": 2, "padding": 1}, (7, 3), (14, 4)),
    ("conv_transpose", {"filters": 4, "kernel": 3, "stride": 2}, (7, 7, 3), (15, 15, 4)),
    (
        "conv_transpose",
        {"filters": 4, "kernel": 3, "stride": 2, "padding": 1, "output_padding": [1, 0]},
        (7, 7, 3),
        (14, 13, 4),
    ),
    (
        "conv_transpose",
        {"filters": 4, "kernel": 3, "stride": 2, "padding": "same"},
        (N, 7, 3),
        (N, 14, 4),
    ),
    ("conv_transpose", {"filters": 4, "kernel": 2, "stride": 2}, (3, 3, 3, 1), (6, 6, 6, 4)),
    ("conv_transpose", {"filters": 4, "kernel": 3, "dilation": 2}, (5, 5, N), (9, 9, 4)),
    # pooling
    ("max_pool", 2, (9, 4), (4, 4)),
    ("avg_pool", 2, (9, 4), (4, 4)),
    ("avg_pool", {"size": 3, "stride": 2, "rounding": "ceil"}, (112, 112, 64), (56, 56, 64)),
    # the fourth window of the ceil rule would start at cell 6, behind the map with its begin pad
    ("max_pool", {"size": 2, "stride": 2, "padding": 1, "rounding": "ceil"}, (5, 1), (3, 1)),
    ("max_pool", {"size": 2, "stride": 3, "padding": 1, "rounding": "ceil"}, (4, 1), (2, 1)),
    ("avg_pool", [1, 2, 2], (4, 8, 8, 3), (4, 4, 4, 3)),
    ("avg_pool", 2, (N, N, 8), (N, N, 8)),
    ("global_avg_pool", N, (16, 8), (8,)),
    ("global_avg_pool", N, (7, 7, 512), (512,)),
    ("global_avg_pool", {"keep_dims": True}, (7, 7, 512), (1, 1, 512)),
    ("global_max_pool", N, (4, 4, 4, 2), (2,)),
    ("global_max_pool", {"keep_dims": True}, (N, N, 8), (1, 1, 8)),
    ("global_max_pool", N, (N, N, N), (N,)),
    ("adaptive_avg_pool", 7, (10, 3), (7, 3)),
    ("adaptive_avg_pool", [3, 5], (2, 13, 8), (3, 5, 8)),
    ("adaptive_max_pool", 2, (5, 5, 5, N), (2, 2, 2, N)),
    ("adaptive_max_pool", 6, (N, N, 8), (6, 6, 8)),
    ("subsample", 2, (28, 28, 6), (14, 14, 6)),
    ("subsample", {"size": 3, "stride": 2}, (9, 4), (4, 4)),
    ("subsample", 2, (4, 4, N, 1), (2, 2, N, 1)),
    # the same shape
    ("batch_norm", N, (N, 8), (N, 8)),
    ("layer_norm", {"axes": "all"}, (4, 4, 8), (4, 4, 8)),
    ("layer_norm", {"axes": [-1, 0]}, (4, N, 8), (4, N, 8)),
    ("group_norm", 4, (3, 3, 3, 8), (3, 3, 3, 8)),
    ("group_norm", 4, (3, 3, N), (3, 3, N)),
    ("instance_norm", N, (9, 4), (9, 4)),
    ("l2_norm", N, (8,), (8,)),
    ("global_response_norm", N, (7, 7, 4), (7, 7, 4)),
    ("local_response_norm", 5, (7, 7, N), (7, 7, N)),
    ("normalize", N, (16, 2), (16, 2)),
    ("rescale", {"scale": "1/255", "offset": [0, 1, 2]}, (8, 8, 3), (8, 8, 3)),
    ("scale", {"bias": True}, (4, 4, 4, 2), (4, 4, 4, 2)),
    ("dropout", 0.5, (100,), (100,)),
    ("spatial_dropout", 0, (8, 4), (8, 4)),
    ("drop_path", 0.1, (8, 8, 4), (8, 8, 4)),
    ("leaky_relu", 0.1, (N, 3), (N, 3)),
    ("softmax", N, (10,), (10,)),
    ("identity", N, (N, N), (N, N)),
    ("maxout", 4, (5, 5, 8), (5, 5, 2)),
    ("maxout", 4, (8,), (2,)),
    ("maxout", 4, (5, N), (5, N)),
    # reshaping
    ("flatten", N, (5, 5, 16), (400,)),
    ("flatten", N, (4, 4, 4, 2), (128,)),
    ("flatten", N, (5, N, 16), (N,)),
    ("reshape", 12, (3, 4), (12,)),
    ("reshape", "2x6", (3, 4), (2, 6)),
    ("reshape", [2, -1], (3, 4), (2, 6)),
    ("reshape", [-1], (N, 4), (N,)),
    ("reshape", [2, 6], (N, 4), (2, 6)),
    ("reshape", [2, -1, 3], (N, 4), (2, N, 3)),
    ("permute", [1, 0], (3, 4), (4, 3)),
    ("permute", [2, 0, 1], (3, N, 5), (5, 3, N)),
    ("permute", [3, 2, 1, 0], (2, 3, 4, 5), (5, 4, 3, 2)),
    ("channel_shuffle", 3, (28, 28, 240), (28, 28, 240)),
    ("pixel_shuffle", 2, (8, 12), (16, 6)),
    ("pixel_shuffle", 2, (8, 8, 12), (16, 16, 3)),
    ("pixel_shuffle", 2, (2, N, 2, 8), (4, N, 4, 1)),
    ("space_to_depth", 2, (8, 3), (4, 6)),
    ("space_to_depth", 2, (8, 8, 3), (4, 4, 12)),
    ("space_to_depth", 2, (N, 8, 8, N), (N, 4, 4, N)),
    ("slice", {"start": 2}, (4, 8), (4, 6)),
    ("slice", {"axis": 0, "stop": 3}, (4, 4, N), (3, 4, N)),
    ("slice", {"axis": -2, "start": 1, "stop": 3}, (N, N, 8), (N, 2, 8)),
    ("split", 2, (28, 28, 116), (28, 28, 58)),
    ("split", {"parts": 3, "take": 2, "axis": 1}, (N, 6, N), (N, 2, N)),
    # resizing
    ("pad", 1, (8, 2), (10, 2)),
    ("pad", [[0, 1], [2, 3]], (8, 8, 3), (9, 13, 3)),
    ("pad", {"amount": [1, 2, 3], "mode": "edge"}, (1, 1, N, 3), (3, 5, N, 3)),
    ("pad", {"amount": 2, "mode": "reflect"}, (3, 3, 1), (7, 7, 1)),
    ("crop", [[1, 2]], (8, 2), (5, 2)),
    ("crop", 1, (8, N, 3), (6, N, 3)),
    ("crop", [0, 1, 2], (8, 8, 8, 1), (8, 6, 4, 1)),
    ("resize", 2, (7, 1), (14, 1)),
    ("resize", [2, 3], (7, 7, 4), (14, 21, 4)),
    ("resize", 0.5, (7, N, 8, 4), (3, N, 4, 4)),
    ("resize", 1.5, (7, 7, 4), (10, 10, 4)),
    ("resize", 0.29, (100, 1), (29, 1)),  # 28.999999999999996 in binary
    ("resize", 2 / 3, (9, 1), (6, 1)),
    ("resize", 1 / 3, (9, 1), (3, 1)),
    ("resize", {"size": [5, 9], "mode": "bilinear", "align_corners": True}, (N, 2, 4), (5, 9, 4)),
    # special
    ("opaque", {"output": "7x7x512"}, (1,), (7, 7, 512)),
    ("opaque", {"output": [7, 512], "params": 0}, (N,), (7, 512)),
    ("opaque", {"output": 10, "macs": 5}, (3, 3, 3), (10,)),
]

FAULTS: list[tuple[str, object, Shape, type[Fault]]] = [
    ("conv", {"filters": 4, "kernel": 3}, (2, 8, 1), EmptyOutput),
    ("conv", {"filters": 4, "kernel": 3, "groups": 2}, (9, 9, 3), Indivisible),
    ("depthwise_conv", [3, 3], (16, 8), BadValue),
    ("depthwise_conv", {"kernel": 3, "padding": "causal"}, (8, 8, 8), BadValue),
    ("conv_transpose", {"filters": 4, "kernel": 3, "padding": "causal"}, (8, 8), BadValue),
    ("conv_transpose", {"filters": 4, "kernel": 3, "padding": 4}, (4, 1), EmptyOutput),
    ("conv_transpose", {"filters": 4, "kernel": 3, "groups": 3}, (4, 3), Indivisible),
    (
        "conv_transpose",
        {"filters": 4, "kernel": 3, "stride": 2, "padding": "same", "output_padding": 1},
        (4, 1),
        BadValue,
    ),
    (
        "conv_transpose",
        {"filters": 4, "kernel": 3, "stride": 2, "output_padding": [1, 1]},
        (4, 1),
        BadValue,
    ),
    ("avg_pool", 5, (4, 4, 1), EmptyOutput),
    ("avg_pool", 2, (4,), InputRank),
    ("global_avg_pool", N, (4,), InputRank),
    ("adaptive_max_pool", [2, 2], (4, 4), BadValue),
    ("subsample", 2, (4,), InputRank),
    ("instance_norm", N, (4,), InputRank),
    ("global_response_norm", N, (4,), InputRank),
    ("spatial_dropout", 0.5, (4,), InputRank),
    ("layer_norm", {"axes": [3]}, (4, 4, 4), BadValue),
    ("layer_norm", {"axes": [2, -1]}, (4, 4, 4), BadValue),
    ("group_norm", 3, (4, 4, 4), Indivisible),
    ("rescale", {"offset": [1, 2]}, (4, 4, 3), BadValue),
    ("rescale", {"scale": [1]}, (4, 4, 3), BadValue),
    ("maxout", 3, (4,), Indivisible),
    ("reshape", [5, -1], (3, 4), ElementCount),
    ("reshape", [5, 2], (3, 4), ElementCount),
    ("permute", [1, 0], (2, 3, 4), BadValue),
    ("channel_shuffle", 3, (4, 4, 4), Indivisible),
    ("pixel_shuffle", 2, (4, 4, 6), Indivisible),
    ("pixel_shuffle", 2, (4,), InputRank),
    ("space_to_depth", 2, (4, 5, 1), Indivisible),
    ("slice", {"start": 8}, (4, 8), BadValue),
    ("slice", {"start": 3, "stop": 3}, (4, 8), BadValue),
    ("slice", {"stop": 9}, (4, 8), BadValue),
    ("slice", {"axis": 2, "stop": 1}, (4, 8), BadValue),
    ("split", {"parts": 2, "take": 2}, (4, 8), BadValue),
    ("split", 3, (4, 8), Indivisible),
    ("pad", {"amount": 3, "mode": "reflect"}, (3, 3, 1), BadValue),
    ("pad", [1, 1], (3, 1), BadValue),
    ("crop", 2, (4, 4, 1), EmptyOutput),
    ("crop", 2, (4,), InputRank),
    ("resize", 0.1, (9, 1), EmptyOutput),
    ("resize", [2, 2], (9, 1), BadValue),
    ("resize", {"size": [2, 2]}, (9, 1), BadValue),
]


@pytest.mark.parametrize(("op", "argument", "before", "after"), SHAPES)
def test_shape(op: str, argument: object, before: Shape, after: Shape) -> None:
    assert output(op, argument, before) == after


@pytest.mark.parametrize(("op", "argument", "before", "expected"), FAULTS)
def test_fault(op: str, argument: object, before: Shape, expected: type[Fault]) -> None:
    fault = fault_of(op, argument, before)
    assert type(fault) is expected
    if isinstance(fault, BadValue):
        assert fault.field in layer_type(op).model_fields


def test_a_broken_reshape_keeps_what_is_certain() -> None:
    assert fault_of("reshape", [5, -1], (3, 4)).shape == (5, None)


def test_an_opaque_layer_needs_no_input_shape() -> None:
    assert output("opaque", {"output": 10}, None) == (10,)


@pytest.mark.parametrize("op", ["slice", "split"])
def test_an_unknown_axis_leaves_the_output_unknown(op: str) -> None:
    assert output(op, {"slice": {"start": 1}, "split": 2}[op], (4, None)) is None


@pytest.mark.parametrize("op", ["add", "multiply", "subtract", "maximum", "average", "residual"])
def test_merge(op: str) -> None:
    assert output(op, None, (4, 4, 8), (4, 4, 8)) == (4, 4, 8)
    assert output(op, None, (4, None, 8), (None, None, 8)) == (4, None, 8)
    assert output(op, None, (9, 2), (9, 2)) == (9, 2)
    fault = fault_of(op, None, (4, 4, 8), (4, 4, 4))
    assert isinstance(fault, MergeMismatch)
    assert fault.axes == (2,)
    assert fault.shape == (4, 4, None)


@pytest.mark.parametrize("gate", [(8,), (1, 1, 8)])
@pytest.mark.parametrize("op", ["add", "multiply", "subtract"])
def test_channel_gate(op: str, gate: Shape) -> None:
    if op == "subtract":
        assert isinstance(fault_of(op, None, (4, 4, 8), gate), MergeMismatch)
    else:
        assert output(op, None, (4, 4, 8), gate) == (4, 4, 8)


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
def test_same_transposed_multiplies_the_size(kernel: int, dilation: int, stride: int) -> None:
    """The crop is that of the strided convolution whose gradient this is."""
    argument = {"filters": 1, "kernel": kernel, "stride": stride, "dilation": dilation}
    assert output("conv_transpose", {**argument, "padding": "same"}, (6, 1)) == (6 * stride, 1)

    [transposed] = make("conv_transpose", {**argument, "padding": "same"}).lower(((6, 1),))
    [forward] = make("conv", {**argument, "padding": "same"}).lower(((6 * stride, 1),))
    assert isinstance(transposed, p.TransposedConvolution)
    assert isinstance(forward, p.Convolution)
    assert transposed.padding == forward.padding
    [(begin, end)] = transposed.padding
    assert begin <= end <= begin + 1
    if kernel == stride == 4 and dilation == 1:
        assert transposed.output_padding == (0,)
    assert transposed.output_padding == (max(stride - dilation * (kernel - 1) - 1, 0),)


def test_primitives() -> None:
    def lowered(op: str, argument: object, shape: Shape = (8, 8, 4)) -> tuple[p.Primitive, ...]:
        return make(op, argument).lower((shape,))

    two, one, zero = (2, 2), (1, 1), ((0, 0), (0, 0))
    assert lowered("depthwise_conv", {"kernel": 2, "multiplier": 3}) == (
        p.Convolution(12, two, one, one, zero, groups=4),
    )
    assert lowered("subsample", 2) == (
        p.Pooling("sum", two, two, one, zero),
        p.ChannelScale(bias=True),
    )
    assert lowered("avg_pool", {"size": 2, "count_padding": True}) == (
        p.Pooling("average", two, two, one, zero, count_padding=True),
    )
    assert lowered("global_max_pool", None) == (p.AdaptivePooling("max", one), p.Reshape((4,)))
    assert lowered("layer_norm", None) == (p.Normalization("layer", 1e-6, axes=(2,)),)
    assert lowered("layer_norm", {"axes": "all"}) == (
        p.Normalization("layer", 1e-6, axes=(0, 1, 2)),
    )
    assert lowered("layer_norm", {"axes": [2, 0]}) == (p.Normalization("layer", 1e-6, axes=(0, 2)),)
    assert lowered("rescale", {"scale": "1/255", "offset": -1}) == (p.Rescale((1 / 255,), (-1,)),)
    assert lowered("resize", 2) == (p.Resize((16, 16), "nearest"),)
    assert lowered("resize", {"size": 5}) == (p.Resize((5, 5), "nearest", by_factor=False),)
    assert lowered("split", {"parts": 2, "take": 1}) == (p.Slice(2, 2, 4),)
    assert lowered("spatial_dropout", 0.1) == (p.Dropout("channel", 0.1),)
    assert lowered("residual", None) == (p.Merge("add"),)


def test_activations_carry_their_number_or_variant() -> None:
    def lowered(op: str, argument: object = None) -> tuple[p.Primitive, ...]:
        return make(op, argument).lower(())

    assert lowered("relu") == (p.Activation("relu"),)
    assert lowered("leaky_relu") == (p.Activation("leaky_relu", 0.01),)
    assert lowered("leaky_relu", 0.1) == (p.Activation("leaky_relu", 0.1),)
    assert lowered("elu") == (p.Activation("elu", 1.0),)
    assert lowered("celu", 2) == (p.Activation("celu", 2),)
    assert lowered("gelu") == (p.Activation("gelu"),)
    assert lowered("gelu", {"approximate": True}) == (p.Activation("gelu", variant="tanh"),)
    assert lowered("hard_sigmoid", "keras2") == (p.Activation("hard_sigmoid", variant="keras2"),)
    assert lowered("prelu") == (p.Activation("prelu"),)
    assert lowered("maxout", 2) == (p.Maxout(2),)


@pytest.mark.parametrize("op", ["conv", "depthwise_conv", "separable_conv", "conv_transpose"])
def test_activation_belongs_to_its_layer(op: str) -> None:
    argument: dict[str, object] = {"kernel": 3, "activation": {"leaky_relu": 0.2}}
    if op != "depthwise_conv":
        argument["filters"] = 4
    assert make(op, argument).lower(((8, 8, 4),))[-1] == p.Activation("leaky_relu", 0.2)


def test_written_weights_are_checked() -> None:
    cross = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    assert output("depthwise_conv", {"kernel": 3, "weights": cross}, (7, 7, 1)) == (5, 5, 1)
    wrong = fault_of("depthwise_conv", {"kernel": 5, "weights": cross}, (7, 7, 1))
    assert isinstance(wrong, BadValue)
    argument = {"filters": 1, "kernel": 2, "weights": cross}
    assert isinstance(fault_of("conv_transpose", argument, (7, 7, 1)), BadValue)
