"""Whether given arrays are those that a network needs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.analysis.weights import Weight
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.numeric.weights.lazy import Array, Dtype, Form, LazyArrays, float_dtype, forms_of
from cnncalc.numeric.weights.listing import MOST_LISTED, listed, shown
from cnncalc.numeric.weights.names import required

_FLOATS = ("float16", "float32", "float64")
_MOST_COMPARED = 2000  # names that a hint looks at


def matched(weights: Mapping[str, Any], facts: NetworkFacts, dtype: str | Dtype) -> LazyArrays:
    """The arrays that a network needs out of `weights`, in its order and in its element type.

    Names and shapes are compared at once, without reading an array. Each array is read, converted
    and looked through for values that no network can compute with when it is asked for; it is
    C-contiguous, and may be the given one itself.

    Args:
        weights: Arrays by `<layer>.<weight>`.
        facts: The facts of the network.
        dtype: float32 or float64.

    Raises:
        UsageError: Arrays are missing, not needed, of another shape, or hold no floats; all of them
            are named. Later, from the mapping: an array holds NaN, an infinity, a number that is
            too large for the type, or a variance below 0.
    """
    to = float_dtype(dtype)
    needed = required(facts)
    forms = forms_of(weights)
    complaints = [
        *_names(list(needed), list(forms)),
        *_shapes(needed, forms),
        *_types(forms),
    ]
    if complaints:
        raise UsageError(f"the weights do not fit the network: {'; '.join(complaints)}")
    return LazyArrays(
        {name: Form(weight.shape, to) for name, weight in needed.items()},
        lambda name: _checked(name, np.asarray(weights[name]), to),
    )


def _names(needed: list[str], given: list[str]) -> list[str]:
    """What is wrong with the names."""
    present, known = set(given), set(needed)
    missing = [name for name in needed if name not in present]
    extra = [name for name in given if name not in known]
    complaints = []
    if missing:
        complaints.append(f"{len(missing)} missing: {listed([*map(shown, missing)])}")
    if extra:
        hints = [_hint(name, missing) for name in extra[:MOST_LISTED]]
        named = [*hints, *extra[MOST_LISTED:]]
        complaints.append(f"{len(extra)} not in the network: {listed(named)}")
    return complaints


def _hint(name: str, missing: list[str]) -> str:
    few = list(islice(missing, _MOST_COMPARED))
    near = difflib.get_close_matches(name[:200], few, 1, 0.6)
    return shown(name) + (f" (is it {shown(near[0])}?)" if near else "")


def _shapes(needed: Mapping[str, Weight], given: Mapping[str, Form]) -> list[str]:
    """What is wrong with the shapes of the arrays that are there."""
    wrong = [
        f"{shown(name)} ({_size(weight.shape)} needed, {_size(given[name].shape)} given)"
        for name, weight in needed.items()
        if name in given and given[name].shape != weight.shape
    ]
    return [f"{len(wrong)} of another shape: {listed(wrong)}"] if wrong else []


def _size(shape: Sizes) -> str:
    return (format_shape(shape) if len(shape) <= 8 else f"{len(shape)} axes") or "one number"


def _types(given: Mapping[str, Form]) -> list[str]:
    wrong = [
        f"{shown(name)} ({form.dtype})"
        for name, form in given.items()
        if form.dtype.name not in _FLOATS
    ]
    return [f"{len(wrong)} not of type {', '.join(_FLOATS)}: {listed(wrong)}"] if wrong else []


def _checked(name: str, array: Array, to: Dtype) -> Array:
    """The array in the type that is asked for, if a network can compute with it."""
    with np.errstate(over="ignore"):
        converted = np.require(array, to, ["C", "A"])
    # the extremes tell of every NaN and infinity, without an array of as many answers
    low, high = converted.min(initial=0), converted.max(initial=0)
    if not np.isfinite([low, high]).all():
        raise UsageError(_not_finite(name, array, converted))
    if low < 0 and name.endswith("variance"):
        raise UsageError(f"{shown(name)} holds {low:g}; a variance is never below 0")
    return converted


def _not_finite(name: str, array: Array, converted: Array) -> str:
    place = np.unravel_index(np.flatnonzero(~np.isfinite(converted))[0], converted.shape)
    index = [int(position) for position in place]
    value = array[place]
    if np.isfinite(value):
        advice = "compute in float64"
        return (
            f"{shown(name)} holds {value:g} at {index}, too large for {converted.dtype}; {advice}"
        )
    return f"{shown(name)} holds {value:g} at {index}; weights must be finite numbers"
