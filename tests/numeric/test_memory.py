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


def loading(name: str, size: str | None, n_threads: int) -> tuple[int, Memory]:
    """The peak from the first weight on, without the pass, and what was predicted."""
    facts = cnncalc.analyze(cnncalc.load(name, input=size))
    plan = Plan(facts, n_threads=n_threads)
    weights = matched(initial(facts, kernel="ones"), facts, "float32")
    for _ in range(2):
        tracemalloc.start()
        with crew(n_threads) as hands:
            Program(plan, weights, hands)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak, plan.memory


@pytest.mark.parametrize(
    ("name", "size"), [("resnet18", "64x64x3"), ("mobilenet-v2", "96x96x3"), ("dcgan", None)]
)
def test_loading_the_weights_takes_no_more_than_predicted(name: str, size: str | None) -> None:
    peak, memory = loading(name, size, 1)
    assert peak <= 1.05 * memory.total


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet50", "vgg16"])
def test_nor_that_of_large_networks(name: str) -> None:
    peak, memory = loading(name, None, 2)
    assert peak <= 1.02 * memory.total


@pytest.mark.parametrize("units", [8000, 96])
def test_one_large_layer_is_there_twice_while_it_is_loaded(units: int) -> None:
    network = cnncalc.load(f"input: 1000\nlayers:\n  - dense: {{units: {units}, bias: false}}\n")
    facts = cnncalc.analyze(network)
    plan = Plan(facts)
    weights = matched(initial(facts, kernel="ones"), facts, "float32")
    tracemalloc.start()
    with crew(1) as hands:
        Program(plan, weights, hands)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= plan.memory.total + 2**20  # what random numbers are drawn in


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "fashion-mnist"])
def test_no_kernel_is_kept_in_a_larger_form(name: str) -> None:
    facts = cnncalc.analyze(cnncalc.load(name))
    params = facts.totals.n_params
    assert params is not None
    assert Plan(facts).memory.weights <= 4 * params + 1024  # the bins of a pool


def test_the_largest_weights_are_loaded_first() -> None:
    plan = Plan(cnncalc.analyze(cnncalc.load("vgg16")))
    memory = plan.memory  # loading takes no more than the pass
    assert memory.total == memory.weights + plan.layout.n_bytes + memory.results


def test_working_memory_lies_between_the_activations() -> None:
    plan = Plan(cnncalc.analyze(cnncalc.load("vgg16")))
    largest = max(kernel.room(1) for kernel in plan.kernels)
    assert largest > 10 * plan.memory.scratch


def test_too_much_is_refused_with_the_numbers() -> None:
    memory = Memory(weights=3_000, activations=2_000, scratch=1_000, results=4)
    check_memory(memory, 6_004)
    message = (
        r"^running needs 5\.86 KiB \(6004 bytes\): .*; but 5\.86 KiB \(6003 bytes\) are allowed;"
    )
    with pytest.raises(UsageError, match=message):
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
    with pytest.raises(UsageError, match=r"running needs 4\.[0-9]+ TiB \(5[0-9]{12} bytes\)"):
        cnncalc.run(network, inputs)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^run takes a network, as cnncalc\.load gives it, not"):
        cnncalc.run("lenet5", np.zeros((1, 32, 32, 1)))  # type: ignore[arg-type]
