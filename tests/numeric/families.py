"""Every family of primitives by name, so that each has examples of its own."""

from __future__ import annotations

from hypothesis.strategies import SearchStrategy

from tests.numeric import strategies, strategies_plain
from tests.numeric.strategies import Case

FAMILIES: dict[str, SearchStrategy[Case]] = {
    "convolution": strategies.convolutions(),
    "usual convolution": strategies.usual_convolutions(),
    "transposed convolution": strategies.transposed(),
    "pooling": strategies.pools(),
    "adaptive pooling": strategies_plain.adaptive_pools(),
    "dense": strategies_plain.dense(),
    "normalization": strategies_plain.normalizations(),
    "activation": strategies_plain.activations(),
    "pointwise": strategies_plain.pointwise(),
    "merge": strategies_plain.merges(),
    "rearrangement": strategies_plain.rearrangements(),
    "resize": strategies_plain.resizes(),
}
