"""How far what Keras, PyTorch and ONNX Runtime compute is from what NumPy does, with equal weights.

A program of its own, which prints a line of JSON for every comparison, with Keras on PyTorch: Keras
reads its backend once, when it is imported, and JAX compiles every shape of every operation anew,
which takes minutes where PyTorch takes seconds.

    KERAS_BACKEND=torch python -m tests.exporters.agreement zoo resnet50 vgg16
    KERAS_BACKEND=torch python -m tests.exporters.agreement drawn
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Sequence
from math import prod, sqrt

import numpy as np
import torch
from hypothesis import HealthCheck, Phase, given, settings

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.numeric.running import run
from cnncalc.numeric.weights import required, scrambled
from cnncalc.numeric.weights.moments import arriving_squares
from tests.exporters import keras_models, onnx_values, torch_models
from tests.exporters.single import single
from tests.exporters.test_keras_layers import ACTIVATIONS, CHAINS
from tests.exporters.test_torch_primitives import CASES, KINDS
from tests.exporters.zoo_sizes import small
from tests.helpers import chain, facts_of
from tests.numeric.arrays import Array, Arrays, difference
from tests.numeric.graphs import some_inputs
from tests.numeric.strategies import Case
from tests.properties.strategies import Drawn, networks

TARGETS = {
    "keras": keras_models.outputs,
    "torch": torch_models.outputs,
    "onnx": onnx_values.outputs,
}
LARGE = 20e6  # parameters: Keras's models refer to themselves, and stay until collected
MANY = 2**18  # values; larger kernels repeat those that are drawn
DRAWN = 65_537  # a prime, so that no two rows or filters of them are alike
# the profile of all tests, without shrinking: no example fails, as differences are judged later
STEADY = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def weights_of(facts: NetworkFacts) -> dict[str, Array]:
    """Weights like `scrambled` ones, and made sooner where there are many."""
    arrays, squares = scrambled(facts, 1), arriving_squares(facts)
    found = {}
    for number, (name, weight) in enumerate(required(facts).items()):
        if prod(weight.shape) <= MANY:
            found[name] = arrays[name]
            continue
        values = np.random.default_rng(number).standard_normal(DRAWN)
        values /= sqrt(prod(weight.shape[:-1]) * squares[name])
        found[name] = np.resize(values.astype(np.float32), weight.shape)
    return found


def show(what: str, found: dict[str, float | str]) -> None:
    """A line: what was compared, and by target how far apart it is, or why it is refused."""
    sys.stdout.write(json.dumps([what, found]) + "\n")


def compared(
    facts: NetworkFacts, weights: Arrays, inputs: Arrays, expected: Sequence[Array], *targets: str
) -> dict[str, float | str]:
    """By target the largest difference, over the largest value, or why the target refuses."""
    found: dict[str, float | str] = {}
    for target in targets:
        try:
            results = TARGETS[target](facts, weights, inputs)
        except UsageError as refusal:
            found[target] = str(refusal)
        else:
            pairs = zip(results, expected, strict=True)
            found[target] = max(difference(result, right) for result, right in pairs)
    return found


def network(facts: NetworkFacts, dtype: str, *targets: str) -> dict[str, float | str]:
    """A network in some targets and in NumPy."""
    weights, inputs = weights_of(facts), some_inputs(facts)
    ours = run(facts.network, inputs, weights, threads=1, dtype=dtype)
    expected = [ours[name] for name in dict.fromkeys(facts.outputs)]
    return compared(facts, weights, inputs, expected, *targets)


def zoo(names: list[str]) -> None:
    """Networks of the zoo, in all targets."""
    for name in names:
        facts = small(name)
        show(name, network(facts, "float32", *TARGETS))
        if facts.totals.n_params > LARGE:
            gc.collect()


def drawn() -> None:
    """What is drawn for the other targets elsewhere, in Keras."""
    compare_networks()
    for kind in KINDS:
        compare_primitives(kind)
    for name, (primitive, *shapes) in CASES.items():
        show(name, of_primitive(Case(primitive, tuple((2, *shape) for shape in shapes))))
    for shape, layer in (*CHAINS, *(("3x2x5", activation) for activation in ACTIVATIONS)):
        show(f"{shape} {layer}", network(chain(shape, layer), "float32", "keras"))


@settings(STEADY, max_examples=200)
@given(networks())
def compare_networks(drawn: Drawn) -> None:
    # in double, so that an ill-conditioned network has one rounding error, not two
    show(f"network {drawn!r}", network(facts_of(drawn.text), "float64", "keras"))


def compare_primitives(kind: str) -> None:
    """Primitives with every rank, padding, dilation and grouping."""

    @settings(STEADY, max_examples=40)
    @given(KINDS[kind])
    def compare(case: Case) -> None:
        show(f"{kind} {case!r}", of_primitive(case))

    compare()


def of_primitive(case: Case) -> dict[str, float | str]:
    """A primitive in Keras and in NumPy."""
    facts = single(case.primitive, *(shape[1:] for shape in case.shapes))
    weights = {f"out.{name}": array for name, array in case.arrays("float32").items()}
    inputs = {f"in_{k}": x for k, x in enumerate(case.inputs("float32"))}
    (expected,) = run(facts.network, inputs, weights, threads=1, dtype="float64").values()
    return compared(facts, weights, inputs, [expected], "keras")


def main() -> None:
    """Do what the arguments say."""
    torch.set_grad_enabled(False)
    drawn() if sys.argv[1] == "drawn" else zoo(sys.argv[2:])


if __name__ == "__main__":
    main()
