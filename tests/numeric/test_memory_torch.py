"""The memory of a forward pass against PyTorch's, each in a process of its own."""

from __future__ import annotations

import sys

import pytest

from benchmarks.forward_memory import peaks

pytest.importorskip("torch", reason="PyTorch is what is compared with")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.oracle,
    pytest.mark.skipif(sys.platform != "linux", reason="the growth of a process is read in /proc"),
]


@pytest.mark.parametrize("network", ["resnet50", "vgg16"])
def test_a_pass_takes_less_than_with_pytorch(network: str) -> None:
    found = peaks(network, 1)
    assert found.ours < found.theirs
    assert found.our_growth < found.their_growth
    assert found.ours <= 1.02 * found.predicted
    assert found.our_growth <= 1.05 * found.predicted  # while the weights are loaded, too


@pytest.mark.parametrize("batch", [1, 8])
def test_nor_does_a_small_network_take_more(batch: int) -> None:
    found = peaks("fashion-mnist", batch)
    assert found.ours < found.theirs
    assert found.our_growth < found.their_growth
