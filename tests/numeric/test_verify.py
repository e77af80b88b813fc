"""Predictions put to the test by running networks: right ones agree, wrong ones are caught."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import cnncalc
from cnncalc.analysis import fields
from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.numeric import verify as module
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.program import Program
from cnncalc.numeric.verify import LayerCheck, Verification, verify
from tests.helpers import network_of
from tests.properties.strategies import Drawn, networks

PLAIN = """
input: 20x17x2
layers:
  - conv: {filters: 3, kernel: 3, padding: same}
  - batch_norm
  - max_pool: 2
  - conv: {filters: 4, kernel: [3, 2]}
  - global_avg_pool
  - dense: 3
"""


def of(text: str, name: str) -> LayerCheck:
    return layer_of(verify(network_of(text)), name)


def layer_of(outcome: Verification, name: str) -> LayerCheck:
    return next(layer for layer in outcome.layers if layer.name == name)


def predicting(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[LayerFacts], LayerFacts]
) -> Verification:
    """The outcome for predictions of which one is changed."""

    def changed(*args: Any, **kwargs: Any) -> NetworkFacts:
        facts = analyze(*args, **kwargs)
        layers = tuple(change(each) if each.name == name else each for each in facts.layers)
        return replace(facts, layers=layers)

    monkeypatch.setattr(module, "analyze", changed)
    return verify(network_of(PLAIN))


def test_everything_agrees() -> None:
    outcome = verify(network_of(PLAIN))
    assert outcome.agrees
    found = [(layer.shape.found, layer.field.found) for layer in outcome.layers]
    assert found == [
        ((20, 17, 3), (3, 3)),
        ((20, 17, 3), (3, 3)),
        ((10, 8, 3), (4, 4)),
        ((8, 7, 4), (8, 6)),
        ((4,), None),
        ((3,), None),
    ]
    assert [layer.n_params.found for layer in outcome.layers] == [57, 6, 0, 76, 0, 15]
    assert [layer.n_statistics.found for layer in outcome.layers] == [0, 6, 0, 0, 0, 0]
    assert [layer.activation_bytes.found for layer in outcome.layers] == [
        *(4080, 4080, 960),
        *(896, 16, 12),
    ]
    assert outcome.layers[4].field.whole_input
    assert outcome.chosen == "lines"


@given(networks())
@settings(max_examples=40)
def test_random_networks(drawn: Drawn) -> None:
    outcome = verify(network_of(drawn.text), threads=1)
    assert not [layer for layer in outcome.layers if not layer.agrees]
    assert outcome.layers[-1].shape.found == drawn.output


@pytest.mark.parametrize(
    "name", ["lenet5", "ten-filters", "fashion-mnist", "dcgan", "m5", "convnetjs-cifar10"]
)
def test_zoo(name: str) -> None:
    assert verify(cnncalc.load(name), threads=1).agrees


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("resnet18", "64x64x3"),
        ("shufflenet-v2", "64x64x3"),
        ("mobilenet-v3-large", "64x64x3"),
        ("googlenet-torchvision", "96x96x3"),
        ("densenet121", "64x64x3"),
        ("unet", "64x64x1"),
        ("unet-valid", "188x188x1"),
        ("dilated-context", "64x64x21"),
    ],
)
@pytest.mark.slow
def test_larger_networks_of_the_zoo(name: str, size: str) -> None:
    assert verify(cnncalc.load(name, input=size), threads=1).agrees


def test_wrong_shape_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = predicting(
        monkeypatch, "max_pool_1", lambda layer: layer._replace(output_shape=(10, 9, 3))
    )
    assert not outcome.agrees
    assert layer_of(outcome, "max_pool_1").shape == ((10, 9, 3), (10, 8, 3))


@pytest.mark.parametrize("figure", ["n_params", "n_statistics", "activation_bytes"])
def test_wrong_figure_is_caught(monkeypatch: pytest.MonkeyPatch, figure: str) -> None:
    def more(layer: LayerFacts) -> LayerFacts:
        value = getattr(layer.figures, figure) + 1
        return layer._replace(figures=layer.figures._replace(**{figure: value}))

    outcome = predicting(monkeypatch, "batch_norm_1", more)
    assert [layer.name for layer in outcome.layers if not layer.agrees] == ["batch_norm_1"]
    wrong = getattr(layer_of(outcome, "batch_norm_1"), figure)
    assert wrong.predicted == wrong.found + 1


@pytest.mark.parametrize("size", [(7, 6), (9, 6), (8, 5), (8, 7)])
def test_wrong_size_of_the_field_is_caught(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    def change(layer: LayerFacts) -> LayerFacts:
        assert layer.receptive_field is not None
        return layer._replace(receptive_field=layer.receptive_field._replace(size=size))

    outcome = predicting(monkeypatch, "conv_2", change)
    assert [layer.name for layer in outcome.layers if not layer.agrees] == ["conv_2"]
    assert layer_of(outcome, "conv_2").field.found == (8, 6)


@pytest.mark.parametrize("name", ["conv_2", "global_avg_pool_1"])
def test_wrong_reach_is_caught(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def change(layer: LayerFacts) -> LayerFacts:
        field = layer.receptive_field
        assert field is not None
        return layer._replace(receptive_field=field._replace(whole_input=not field.whole_input))

    outcome = predicting(monkeypatch, name, change)
    assert [layer.name for layer in outcome.layers if not layer.agrees] == [name]


OFF = pytest.mark.parametrize(
    "off",
    [(1, 0), (0, 1), (-1, 0), (0, -1), (1, -1)],
    ids=["late", "long", "early", "short", "shifted"],
)


def wrong_windows(monkeypatch: pytest.MonkeyPatch, off: tuple[int, int]) -> None:
    """Fields are computed wrongly behind every window of three cells."""
    right = fields.slide

    def wrong(axis: fields.Axis, kernel: int, *rest: Any) -> fields.Axis:
        (piece,) = right(axis, kernel, *rest)
        if kernel != 3 or piece.first[0] is None or piece.last[0] is None:
            return (piece,)
        return (piece._replace(first=(piece.first[0] + off[0],), last=(piece.last[0] + off[1],)),)

    monkeypatch.setattr(fields, "slide", wrong)


@OFF
@pytest.mark.parametrize("seconds", [2.0, 0.0], ids=["all cells", "deciding cells"])
def test_wrong_arithmetic_is_caught(
    monkeypatch: pytest.MonkeyPatch, off: tuple[int, int], seconds: float
) -> None:
    monkeypatch.setattr("cnncalc.numeric.field_checks._FEW_SECONDS", seconds)
    assert verify(network_of(PLAIN)).agrees
    wrong_windows(monkeypatch, off)
    outcome = verify(network_of(PLAIN))
    assert outcome.chosen == ("lines" if seconds else "deciding")
    assert layer_of(outcome, "conv_1").field.status == "differs"
    assert layer_of(outcome, "conv_2").field.status == "differs"


@OFF
def test_few_cells_decide_for_windows_with_gaps_between(
    monkeypatch: pytest.MonkeyPatch, off: tuple[int, int]
) -> None:
    text = "input: 41x37x1\nlayers: [{conv: {filters: 1, kernel: 3, stride: 5}}]"
    monkeypatch.setattr("cnncalc.numeric.field_checks._FEW_SECONDS", 0)
    assert verify(network_of(text)).n_cells == 6
    wrong_windows(monkeypatch, off)
    assert of(text, "conv_1").field.status == "differs"


def test_wrong_kernel_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that reads one cell further than it should: here what is run is at fault."""

    def blurred(self: Program, inputs: Any) -> Any:
        return right(self, {name: array + _shifted(array) for name, array in inputs.items()})

    right = Program.__call__
    monkeypatch.setattr(Program, "__call__", blurred)
    outcome = verify(network_of(PLAIN))
    assert layer_of(outcome, "conv_1").field.found == (3, 4)
    assert layer_of(outcome, "global_avg_pool_1").agrees  # it sees everything all the same


