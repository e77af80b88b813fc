"""Every op is there and is documented, and the examples of its docstring run."""

from __future__ import annotations

import inspect

import pytest

from cnncalc.ir.graph import lower
from cnncalc.ir.shapes import Shape
from cnncalc.layers import class_name
from tests.layers.chain import OPS, examples, layer_type, parse_shape, run, samples

# the table of the language, without its "…"
LANGUAGE = """
    conv depthwise_conv separable_conv conv_transpose max_pool avg_pool global_avg_pool
    global_max_pool adaptive_avg_pool adaptive_max_pool subsample dense batch_norm layer_norm
    group_norm instance_norm l2_norm global_response_norm local_response_norm normalize rescale
    scale dropout spatial_dropout drop_path relu relu6 leaky_relu prelu elu selu gelu silu mish
    softplus sigmoid hard_sigmoid hard_swish tanh softmax log_softmax maxout flatten identity
    reshape permute channel_shuffle pixel_shuffle space_to_depth slice split pad crop resize add
    multiply subtract maximum average concat residual opaque
"""

UNKNOWN: list[tuple[Shape | None, ...]] = [
    (None,),
    ((None,),),
    ((None, None),),
    ((None, 8),),
    ((None, None, None),),
    ((None, None, 8),),
    ((16, None, None),),
    ((16, 16, None),),
    ((None, None, None, None),),
    ((None, 8, 8, 4),),
    ((8, 8, 4), (None, None, 4)),
    ((None, None, None), (None, None, None)),
    ((8, 8, 4), None),
]


def test_the_language_is_covered() -> None:
    assert set(LANGUAGE.split()) <= set(OPS)


@pytest.mark.parametrize("op", OPS)
def test_class(op: str) -> None:
    kind = layer_type(op)
    assert (kind.op, kind.__name__) == (op, class_name(op))
    assert kind.main is None or kind.main in kind.model_fields
    assert all(field.description for field in kind.model_fields.values())
    if not kind.path_fields:  # the schema of a path refers to that of all layers
        assert set(kind.model_json_schema()["properties"]) == set(kind.model_fields)


@pytest.mark.parametrize("op", OPS)
def test_docstring(op: str) -> None:
    text = inspect.getdoc(layer_type(op)) or ""
    assert all(f"\n{section}:\n" in text for section in ("Shapes", "Example", "Reference"))
    assert examples(op)


@pytest.mark.parametrize("op", OPS)
def test_example_runs(op: str) -> None:
    for spec in examples(op):
        steps = run(spec["layers"], parse_shape(spec["input"]))
        assert [fault for step in steps for fault in step.lowered.faults] == []
        assert None not in (steps[-1].lowered.output or (None,))
        assert op in {step.layer.op for step in steps}


@pytest.mark.parametrize("inputs", UNKNOWN, ids=str)
def test_unknown_sizes_are_no_fault(inputs: tuple[Shape | None, ...]) -> None:
    """Nothing is raised, and what is not known is never called an empty output."""
    for layer in samples():
        if len(inputs) > 1 and not layer.path_fields:
            continue
        lowered = lower(layer, inputs)
        codes = {fault.code for fault in lowered.faults}
        # the wrong rank (S121, Y705) and merges (S111) can be told without sizes
        assert codes <= {"S121", "Y705", "S111", "S114", "S101"}, layer
        if all(shape is None or set(shape) == {None} for shape in inputs):
            assert not codes & {"S114", "S101"}, layer
