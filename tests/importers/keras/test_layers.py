"""One Keras layer at a time: its shape, its counts and its values, from Keras itself."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from math import prod
from typing import Any

import pytest

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.importers.keras.live import from_keras

keras: Any = pytest.importorskip("keras")
cases: Any = pytest.importorskip("tests.importers.keras.layer_cases")
pytestmark = pytest.mark.oracle


def check_counts(model: Any, facts: NetworkFacts) -> None:
    totals = facts.totals
    assert totals.n_params + totals.n_statistics == model.count_params()
    assert totals.n_trainable_params == sum(prod(w.shape) for w in model.trainable_weights)


def built(shape: tuple[int, ...], text: str) -> Any:
    with keras.StatelessScope(initialize_variables=False):  # variables get no values
        return cases.built(shape, text)


@pytest.mark.parametrize(("shape", "text"), cases.EXACT, ids=[text for _, text in cases.EXACT])
def test_exact(shape: tuple[int, ...], text: str) -> None:
    model = built(shape, text)
    facts = cases.understood(from_keras(model))
    assert facts.layers[-1].output_shape == tuple(model.output.shape[1:])
    check_counts(model, facts)


@pytest.mark.parametrize(
    ("shape", "text", "params"), cases.OPAQUE, ids=[text for _, text, _ in cases.OPAQUE]
)
def test_opaque(shape: tuple[int, ...], text: str, params: int | None) -> None:
    model = built(shape, text)
    network = from_keras(model)
    assert not network.problems, network.problems
    facts = cnncalc.analyze(network)
    assert any(layer.op == "opaque" for layer in facts.layers)
    assert not any(layer.faults for layer in facts.layers)
    theirs, ours = tuple(model.output.shape[1:]), facts.layers[-1].output_shape
    assert ours is not None
    assert all(b in (None, a) for a, b in zip(ours, theirs, strict=True))
    if params is None:
        assert any(layer.n_params is None for layer in facts.layers)
    else:
        check_counts(model, facts)
        assert facts.totals.n_params == params


@pytest.mark.slow
def test_values() -> None:
    backend = "torch" if find_spec("torch") else "jax"  # which computes without compiling first
    code = "from tests.importers.keras.layer_cases import check_values; check_values()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
