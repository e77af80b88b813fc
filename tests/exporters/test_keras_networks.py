"""Whole networks in Keras: every layer's shape, the counts, and the same values as our own run."""

from __future__ import annotations

import pytest
from hypothesis import Phase, event, given, settings

from cnncalc.errors import UsageError
from cnncalc.exporters.keras import build_keras, to_keras
from tests.exporters.keras_models import check_layers, compare, keras
from tests.exporters.zoo_sizes import small
from tests.helpers import facts_of, zoo_facts, zoo_names
from tests.properties.strategies import Drawn, networks

pytestmark = [
    pytest.mark.oracle,
    # Keras asks whether a softmax over one channel is meant; a drawn network may have one
    pytest.mark.filterwarnings("ignore:You are using a softmax over axis:UserWarning"),
]


@pytest.mark.parametrize("name", ["lenet5", "lenet5-modern"])  # all of them in test_agreement
def test_values(name: str) -> None:
    facts = small(name)
    check_layers(facts, compare(facts))


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo_names())
def test_shapes_at_full_size(name: str) -> None:
    with keras.StatelessScope(initialize_variables=False):
        check_layers(zoo_facts(name), build_keras(zoo_facts(name)))
    keras.backend.clear_session(free_memory=False)


# without shrinking, which takes minutes: every new shape is compiled anew; more in test_agreement
@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
@given(networks())
def test_generated(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    try:
        to_keras(facts)
    except UsageError as refusal:
        if "no cells have no mean" not in str(refusal):
            raise
        event("a window in the padding")
    else:
        check_layers(facts, compare(facts))
