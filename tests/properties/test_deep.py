"""The properties that pay most for it, with many more examples: `pytest -m slow`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.properties import test_equivalences, test_figures, test_receptive_field, test_sizes
from tests.properties.strategies import Drawn, Options, networks

pytestmark = pytest.mark.slow
FLAT = Options(ranks=(1, 1, 2))
SMALL = Options(
    ranks=(1, 1, 2), largest={1: 64, 2: 14}, head=False, gates=False, blocks=False, most=4
)


def body(test: Any, drawn: Drawn) -> None:
    """Run what a property says, on a network drawn here."""
    test.hypothesis.inner_test(drawn)


@settings(max_examples=1200)
@given(networks(FLAT))
def test_fields(drawn: Drawn) -> None:
    body(test_receptive_field.test_fields, drawn)


@settings(max_examples=600)
@given(networks(SMALL))
def test_fields_inside_the_borders(drawn: Drawn) -> None:
    body(test_receptive_field.test_fields_inside_the_borders, drawn)


@settings(max_examples=900)
@given(networks())
def test_everything_else(drawn: Drawn) -> None:
    body(test_sizes.test_networks, drawn)
    body(test_figures.test_parameters_are_the_declared_arrays, drawn)
    body(test_figures.test_peak_memory, drawn)
    body(test_equivalences.test_expanded, drawn)
