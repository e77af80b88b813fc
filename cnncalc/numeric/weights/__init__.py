"""Weights: which arrays a network needs, where they come from, and the files they are kept in."""

from cnncalc.numeric.weights.files import load_weights, save_weights
from cnncalc.numeric.weights.initial import initial, scrambled
from cnncalc.numeric.weights.matching import matched
from cnncalc.numeric.weights.names import required
from cnncalc.numeric.weights.own import own_or_initial, own_weights

__all__ = [
    "initial",
    "load_weights",
    "matched",
    "own_or_initial",
    "own_weights",
    "required",
    "save_weights",
    "scrambled",
]
