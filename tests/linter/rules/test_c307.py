"""C307: which stages stick out."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look


def stages(*filters: int) -> str:
    layers = []
    for n in filters:
        layers += [f"conv: {{filters: {n}, kernel: 3, padding: same, repeat: 2}}", "max_pool: 2"]
    return chain(f"64x64x{filters[0]}", *layers, "global_avg_pool", "dense: 10")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((16, 32, 64), 0),
        ((16, 128, 64), 1),
        ((64, 8, 512, 512), 1),
        ((256, 32, 64), 0),  # the first has one neighbour only
        ((16, 32, 512), 0),  # the last, too
        ((16, 32), 0),
    ],
)
def test_inner_stages_are_compared_with_both_neighbours(
    filters: tuple[int, ...], expected: int
) -> None:
    assert len(look(stages(*filters), "C307")) == expected


def test_networks_that_grow_their_maps_again_are_not_judged() -> None:
    up = ["resize: 4", "conv: {filters: 16, kernel: 3, padding: same}"]
    text = stages(16, 128, 64).replace("  - global_avg_pool\n  - dense: 10\n", "")
    assert look(text + "".join(f"  - {layer}\n" for layer in up), "C307") == []


def test_it_is_off_by_default() -> None:
    assert [finding for finding in look(stages(16, 128, 64)) if finding.code == "C307"] == []


def test_unknown_work_says_nothing() -> None:
    text = stages(16, 128, 64).replace("  - global_avg_pool\n  - dense: 10\n", "")
    assert len(look(text, "C307")) == 1
    more = "  - opaque: {output: 8x8x8}\n  - conv: {filters: 8, kernel: 3}\n"
    assert look(text + more, "C307") == []
