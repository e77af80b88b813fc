"""What reading costs, whatever is written: in units of what PyYAML's bare events cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
import yaml

import cnncalc.source.parser
from cnncalc.errors import SpecError
from cnncalc.source import Source, parse

N = 100_000  # the limit here: so many values as a stranger may write take twenty times as long
MOST = 3.5  # times the bare events of N ones; most documents take twice


def values(form: str, n: int = N) -> str:
    """A list of different values, in a map as no list is a spec."""
    return f"x: [{', '.join(map(form.format, range(n)))}]"


DOCUMENTS: dict[str, Callable[[], str]] = {
    "ones": lambda: "x: [" + "1," * N + "]",
    "ones in lists": lambda: "x: [" + "[1]," * N + "]",
    "empty lists": lambda: "x: [" + "[]," * N + "]",
    "dashes": lambda: "- - - - - - - -\n" * N,
    "maps": lambda: "- a: b\n" * N,
    "maps of a pair": lambda: "x: [" + "a: 1," * N + "]",
    "keys": lambda: "\n".join(f"k{n}: 1" for n in range(60_000)),
    "words": lambda: values("a{0:x}"),
    "integers": lambda: values("{0}"),
    "negative integers": lambda: values("-{0}"),
    "decimals": lambda: values("0.{0:06d}"),
    "exponents": lambda: values("{0}e-5"),
    "hexadecimals": lambda: values("0x{0:x}"),
    "shapes": lambda: values("{0}x3"),
    "quoted words": lambda: values("'{0}'"),
    "escapes": lambda: "x: [" + '"\\n",' * N + "]",
    "block scalars": lambda: "x:\n" + "- |\n a\n" * N,
    "nothing": lambda: "x:\n" + "-\n" * N,
    "emoji": lambda: "x: [" + "\U0001f600," * N + "]",
}


def seconds(action: Callable[[], object]) -> float:
    """How long it takes the processor, at best."""

    def once() -> float:
        start = time.process_time()
        action()
        return time.process_time() - start

    return min(once() for _ in range(3))


def read(text: str) -> None:
    with suppress(SpecError):  # some have too many values, and most of them are read by then
        parse(Source("arch.yaml", text))


def bare_events(text: str) -> None:
    for _ in yaml.parse(text, yaml.CSafeLoader):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_costs_much_more_than_its_events(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cnncalc.source.parser, "MAX_NODES", N)
    text, yardstick = DOCUMENTS[name](), DOCUMENTS["ones"]()
    ratio = seconds(lambda: read(text)) / seconds(lambda: bare_events(yardstick))
    assert ratio < MOST
