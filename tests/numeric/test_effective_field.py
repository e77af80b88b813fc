"""What each cell of a receptive field counts."""

from __future__ import annotations

import numpy as np
import pytest

from cnncalc.errors import UsageError
from cnncalc.numeric.effective_field import effective_field
from cnncalc.numeric.weights import scrambled
from tests.helpers import facts_of, network_of


def test_is_the_kernel_of_one_layer() -> None:
    """A linear layer's slope is its kernel."""
    text = "input: 7x9x1\nlayers: [{conv: {filters: 1, kernel: 3, padding: same}}]"
    found = effective_field(network_of(text), draws=1, seed=5)
    kernel = np.abs(scrambled(facts_of(text), 5, "float64")["conv_1.kernel"][:, :, 0, 0])
    assert found[2:5, 3:6] == pytest.approx(kernel / kernel.max(), abs=1e-6)
    found[2:5, 3:6] = 0
    assert not found.any()


def test_lies_inside_the_field_and_falls_off() -> None:
    layers = "\n".join([" - conv: {filters: 4, kernel: 3, padding: same}"] * 4)
    found = effective_field(network_of(f"input: 15x15x1\nlayers:\n{layers}"), draws=6)
    field = found[3:12, 3:12]  # nine cells around the middle
    assert found.max() == 1
    assert field.all()
    assert (found > 0).sum() == 81
    assert field[3:6, 3:6].min() > field[[0, 0, 8, 8], [0, 8, 0, 8]].max() * 10


def test_of_a_layer_in_the_middle() -> None:
    text = """
input: 12x12x2
layers:
  - conv: {filters: 2, kernel: 3, padding: same}
  - relu
  - global_avg_pool
"""
    assert (effective_field(network_of(text), "relu_1") > 0).sum() == 9
    assert (effective_field(network_of(text)) > 0).sum() > 100


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input: 512x512x1\nlayers: [{conv: {filters: 64, kernel: 9}}]", "a smaller input"),
        ("inputs: {a: 4x4x1, b: 4x4x1}\nlayers: [{add: [a, b]}]", "2 inputs"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        effective_field(network_of(text))
