"""A run sets the size of NumPy's buffers, and leaves none of that behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.threads import crew
from cnncalc.numeric.weights import initial, matched


@pytest.fixture
def program() -> Any:
    """A network that is ready to run."""
    facts = cnncalc.analyze(cnncalc.load("lenet5-modern"))
    with crew(1) as hands:
        yield Program(Plan(facts), matched(initial(facts), facts, "float32"), hands)


def test_the_size_is_what_it_was(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    before = np.getbufsize()
    monkeypatch.setattr(program, "_calls", [lambda: sizes.append(np.getbufsize())])
    program(np.ones((1, 32, 32, 1), np.float32))
    assert sizes != [before]
    assert np.getbufsize() == before


def test_after_an_error_too(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise MemoryError

    before = np.getbufsize()
    monkeypatch.setattr(program, "_calls", [fail])
    with pytest.raises(MemoryError):
        program(np.ones((1, 32, 32, 1), np.float32))
    assert np.getbufsize() == before
