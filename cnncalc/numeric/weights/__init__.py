"""Weights: which arrays a network needs, where they come from, and the files they are kept in."""

from cnncalc.numeric.weights.files import load_weights, save_weights
from cnncalc.numeric.weights.initial import initial, scrambled
from cnncalc.numeric.weights.matching import matched
from cnncalc.numeric.weights.names import required

__all__ = ["initial", "load_weights", "matched", "required", "save_weights", "scrambled"]
