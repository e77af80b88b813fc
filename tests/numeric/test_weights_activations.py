"""What flows through networks with scrambled weights can be compared."""

from __future__ import annotations

import numpy as np
import pytest

from cnncalc import analyze, load
from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.kernel import Crew
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.weights import scrambled


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["resnet152", "densenet121", "mobilenet-v2", "mobilenet-v3-large", "regnety-400mf", "xception"],
)
def test_scrambled_networks_neither_vanish_nor_overflow(name: str) -> None:
    facts = analyze(load(name, input="96x96x3"))
    products = [layer.name for layer in facts.layers if layer.op in ("conv", "dense")]
    program = Program(Plan(facts, keep=products), scrambled(facts, 1), Crew())
    image = np.random.default_rng(0).standard_normal((1, 96, 96, 3)).astype(np.float32)
    results = program(image)
    for product in products:
        last = facts.layer(product).node.lowered.primitives[-1]
        if isinstance(last, p.Activation) and last.function == "softmax":
            assert results[product].max() < 0.5, product
        else:
            assert 1e-3 < np.square(results[product]).mean() < 1e3, product