def _shifted(array: Array) -> Array:
    shifted = np.zeros_like(array)
    shifted[:, :, 1:] = array[:, :, :-1]
    return shifted


def test_field_beyond_the_input() -> None:
    text = """
input: 9x9x1
layers:
  - conv: {filters: 1, kernel: 9, padding: same}
  - conv: {filters: 1, kernel: 15, padding: same}
"""
    assert of(text, "conv_1").field[:3] == ((9, 9), (9, 9), "agrees")
    check = of(text, "conv_2").field
    assert check[:3] == ((23, 23), (9, 9), "at_least")


def test_gaps_do_not_hide_ends() -> None:
    text = """
input: 17x16x2
layers:
  - conv: {filters: 2, kernel: 1, stride: 3}
  - conv: {filters: 2, kernel: 3, dilation: 2}
"""
    assert of(text, "conv_2").field[:3] == ((13, 13), (13, 13), "agrees")


def test_largest_field_that_no_output_has() -> None:
    text = "input: 11x11x1\nlayers: [{adaptive_avg_pool: 2}, {avg_pool: {size: 2, stride: 3}}]"
    assert of(text, "avg_pool_1").field[:3] == ((12, 12), (11, 11), "agrees")


def test_axes_that_change_places_are_not_compared() -> None:
    text = "input: 8x9x3\nlayers: [{permute: [1, 0, 2]}, {conv: {filters: 1, kernel: [3, 1]}}]"
    check = of(text, "conv_1")
    assert check.agrees
    assert check.field.status == "unknown"
    assert check.notes == ("axes changed places on the way",)


def test_other_element_type() -> None:
    check = of("input: 8x8x1\nlayers: [{conv: {filters: 1, kernel: 3, dtype: float16}}]", "conv_1")
    assert check.agrees
    assert check.activation_bytes == (72, None)
    assert "float16" in check.notes[0]


