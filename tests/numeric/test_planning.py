"""Where values lie: nothing that is needed at the same time shares memory."""

from __future__ import annotations

from itertools import pairwise
from math import prod

import pytest

import cnncalc
from cnncalc.numeric.program import Plan

NETWORKS = ["fashion-mnist", "densenet121", "googlenet", "unet", "mobilenet-v2"]


def occupied(plan: Plan) -> list[list[tuple[int, int]]]:
    """Per step the places that are in use while it runs."""
    steps, layout = plan.steps, plan.layout
    sizes = [prod(shape) * plan.dtype.itemsize for shape in steps.shapes]
    reads = [{steps.roots[value] for value in step.inputs} for step in steps.steps]
    last = {root: number for number, roots in enumerate(reads) for root in roots}
    last |= {steps.roots[value]: len(steps.steps) for value in steps.kept.values()}
    alive = set(steps.inputs.values())
    places = []
    for number, (step, kernel) in enumerate(zip(steps.steps, plan.kernels, strict=True)):
        alive.add(step.output)
        room = layout.scratch[number]
        found = {(layout.offsets[root], layout.offsets[root] + sizes[root]) for root in alive}
        taken = kernel.room(plan.n_threads)
        places.append(sorted({*found, (room, room + taken)} if taken else found))
        alive = {root for root in alive if last.get(root, -1) > number}
    return places


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("fuse", [False, True])
def test_no_two_places_overlap(name: str, fuse: bool) -> None:
    plan = Plan(cnncalc.analyze(cnncalc.load(name)), fuse=fuse, n_threads=2)
    for places in occupied(plan):
        for (_, stop), (start, _) in pairwise(places):
            assert stop <= start
        assert places[-1][1] <= plan.layout.n_bytes


@pytest.mark.parametrize(
    ("name", "spare"), [("fashion-mnist", 1.0), ("vgg11", 1.0), ("vgg16", 1.03)]
)
def test_a_chain_takes_little_more_than_its_largest_step(name: str, spare: float) -> None:
    plan = Plan(cnncalc.analyze(cnncalc.load(name)))
    largest = max(sum(stop - start for start, stop in places) for places in occupied(plan))
    assert plan.layout.n_bytes <= spare * largest + 1024
