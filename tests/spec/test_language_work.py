"""How much may be evaluated for one document, and what is evaluated once."""

from __future__ import annotations

import pytest

import cnncalc
import cnncalc.spec.scope
from cnncalc.errors import SpecError
from tests.spec.checking import facts_of, only, spec

TOO_MUCH = "too many, or evaluated too often"


def units(text: str) -> list[int | None]:
    """Parameters of every layer, which tell their arguments apart."""
    return [layer.n_params for layer in facts_of(text).layers]


def check_limit(text: str, work: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document takes so much work, and not a bit less."""
    monkeypatch.setattr(cnncalc.spec.scope, "MAX_WORK", work)
    cnncalc.load(text + "\n")
    monkeypatch.setattr(cnncalc.spec.scope, "MAX_WORK", work - 1)
    with pytest.raises(SpecError, match=TOO_MUCH):
        cnncalc.load(text + "\n")


@pytest.mark.parametrize(
    ("layers", "head", "work"),
    [
        (["max_pool: [2, 2]"], "", 2 * 4),
        (["max_pool: [2, 2]"] * 2, "", 2 * 2 * 4),
        (["max_pool: {size: [1, 1], repeat: 9}"], "", 2 * 4),
        (["dense: $(1+1)"], "", 5 * 6),
        (["dense: $(1+1)"] * 2, "", 5 * 6 + 6),
        (["dense: {units: $(1+1), repeat: 9}"], "", 5 * 6),
        (["dense: {units: $in_channels, repeat: 9}"], "", 5 * 12 + 8 * 12),
        # too long to be parsed, however long; what is certain of a broken layer is evaluated again
        (["relu: {in_channels: $" + "a" * 999 + "}"], "", 5 * 200 + 200),
        # when it is counted, and when it is called
        (["B"], "blocks: {B: {params: {p: 1, q: 2}, layers: [relu]}}", 2 * 2 * 10),
        (["B: {repeat: 9}"], "blocks: {B: {params: {p: 1}, layers: [relu]}}", 10 + 9 * 10),
    ],
)
def test_what_evaluating_takes(
    layers: list[str], head: str, work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_limit(spec(*layers, head=head), work, monkeypatch)


def test_copies_see_their_own_channels() -> None:
    text = spec("dense: {units: $(2*in_channels), bias: false, repeat: 3}", input="1")
    assert units(text) == [2, 8, 32]


def test_copies_see_the_channels_through_parameters() -> None:
    block = "blocks: {B: {params: {n: $(2*in_channels)}, layers: [dense: {units: $n, repeat: 2}]}}"
    assert units(spec("B: {repeat: 2}", input="1", head=block)) == [4, 6, 12, 20]


def test_copies_of_a_block_have_their_own_parameters() -> None:
    block = "blocks: {B: {params: {n: 1}, layers: [dense: {units: $n, bias: false}]}}"
    text = spec("B: {n: 3, first: {n: 2}, repeat: 3}", "B: 5", input="1", head=block)
    assert units(text) == [2, 6, 9, 15]


def test_a_list_of_more_than_a_mebibyte_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cnncalc.spec.scope, "_LONGEST", 6)
    facts_of(spec("max_pool: [2, 2]"))
    message = only(spec("max_pool: [2, 02]")).message
    assert message.startswith("max_pool: a list or map that is a value has at most")


def test_1000_outputs_are_accepted_and_one_more_is_not() -> None:
    cnncalc.load(spec("relu", head=f"outputs: [{', '.join(['relu_1'] * 1000)}]") + "\n")
    with pytest.raises(SpecError, match="a network has at most 1000 outputs"):
        cnncalc.load(spec("relu", head=f"outputs: [{', '.join(['relu_1'] * 1001)}]") + "\n")
