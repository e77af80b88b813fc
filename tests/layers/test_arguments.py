"""Arguments: their spellings, their bounds, and what strangers put into them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cnncalc.ir.graph import lower
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from tests.layers.chain import OPS, layer_type, make, samples

NAN, INFINITY = float("nan"), float("inf")

SPELLINGS = [
    ("conv", "out_channels", "filters"),
    ("conv", "kernel_size", "kernel"),
    ("conv", "strides", "stride"),
    ("conv", "dilation_rate", "dilation"),
    ("conv", "use_bias", "bias"),
    ("depthwise_conv", "depth_multiplier", "multiplier"),
    ("conv_transpose", "out_channels", "filters"),
    ("avg_pool", "pool_size", "size"),
    ("avg_pool", "kernel_size", "size"),
    ("avg_pool", "count_include_pad", "count_padding"),
    ("avg_pool", "ceil_mode", "rounding"),
    ("avg_pool", "padding", "padding"),
    ("adaptive_avg_pool", "output_size", "size"),
    ("dense", "out_features", "units"),
    ("layer_norm", "eps", "epsilon"),
    ("group_norm", "num_groups", "groups"),
    ("dropout", "p", "rate"),
    ("leaky_relu", "negative_slope", "slope"),
    ("reshape", "target_shape", "shape"),
    ("pixel_shuffle", "upscale_factor", "factor"),
    ("space_to_depth", "block_size", "factor"),
    ("space_to_depth", "downscale_factor", "factor"),
    ("pad", "padding", "amount"),
    ("crop", "cropping", "amount"),
    ("resize", "scale_factor", "factor"),
    ("resize", "interpolation", "mode"),
    ("relu", "kernel_size", None),
    ("relu", "name", None),
    ("relu", "repeat", None),
    ("relu", "dtype", "dtype"),
]

# op, a field of it, and values that it refuses
COUNT = [0, -1, True, 2.0, "3", 10**15 + 1, None, [2], NAN]
REFUSED: list[tuple[str, str, list[Any]]] = [
    ("conv_transpose", "filters", COUNT),
    ("conv_transpose", "groups", COUNT),
    ("conv_transpose", "output_padding", [-1, True, 0.5, [], [1, -1], [1] * 4, "same", None]),
    ("depthwise_conv", "kernel", [0, -1, True, 3.0, "3 x 3", "3x", "0x3", [3, 0], [], [1] * 4]),
    ("depthwise_conv", "multiplier", COUNT),
    ("avg_pool", "size", [0, True, [[2]], "2x", None]),
    ("avg_pool", "count_padding", [0, 1, "yes", None]),
    ("avg_pool", "rounding", ["up", 1, None]),
    ("global_avg_pool", "keep_dims", [0, "true", None]),
    ("adaptive_max_pool", "size", [0, None, "same"]),
    ("subsample", "stride", [0, -2, 0.5]),
    ("layer_norm", "axes", ["height", 1, [], [1.0], [True], [[0]], None]),
    ("layer_norm", "epsilon", [-1e-9, 2, NAN, INFINITY, "1e-3", True]),
    ("group_norm", "groups", COUNT),
    ("local_response_norm", "size", COUNT),
    ("local_response_norm", "alpha", [0, -1, NAN, INFINITY, 1e16, True, "1", None]),
    ("rescale", "scale", [NAN, INFINITY, "1/0", "255", True, [], [[1]], [1, NAN], 10**400, None]),
    ("scale", "bias", [0, None]),
    ("dropout", "rate", [1, 1.0, -0.1, NAN, True, "0.5", None]),
    ("drop_path", "rate", [2]),
    ("leaky_relu", "slope", [NAN, -INFINITY, True, "0.1", 10**400]),
    ("elu", "alpha", [0, -1, NAN, INFINITY]),
    ("gelu", "approximate", ["tanh", 1]),
    ("hard_sigmoid", "variant", ["keras3", 2, True]),
    ("maxout", "pieces", COUNT),
    (
        "reshape",
        "shape",
        [[-1, -1], -2, 0, [], [-1.0], [2, 0], [2.0], [True], [[2]], "2x-1"],
    ),
    ("permute", "order", [[1, 2], [0, 0], [], [0, True], [-1, 0], 0, "01", [0, 2]]),
    ("channel_shuffle", "groups", COUNT),
    ("pixel_shuffle", "factor", COUNT),
    ("slice", "start", [-1, True, 1.0, None]),
    ("slice", "stop", [0, -1, True]),
    ("slice", "axis", ["height", 1.0, True, None]),
    ("split", "take", [-1, True, None]),
    ("pad", "amount", [-1, True, "same", [[1]], [[1, 2, 3]], [1, [1, 2]], [], [[1, -2]], None]),
    ("pad", "mode", ["constant", 0, None]),
    ("crop", "amount", [-1, "valid"]),
    ("resize", "factor", [0, -1, NAN, INFINITY, True, "2", [], [2, 0], [2] * 4, [[2]]]),
    ("resize", "mode", ["cubic"]),
    ("residual", "body", [1, None, {"relu": 1}]),
    ("add", "paths", [1, "prev", [1], [{"relu": None}], None]),
    ("opaque", "output", [0, [], [-1], "7x", [7, None], [7, 7.0]]),
    ("opaque", "params", [-1, 0.5, True, "5"]),
    ("relu", "in_channels", [0, True]),
    ("relu", "dtype", ["float"]),
    ("relu", "slope", [1]),
]

REQUIRED: dict[str, dict[str, object]] = {
    "adaptive_avg_pool": {"size": 2},
    "adaptive_max_pool": {"size": 2},
    "avg_pool": {"size": 2},
    "channel_shuffle": {"groups": 2},
    "conv_transpose": {"filters": 4, "kernel": 3},
    "crop": {"amount": 1},
    "depthwise_conv": {"kernel": 3},
    "drop_path": {"rate": 0.5},
    "dropout": {"rate": 0.5},
    "group_norm": {"groups": 2},
    "local_response_norm": {"size": 5},
    "maxout": {"pieces": 2},
    "pad": {"amount": 1},
    "permute": {"order": [0, 1]},
    "pixel_shuffle": {"factor": 2},
    "reshape": {"shape": [4]},
    "resize": {"factor": 2},
    "space_to_depth": {"factor": 2},
    "spatial_dropout": {"rate": 0.5},
    "split": {"parts": 2},
    "subsample": {"size": 2},
}


@pytest.mark.parametrize(("op", "spelling", "ours"), SPELLINGS)
def test_spelling(op: str, spelling: str, ours: str | None) -> None:
    assert layer_type(op).canonical(spelling) == ours


@pytest.mark.parametrize(
    ("op", "field", "value"),
    [(op, field, value) for op, field, values in REFUSED for value in values],
)
def test_refused(op: str, field: str, value: object) -> None:
    arguments = {**REQUIRED.get(op, {}), field: value}
    with pytest.raises(ValidationError) as caught:
        layer_type(op).model_validate(arguments)
    assert {error["loc"][:1] for error in caught.value.errors()} == {(field,)}


@pytest.mark.parametrize("op", sorted(REQUIRED))
def test_required(op: str) -> None:
    make(op, REQUIRED[op])
    for field in REQUIRED[op]:
        rest = {name: value for name, value in REQUIRED[op].items() if name != field}
        with pytest.raises(ValidationError):
            make(op, rest)


@pytest.mark.parametrize("op", sorted(set(OPS) - set(REQUIRED) - {"conv", "separable_conv"}))
def test_optional(op: str) -> None:
    if op in ("max_pool", "dense"):
        make(op, 2)
    else:
        make(op)


def test_resize_takes_one_of_factor_and_size() -> None:
    for argument in ({}, {"factor": 2, "size": 4}, {"factor": 2, "align_corners": True}):
        with pytest.raises(ValidationError):
            make("resize", argument)


def test_arguments_are_frozen_and_hashable_where_given() -> None:
    layer = make("reshape", [2, -1])
    with pytest.raises(ValidationError):
        layer.shape = (4,)  # type: ignore[attr-defined]
    assert make("residual", {"body": ["relu"]}) == make("residual", {"body": ("relu",)})


LAYERS = tuple(samples())
SHAPES: list[tuple[Shape, ...]] = [
    ((), ()),
    ((7,), (7,)),
    ((9, 4), (9, 4)),
    ((8, 8, 4), (8, 8, 4)),
    ((None, 8, None), (None, 8, 4)),
    ((3, 4, 5, 6), (3, 4, 5, 6)),
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.integers(),
    st.sampled_from([10**15, 10**15 + 1, -(10**15), 10**400]),
    st.floats(),
    st.floats(0, 3),
    st.text(max_size=5),
    st.sampled_from(["same", "valid", "causal", "channels", "all", "3x3", "1/3", "prev", "relu"]),
)
hostile = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def fields(layer: Layer) -> list[str]:
    return [name for name in type(layer).model_fields if name not in layer.flow_words]


@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_only_validation_errors_escape(data: st.DataObject) -> None:
    """Whatever an argument holds, it is refused as pydantic does, or lowers like any other."""
    layer = data.draw(st.sampled_from(LAYERS))
    names = data.draw(st.lists(st.sampled_from(fields(layer)), min_size=1, max_size=2))
    arguments = layer.model_dump(include=layer.model_fields_set, warnings=False)
    arguments.update({name: data.draw(hostile, label=name) for name in names})
    try:
        changed = type(layer).model_validate(arguments)
    except ValidationError:
        return
    for shapes in SHAPES:
        inputs = shapes if layer.path_fields else shapes[:1]
        if inputs[0] or not layer.needs_input_shape:
            lower(changed, inputs)


@given(value=hostile)
@example({"relu": {1: 2}})
@example({"find": None})
@example({"": {}})
def test_a_hostile_activation(value: object) -> None:
    try:
        layer = make("dense", {"units": 3, "activation": value})
    except ValidationError:
        return
    layer.lower(((4,),))
