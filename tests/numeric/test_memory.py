from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import UsageError
from cnncalc.numeric.memory import check_memory, free_memory
from cnncalc.numeric.program import Memory, Plan, Program
from cnncalc.numeric.threads import crew
from cnncalc.numeric.weights import initial, matched

SMALL = [
    ("lenet5", None),
    ("lenet5-modern", None),
    ("fashion-mnist", None),
    ("mobilenet-v2", "96x96x3"),
    ("resnet18", "64x64x3"),
    ("densenet121", "64x64x3"),
    ("unet", "32x32x1"),
    ("dcgan", None),
    ("m5", None),
]
LARGE = [("resnet50", None), ("vgg11", None), ("mobilenet-v2", None), ("unet", "256x256x1")]


def measured(name: str, size: str | None, batch: int, n_threads: int) -> tuple[int, Memory]:
    """The peak of a forward pass by `tracemalloc`, and what was predicted."""
    facts = cnncalc.analyze(cnncalc.load(name, input=size), batch=batch)
    plan = Plan(facts, n_threads=n_threads)
    (shape,) = facts.inputs.values()
    assert shape is not None
    x = np.ones((batch, *[n or 1 for n in shape]), np.float32)
    for _ in range(2):  # the first time modules are imported, which is no part of a pass
        tracemalloc.start()
        with crew(n_threads) as hands:
            program = Program(plan, matched(initial(facts), facts, "float32"), hands)
            tracemalloc.reset_peak()
            program(x)
            peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak, plan.memory


@pytest.mark.parametrize(("name", "size"), SMALL)
@pytest.mark.parametrize(("batch", "n_threads"), [(1, 1), (6, 2)])
def test_the_peak_is_the_predicted_one(
    name: str, size: str | None, batch: int, n_threads: int
) -> None:
    peak, memory = measured(name, size, batch, n_threads)
    assert peak <= 1.2 * memory.total
    assert memory.total <= 1.2 * peak


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), LARGE)
@pytest.mark.parametrize("batch", [1, 4])
def test_large_networks_too(name: str, size: str | None, batch: int) -> None:
    peak, memory = measured(name, size, batch, 2)
    assert memory.total / 1.05 <= peak <= 1.05 * memory.total


def test_too_much_is_refused_with_the_numbers() -> None:
    memory = Memory(weights=3_000, activations=2_000, scratch=1_000, results=4)
    check_memory(memory, 6_004)
    with pytest.raises(UsageError, match=r"^running needs 6004 bytes .*, but 6003 are allowed;"):
        check_memory(memory, 6_003)


def test_what_is_free_is_the_default() -> None:
    free = free_memory()
    assert free is not None
    assert free > 2**20
    with pytest.raises(UsageError, match="are free; take a smaller batch or input"):
        check_memory(Memory(2**60, 0, 0, 0))


def test_nothing_large_is_allocated_before_it_is_refused() -> None:
    network = cnncalc.load("input: 100000x100000x3\nlayers:\n  - conv: {filters: 64, kernel: 3}\n")
    inputs = np.broadcast_to(np.float32(0), (1, 100_000, 100_000, 3))  # one number in memory
    tracemalloc.start()
    with pytest.raises(UsageError, match=r"running needs 5[0-9]{12} bytes"):
        cnncalc.run(network, inputs)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^run takes a network, as cnncalc\.load gives it, not"):
        cnncalc.run("lenet5", np.zeros((1, 32, 32, 1)))  # type: ignore[arg-type]
