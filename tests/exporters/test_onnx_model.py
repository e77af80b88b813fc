"""The form of the ONNX models: names, weights, refusals, files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc import UsageError
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.onnx import save, to_onnx
from cnncalc.exporters.onnx.model_graph import MOST_BYTES
from cnncalc.ir import primitives as p
from tests.exporters.onnx_values import channels_first, evaluate, layer_tensors, run
from tests.exporters.single import single
from tests.helpers import chain, facts_of
from tests.numeric import naive
from tests.numeric.arrays import Arrays, assert_close
from tests.numeric.graphs import evaluate as walk
from tests.numeric.graphs import some_inputs, some_weights

onnx: Any = pytest.importorskip("onnx")


def broken(text: str) -> NetworkFacts:
    return cnncalc.analyze(cnncalc.load(text))


def initializers(model: Any) -> dict[str, Any]:
    return {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}


def judged(facts: NetworkFacts, weights: Arrays, inputs: Arrays) -> dict[str, Any]:
    def apply(step: Any, tensors: Any, arrays: Arrays) -> Any:
        return naive.compute(step.primitive, tensors, arrays)

    return walk(facts, weights, inputs, apply, np.asarray, np.asarray)


def test_a_model_says_what_it_is() -> None:
    model = to_onnx(chain("8x9x3", "conv: {filters: 4, kernel: 3, activation: relu}"))
    assert model.producer_name == "cnncalc"
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 21)]
    assert model.ir_version == 10
    (data, *_) = model.graph.input
    sizes = [dim.dim_param or dim.dim_value for dim in data.type.tensor_type.shape.dim]
    assert (data.name, sizes) == ("input", ["N", 3, 8, 9])
    assert [node.name for node in model.graph.node] == ["conv_1/Conv", "conv_1"]
    assert [info.name for info in model.graph.output] == ["conv_1"]
    assert not model.graph.value_info


def test_inner_layers_are_described_and_no_others() -> None:
    facts = chain("8x9x3", "conv: {filters: 4, kernel: 3, activation: relu}", "identity", "relu")
    assert [info.name for info in to_onnx(facts).graph.value_info] == ["conv_1", "identity_1"]


def test_two_exports_are_the_same_bytes() -> None:
    facts = chain("6x6x2", "conv: {filters: 4, kernel: 3}", "flatten", "dense: 3")
    weights = some_weights(facts)
    first, second = (to_onnx(facts, weights).SerializeToString() for _ in range(2))
    assert first == second


def test_weights_that_are_not_given_are_inputs_in_the_same_layout() -> None:
    facts = chain(
        *("7x7x4", "conv: {filters: 6, kernel: 3, groups: 2}", "prelu", "batch_norm"),
        *("conv_transpose: {filters: 4, kernel: 2, stride: 2, groups: 2}", "layer_norm"),
        *("conv: {filters: 2, kernel: 1, connections: [[0, 3], [1]]}", "flatten", "dense: 3"),
    )
    weights, inputs = some_weights(facts), some_inputs(facts)
    embedded, open_ = to_onnx(facts, weights), to_onnx(facts)
    arrays = initializers(embedded)
    names = [info.name for info in open_.graph.input]
    assert set(names[1:]) == set(weights)
    for info in open_.graph.input[1:]:
        sizes = [dim.dim_value for dim in info.type.tensor_type.shape.dim]
        assert sizes == list(arrays[info.name].shape), info.name
    given = [channels_first(inputs["input"]), *(arrays[name] for name in names[1:])]
    ours, theirs = run(open_, given), run(embedded, given[:1])
    for layer in facts.layers:
        np.testing.assert_array_equal(ours[layer.name], theirs[layer.name])


def test_shared_weights_are_there_once() -> None:
    facts = facts_of(
        """
        inputs: {a: 6x6x2, b: 8x8x2}
        layers:
          - conv: {filters: 2, kernel: 3, name: left, from: a}
          - prelu: {name: bend}
          - conv: {share: left, name: right, from: b}
          - flatten
          - reshape: [36, 2]
          - prelu: {share: bend}
        outputs: [bend, prelu_1]
        """
    )
    weights, inputs = some_weights(facts), some_inputs(facts)
    expected = judged(facts, weights, inputs)
    model = to_onnx(facts, weights)
    arrays = [name for name in initializers(model) if name.startswith(("left", "right", "bend"))]
    assert arrays == ["left.kernel", "left.bias", "bend.alpha"]
    for name, values in evaluate(facts, weights, inputs).items():
        assert_close(values, expected[name], "float32", name)


def test_connections_are_scattered_over_zeros() -> None:
    facts = chain("1x1x3", "conv: {filters: 2, kernel: 1, bias: false, connections: [[2], [0, 1]]}")
    weights = {"conv_1.kernel": np.array([[[5.0, 6.0, 7.0]]])}
    kernels = initializers(to_onnx(facts, weights))
    assert kernels["conv_1.kernel"].shape == (3, 1, 1)
    seen = evaluate(facts, weights, {"input": np.array([[[[1.0, 10.0, 100.0]]]])})
    assert seen["conv_1"].ravel().tolist() == [500, 76]


def test_values_keep_their_order() -> None:
    facts = chain("3x2x2", "flatten", "reshape: [2, 2, 3]", "permute: [2, 0, 1]")
    x = np.arange(12.0, dtype=np.float32).reshape(1, 3, 2, 2)
    values = evaluate(facts, {}, {"input": x})
    assert values["flatten_1"].ravel().tolist() == list(range(12))
    np.testing.assert_array_equal(values["permute_1"][0], x.reshape(2, 2, 3).transpose(2, 0, 1))


def test_one_cell_needs_no_transposition() -> None:
    model = to_onnx(chain("1x1x6", "flatten", "reshape: [1, 1, 6]"))
    assert [node.op_type for node in model.graph.node] == ["Flatten", "Reshape"]


def test_one_channel_needs_no_transposition() -> None:
    model = to_onnx(chain("3x4x1", "flatten", "reshape: [4, 3, 1]"))
    assert [node.op_type for node in model.graph.node] == ["Flatten", "Reshape"]


def test_a_normalisation_of_the_last_axes_needs_no_transposition() -> None:
    model = to_onnx(chain("3x4x5", "layer_norm: {axes: [0, 1]}"))
    assert [node.op_type for node in model.graph.node] == ["LayerNormalization"]


@pytest.mark.parametrize(("layer", "form"), [("gelu", b"none"), ("gelu: true", b"tanh")])
def test_the_two_forms_of_gelu(layer: str, form: bytes) -> None:
    # they differ by less than float32 values are held to where there are large ones beside them
    (node,) = to_onnx(chain("3", layer)).graph.node
    assert [attribute.s for attribute in node.attribute] == [form]


def test_float64() -> None:
    layers = (
        "conv: {filters: 4, kernel: 3, activation: celu}",
        "layer_norm",
        "flatten",
        "dense: 3",
    )
    facts = chain("6x6x2", *layers)
    weights = some_weights(facts, dtype="float64")
    inputs = some_inputs(facts, dtype="float64")
    model = to_onnx(facts, weights, dtype="float64")
    onnx.checker.check_model(model, full_check=True)
    session = pytest.importorskip("onnx.reference").ReferenceEvaluator(model)
    (ours,) = session.run(None, {"input": channels_first(inputs["input"])})
    assert ours.dtype == np.float64
    assert_close(ours, judged(facts, weights, inputs)["dense_1"], "float64")


HOSTILE = [
    "a\tb\u202e\x00",
    "a\\tb\\u202e\\x00",
    "conv_6.kernel",
    "conv_6/Conv",
    "../../x",
    "N",
    "<script>{{x}}",
    "Ω 漢字",
]


def test_names_of_any_kind() -> None:
    quoted = (json.dumps(name) for name in HOSTILE)
    layers = [f"conv: {{filters: 2, kernel: 1, activation: relu, name: {name}}}" for name in quoted]
    facts = chain("2x2x2", *layers, "conv: {filters: 2, kernel: 1, activation: relu, name: conv_6}")
    weights, inputs = some_weights(facts), some_inputs(facts)
    model = to_onnx(facts, weights)
    onnx.checker.check_model(model, full_check=True)
    names = [node.output[0] for node in model.graph.node]
    names += [t.name for t in model.graph.initializer]
    assert len(set(names)) == len(names)
    assert all(name.isprintable() for name in names)
    tensors = layer_tensors(model, facts)
    assert [tensors[name] for name in HOSTILE[2:]] == HOSTILE[2:]
    expected = judged(facts, weights, inputs)
    for name, values in evaluate(facts, weights, inputs).items():
        assert_close(values, expected[name], "float32", name)


def test_an_input_may_be_an_output_and_be_named_twice() -> None:
    facts = facts_of(
        """
        inputs: {a: 2x2x1, b: 2x2x1}
        outputs: [a, x, x]
        layers:
          - add: {paths: [a, b], name: x}
        """
    )
    model = to_onnx(facts)
    onnx.checker.check_model(model, full_check=True)
    assert [info.name for info in model.graph.output] == ["a", "x"]
    a, b = (channels_first(x) for x in some_inputs(facts).values())
    np.testing.assert_array_equal(run(model, [a, b])["a"], a)


def test_everything_that_stands_in_the_way_is_said_at_once() -> None:
    facts = broken(
        "input: 8x8x3\nlayers:\n  - opaque: {output: 8x8x3}\n  - opaque: {output: 8x8x3}\n"
        "  - conv: {filters: 2, kernel: 9}\n  - relu\n  - convv: 3\n"
    )
    with pytest.raises(UsageError) as caught:
        to_onnx(facts)
    assert str(caught.value) == (
        "the network cannot be written as ONNX: the document has a problem (first: unknown op "
        "'convv'); `cnncalc check` shows them; opaque_1, opaque_2: what an opaque layer computes "
        "is not known; conv_1: the shapes do not fit (S101 in `cnncalc check`)"
    )


@pytest.mark.parametrize(
    ("primitive", "shape", "why"),
    [
        (
            p.Pooling("average", (2,), (1,), (1,), ((2, 0),)),
            (4, 1),
            "a window lies in the padding, and no cells have no mean",
        ),
        (
            p.Pooling("average", (1,), (1,), (1,), ((0, 1),)),
            (4, 1),
            "a window lies in the padding, and no cells have no mean",
        ),
        (
            p.Pooling("average", (2,), (1,), (3,), ((1, 1),)),
            (2, 1),
            "a window lies in the padding, and no cells have no mean",
        ),
        (
            p.AdaptivePooling("max", (10**7,)),
            (3, 1),
            "pooling to 10,000,000 cells has to list all of the bins' cells",
        ),
        (
            p.Resize((10**7,), "nearest"),
            (3, 1),
            "resizing to 10,000,000 cells has to list all of them",
        ),
        (p.Activation("snake"), (3,), "there is no ONNX for the function snake"),
    ],
)
def test_what_onnx_cannot_say(primitive: p.Primitive, shape: Any, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        to_onnx(single(primitive, shape))
    assert str(caught.value) == f"the network cannot be written as ONNX: out: {why}"


def test_missing_weights_are_listed() -> None:
    facts = chain("8x8x2", *["conv: {filters: 2, kernel: 1}"] * 6)
    weights = some_weights(facts)
    del weights["conv_2.bias"]
    with pytest.raises(UsageError, match=r"^the weights lack conv_2\.bias$"):
        to_onnx(facts, weights)
    with pytest.raises(UsageError, match=r"lack conv_1\.kernel, .*, conv_5\.bias and 2 more$"):
        to_onnx(facts, {})


@pytest.mark.parametrize("wrong", [np.zeros((3, 3, 2, 1)), np.full((3, 3, 2, 4), "x"), None])
def test_a_misshapen_weight_is_refused(wrong: Any) -> None:
    facts = chain("8x8x2", "conv: {filters: 4, kernel: 3, bias: false}")
    message = r"^conv_1\.kernel must be numbers of the shape \(3, 3, 2, 4\), not .* of the shape"
    with pytest.raises(UsageError, match=message):
        to_onnx(facts, {"conv_1.kernel": wrong})


def test_other_types_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^the dtype must be float32 or float64, not 'int8'$"):
        to_onnx(chain("3", "relu"), dtype="int8")


class Enormous(dict[str, Any]):
    """Weights that nobody may ask for."""

    def __contains__(self, name: object) -> bool:
        return True


def test_arrays_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = chain("10", *["dense: {units: 10, bias: false}"] * 3)
    monkeypatch.setattr("cnncalc.exporters.onnx.model_graph.MOST_BYTES", 1000)
    with pytest.raises(UsageError, match="would have 1,200 bytes or more, of 1,000"):
        to_onnx(facts, some_weights(facts))


def test_what_no_file_can_hold_is_refused_before_it_is_made() -> None:
    facts = chain("100000", "dense: {units: 10000, bias: false}")
    with pytest.raises(UsageError) as caught:
        to_onnx(facts, Enormous())
    assert str(caught.value) == (
        f"the ONNX model would have 4,000,000,000 bytes or more, of {MOST_BYTES:,} that one file "
        "can hold; export it without weights"
    )
    assert to_onnx(facts).ByteSize() < 1000
    bare = chain("1000000000", "batch_norm: {scale: false}")
    with pytest.raises(UsageError, match=r"make its layers smaller$"):
        to_onnx(bare)


def test_without_onnx_the_command_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UsageError, match=r'not installed: pip install "cnncalc\[onnx\]"$'):
        to_onnx(chain("3", "relu"))


def test_saved_and_loaded_again(tmp_path: Path) -> None:
    facts = chain("5x5x2", "conv: {filters: 2, kernel: 3}")
    model = to_onnx(facts, some_weights(facts))
    path = tmp_path / "network.onnx"
    save(model, path)
    assert onnx.load(path) == model
    with pytest.raises(UsageError, match=r"exists already; --force"):
        save(to_onnx(facts), path)
    assert onnx.load(path) == model
    save(to_onnx(facts), path, force=True)
    assert onnx.load(path) == to_onnx(facts)


def test_a_model_beyond_the_limit_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = to_onnx(chain("3", "relu"))
    monkeypatch.setattr("cnncalc.exporters.onnx.MOST_BYTES", 10)
    with pytest.raises(UsageError, match=f"would have {model.ByteSize()} bytes"):
        save(model, tmp_path / "network.onnx")
    assert not list(tmp_path.iterdir())
