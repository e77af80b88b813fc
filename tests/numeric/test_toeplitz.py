"""A convolution as a dense matrix: equal, full of zeros, and with few different weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts
from cnncalc.errors import UsageError
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.toeplitz import Sharing, dense_matrix, sharing
from cnncalc.numeric.weights import scrambled
from tests.helpers import facts_of, network_of


def of(text: str) -> tuple[LayerFacts, Array]:
    facts = facts_of(text)
    kernel = scrambled(facts, 0, "float64")["conv_1.kernel"]
    return facts.layer("conv_1"), kernel


def check(text: str) -> None:
    network = network_of(text)
    facts = analyze(network)
    layer = facts.layers[0]
    weights = dict(scrambled(facts, 0, "float64"))
    (name,) = weights
    matrix = dense_matrix(layer, weights[name])
    (shape,) = facts.inputs.values()
    x = np.random.default_rng(0).standard_normal((3, *(size or 0 for size in shape or ())))
    (expected,) = cnncalc.run(network, x, weights, dtype="float64").values()
    assert x.reshape(3, -1) @ matrix == pytest.approx(expected.reshape(3, -1), abs=1e-12)
    counts = sharing(layer)
    assert counts.n_entries == matrix.size
    assert counts.n_uses == np.count_nonzero(matrix)
    assert counts.n_zeros == matrix.size - np.count_nonzero(matrix)
    assert counts.n_weights == weights[name].size


@st.composite
def convolutions(draw: st.DrawFn) -> str:
    rank = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 2))
    kernel = draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank))
    size = [draw(st.integers(5, 6)) for _ in range(rank)]
    arguments: dict[str, Any] = {
        "filters": groups * draw(st.integers(1, 2)),
        "kernel": kernel,
        "stride": draw(st.integers(1, 3)),
        "dilation": draw(st.integers(1, 2)),
        "padding": draw(st.sampled_from(["valid", "same", 2])),
        "groups": groups,
        "bias": False,
    }
    channels = groups * draw(st.integers(1, 2))
    return f"input: {[*size, channels]}\nlayers: [{{conv: {arguments}}}]".replace("False", "false")


@given(convolutions())
@settings(max_examples=60)
def test_is_the_convolution(text: str) -> None:
    check(text)


def test_depthwise() -> None:
    check("input: 5x6x3\nlayers: [{depthwise_conv: {kernel: 3, bias: false}}]")


def test_connections() -> None:
    check(
        "input: 5x5x3\nlayers: [{conv: {filters: 2, kernel: 2, bias: false,"
        " connections: [[0, 2], [1]]}}]"
    )


def test_of_one_row() -> None:
    """Each column holds the kernel, one cell further down than the column before."""
    text = "input: 5x1\nlayers: [{conv: {filters: 1, kernel: 3, bias: false}}]"
    layer, _ = of(text)
    matrix = dense_matrix(layer, np.array([1, 2, 3]).reshape(3, 1, 1))
    assert matrix.tolist() == [[1, 0, 0], [2, 1, 0], [3, 2, 1], [0, 3, 2], [0, 0, 3]]


def test_is_doubly_block_toeplitz() -> None:
    layer, kernel = of("input: 6x7x1\nlayers: [{conv: {filters: 1, kernel: 3, bias: false}}]")
    blocks = dense_matrix(layer, kernel).reshape(6, 7, 4, 5).transpose(0, 2, 1, 3)
    for block in blocks.reshape(-1, 7, 5):
        assert (block[1:, 1:] == block[:-1, :-1]).all()
    assert (blocks[1:, 1:] == blocks[:-1, :-1]).all()
    assert not blocks[0, 1].any()


def test_counts_of_the_lecture() -> None:
    """7×7 cells and the cross, with zeros around: 9 weights stand in for 2 401."""
    layer, _ = of("input: 7x7x1\nlayers: [{conv: {filters: 1, kernel: 3, padding: same}}]")
    assert sharing(layer) == Sharing(2401, 2040, 361, 9)


def test_counts_at_any_size() -> None:
    layer = analyze(cnncalc.load("vgg16")).layers[0]
    counts = sharing(layer)
    assert counts.n_weights == 1728
    assert counts.n_entries == 224 * 224 * 3 * 224 * 224 * 64
    assert counts.n_uses == (3 * 224 - 2) ** 2 * 3 * 64


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("input: 4x4x1\nlayers: [relu]", (3, 3, 1, 1), "is no convolution"),
        ("input: 4x4x1\nlayers: [{conv: {filters: 1, kernel: 3}}]", (3, 3), "is 3×3×1×1, not 3×3"),
        (
            "input: 200x200x1\nlayers: [{conv: {filters: 1, kernel: 3}}]",
            (3, 3, 1, 1),
            "would be 40000×39204",
        ),
    ],
)
def test_refused(text: str, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        dense_matrix(facts_of(text).layers[0], np.ones(shape))
