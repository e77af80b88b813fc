"""Whole networks as PyTorch modules: their shapes and counts, and the NumPy backend's values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.torch import build_torch, to_torch
from cnncalc.exporters.torch.plan import plan_of
from cnncalc.numeric.weights import scrambled
from tests.exporters.torch_models import complaints, counts, expected_counts, outputs
from tests.exporters.zoo_sizes import QUICK, small
from tests.helpers import facts_of, zoo_facts, zoo_names
from tests.numeric.arrays import assert_close
from tests.numeric.graphs import some_inputs
from tests.properties.strategies import Drawn, networks

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

# Layers that stand elsewhere in other calls of their block, and so have another name there.
ODDLY_NAMED = {"xception": {"block2.relu_1"}}


def compare(facts: NetworkFacts, dtype: str = "float32") -> None:
    """PyTorch's float32 against the NumPy backend."""
    weights, inputs = scrambled(facts, 1), some_inputs(facts)
    theirs = cnncalc.run(facts.network, inputs, weights, dtype=dtype)
    ours = outputs(facts, weights, inputs)
    for result, name in zip(ours, dict.fromkeys(facts.outputs), strict=True):
        assert_close(result, theirs[name], "float32", name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if place.variant else [])
        for name, place in zoo_names().items()
    ],
)
def test_shapes_and_counts(name: str) -> None:
    """On a device where tensors have shapes and no values."""
    facts = zoo_facts(name)
    seen: dict[str, tuple[int, ...]] = {}

    def note(path: str) -> Any:
        return lambda module, given, result: seen.update({path: tuple(result.shape)})

    with torch.device("meta"):
        model = build_torch(facts).eval()
        for path, module in model.named_modules():
            module.register_forward_hook(note(path))
        shapes = [shape or () for shape in facts.inputs.values()]
        model(*(torch.empty(1, shape[-1], *shape[:-1]) for shape in shapes))
    assert counts(model) == expected_counts(facts)
    plan, missing = plan_of(facts), set()
    for layer in facts.layers:
        last = plan.makings[layer.node.index][-1]
        if last.is_module:
            with_role = f"{layer.name}_{last.role}"
            path = with_role if with_role in seen else layer.name
            if path in seen:
                _, channels, *sizes = seen[path]
                assert (*sizes, channels) == layer.output_shape, layer.name
            else:
                missing.add(layer.name)
    assert missing == ODDLY_NAMED.get(name, set())


def test_code_of_the_zoo_is_clean(tmp_path: Path) -> None:
    assert not complaints((to_torch(zoo_facts(name)) for name in zoo_names()), tmp_path)


@pytest.mark.parametrize("name", QUICK)
def test_values(name: str) -> None:
    compare(small(name))


@settings(max_examples=40)
@given(networks())
def test_generated(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    compare(facts, "float64")  # so that an ill-conditioned network has one rounding error, not two
    with torch.device("meta"):
        assert counts(build_torch(facts)) == expected_counts(facts)


@pytest.mark.slow
def test_generated_code_is_clean(tmp_path: Path) -> None:
    sources: list[str] = []

    @settings(max_examples=100)
    @given(networks())
    def collect(drawn: Drawn) -> None:
        sources.append(to_torch(facts_of(drawn.text)))

    collect()
    assert not complaints(sources, tmp_path)
