"""What a pad layer added before a window is no loss, as padding of the window's own is none."""

from __future__ import annotations

import pytest

from cnncalc.linter.geometry import misfits
from tests.helpers import chain, facts_of


@pytest.mark.parametrize(
    ("between", "lost"),
    [
        ([], 0),
        (["relu", "batch_norm"], 0),
        (["crop: [[0, 3], [0, 3]]"], 1),
        (["conv: {filters: 3, kernel: 1}"], 1),
    ],
)
def test_a_border_is_no_input(between: list[str], lost: int) -> None:
    window = "conv: {filters: 4, kernel: 7, stride: 2, name: window}"
    size = "227x227x3" if any(layer.startswith("crop") for layer in between) else "224x224x3"
    facts = chain(size, "pad: 3", *between, window)
    found = facts.layer("window").windows
    assert [one.remainder for one in found] == [1, 1]
    assert [one.real_cells_lost for one in found] == [lost, lost]
    assert [one.size for one in found] == [230, 230]  # it slides over the border all the same


def test_facts_and_rules_agree() -> None:
    """A copy of a layer that has no border before it still loses what it loses."""
    facts = facts_of(
        """
        input: 30x30x3
        layers:
          - pad: {amount: [[1, 2], [0, 1]], name: padded}
          - max_pool: {size: 2, stride: 4}
          - conv: {filters: 2, kernel: 2, stride: 3, from: input}
          - crop: {amount: [[0, 0], [0, 1]], from: padded}
          - avg_pool: {size: 3, stride: 4}
        outputs: [max_pool_1, conv_1, avg_pool_1]
        """
    )
    judged = {layer.name: windows for layer, windows in misfits(facts)}
    assert set(judged) == {"max_pool_1", "conv_1", "avg_pool_1"}
    for name, windows in judged.items():
        lost = [one.real_cells_lost for one in facts.layer(name).windows]
        assert lost == [one.real_cells_lost for one in windows], name