def test_shared_weights_are_counted_once() -> None:
    text = """
input: 8x8x2
layers:
  - conv: {filters: 2, kernel: 3, padding: same, name: first}
  - conv: {share: first}
"""
    outcome = verify(network_of(text))
    assert outcome.agrees
    assert [layer.n_params.found for layer in outcome.layers] == [38, 0]


def test_little_memory_runs_the_layers_in_groups() -> None:
    network = cnncalc.load("fashion-mnist")
    assert verify(network, max_memory=9_000_000, threads=1).agrees
    with pytest.raises(UsageError, match="are allowed"):
        verify(network, max_memory=1_000_000)


def test_network_that_cannot_be_run() -> None:
    text = "input: 8x8x2\nlayers: [{opaque: {output: [4, 4, 2]}}]"
    with pytest.raises(UsageError, match="is opaque"):
        verify(network_of(text))


@pytest.mark.parametrize(
    ("layers", "name"),
    [
        ("[instance_norm, {conv: {filters: 1, kernel: 1, padding: 2}}]", "conv_1"),
        (
            "[instance_norm, {conv_transpose: {filters: 1, kernel: 1, stride: 3}}]",
            "conv_transpose_1",
        ),
        ("[global_response_norm, {pad: 2}, relu]", "relu_1"),
    ],
)
def test_outputs_that_see_nothing_are_no_difference(layers: str, name: str) -> None:
    check = of(f"input: 9x8x2\nlayers: {layers}", name).field
    assert (check.status, check.whole_input) == ("agrees", True)


def test_gate_that_misses_some_cells() -> None:
    text = """
input: 12x12x2
layers:
  - multiply: [prev, [{conv: {filters: 2, kernel: 1, stride: 2}}, global_avg_pool]]
  - conv: {filters: 2, kernel: 3}
"""
    assert verify(network_of(text)).agrees


def test_padding_that_repeats_the_map() -> None:
    text = """
input: 12x12x2
layers:
  - pad: {amount: 2, mode: reflect}
  - conv: {filters: 2, kernel: 3}
"""
    assert of(text, "conv_1").field[:3] == ((3, 3), (3, 3), "agrees")


def test_channels_are_not_followed() -> None:
    """Every second cell of a map that was taken apart and put together again."""
    text = """
input: 8x8x1
layers:
  - space_to_depth: 2
  - pixel_shuffle: 2
  - max_pool: {size: 1, stride: 2}
"""
    assert of(text, "space_to_depth_1").field.status == "agrees"
    assert of(text, "max_pool_1").field[:3] == ((2, 2), (1, 1), "at_least")


def test_paths_that_reach_further_in_different_directions() -> None:
    text = """
input: 15x15x2
layers:
  - add:
      - [{conv: {filters: 2, kernel: [5, 1], padding: same}}]
      - [{conv: {filters: 2, kernel: [1, 5], padding: same}}]
  - conv: {filters: 2, kernel: 3}
"""
    assert of(text, "add_1").field[:3] == ((5, 5), (5, 5), "agrees")
    assert of(text, "conv_3").field[:3] == ((7, 7), (7, 7), "agrees")


def test_ends_behind_a_crop_are_looked_for_inside() -> None:
    text = """
input: 13x13x1
layers:
  - crop: 3
  - conv: {filters: 1, kernel: 5, padding: same}
  - conv: {filters: 1, kernel: 3, padding: same}
"""
    assert of(text, "conv_2").field[:3] == ((7, 7), (7, 7), "agrees")


def test_ends_that_are_cut_off_cannot_be_seen() -> None:
    text = """
input: 13x13x1
layers:
  - crop: 3
  - conv: {filters: 1, kernel: 15, padding: same}
"""
    assert of(text, "conv_1").field[:3] == ((15, 15), (7, 7), "at_least")


def test_more_than_a_bound_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "input: 8x8x8\nlayers: [{pixel_shuffle: 2}, {conv: {filters: 1, kernel: 3}}]"
    assert of(text, "conv_1").agrees
    wrong_windows(monkeypatch, (1, 0))
    assert of(text, "conv_1").field.status == "differs"


@pytest.mark.parametrize("merge", ["concat", "add"])
def test_each_of_several_inputs_is_seen_by_its_own_cells(merge: str) -> None:
    network = cnncalc.load(
        f"""
inputs: {{left: 8x8x3, right: 8x8x3}}
layers:
  - global_avg_pool: {{name: a, from: left}}
  - global_avg_pool: {{name: b, from: right}}
  - {merge}: [a, b]
  - dense: 1
"""
    )
    assert verify(network).agrees


@pytest.mark.parametrize(
    ("name", "size", "limit"),
    [("m5", None, 40), pytest.param("resnet18", "64x64x3", 60, marks=pytest.mark.slow)],
)
def test_little_memory_is_not_exceeded(name: str, size: str | None, limit: int) -> None:
    network = cnncalc.load(name, input=size)
    verify(cnncalc.load("lenet5"), threads=1)  # imports are no part of it
    tracemalloc.start()
    outcome = verify(network, max_memory=limit * 2**20, threads=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcome.agrees
    assert peak <= limit * 2**20
