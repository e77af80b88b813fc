"""How the tests compare a network that NumPy runs with another program's values, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.numeric.weights import scrambled
from cnncalc.spec.network import Network
from tests.helpers import sound
from tests.numeric import graphs
from tests.numeric.arrays import Array, Arrays, assert_close

Evaluate = Callable[[NetworkFacts, Arrays, Arrays], dict[str, Array]]


def with_torch(dtype: str, *, training: bool = False) -> Evaluate:
    """PyTorch's values."""
    import pytest

    torch_values: Any = pytest.importorskip("tests.numeric.torch_values")
    return lambda facts, weights, inputs: torch_values.evaluate(
        facts, weights, inputs, dtype, training=training
    )


def judge(
    network: Network,
    evaluate: Evaluate,
    dtype: str,
    *,
    batch: int = 2,
    training: bool = False,
    threads: int = 2,
) -> None:
    """Hold every layer's values to another program's, and the shapes and counts to the facts.

    Once every layer is kept, so that nothing can be fused, and once none is.
    """
    facts = sound(cnncalc.analyze(network, batch=batch, dtype=dtype))
    weights = dict(scrambled(facts, 1, dtype))
    n_values = sum(array.size for array in weights.values())
    assert n_values == facts.totals.n_params + facts.totals.n_statistics
    inputs = graphs.some_inputs(facts, batch=batch, dtype=dtype)
    expected = evaluate(facts, weights, inputs)
    options: dict[str, Any] = {"dtype": dtype, "training": training, "threads": threads}
    names = [layer.name for layer in facts.layers]
    kept = cnncalc.run(network, inputs, weights, keep=names, **options)
    for layer in facts.layers:
        assert layer.output_shape == kept[layer.name].shape[1:] == expected[layer.name].shape[1:]
        assert kept[layer.name].dtype == dtype
        assert_close(kept[layer.name], expected[layer.name], dtype, f"{layer.name} ({layer.op})")
    outputs = cnncalc.run(network, inputs, weights, **options)
    assert set(outputs) == set(facts.outputs)
    for name in facts.outputs:
        assert_close(outputs[name], expected[name], dtype, f"{name}, fused")
