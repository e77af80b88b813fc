"""What must hold of a network before it can be written in any other form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.source.printable import printable


class Reason(NamedTuple):
    """Why a network cannot be expressed.

    Attributes:
        layer: Name of the layer to blame; None where it is the whole document.
        why: What is the matter with it.
    """

    layer: str | None
    why: str


class Inexpressible(Exception):
    """What one layer computes has no equal in the other form; the message says why."""


def check_expressible(facts: NetworkFacts, form: str) -> None:
    """Refuse a network that has faults, unknown shapes or opaque layers.

    Args:
        facts: The network.
        form: What it is to become, for the message: `ONNX`.

    Raises:
        UsageError: Something stands in the way; the message lists all of it.
    """
    reasons = [*_of_document(facts), *_of_inputs(facts)]
    for layer in facts.layers:
        reasons += _of_layer(layer)
    if reasons:
        refuse(form, reasons)


def refuse(form: str, reasons: Iterable[Reason]) -> NoReturn:
    """Say in one line why a network cannot be expressed, layers with the same reason together.

    Raises:
        UsageError: Always.
    """
    layers: dict[str, list[str]] = {}
    for reason in reasons:
        named = layers.setdefault(reason.why, [])
        if reason.layer is not None:
            named.append(printable(reason.layer))
    parts = [f"{', '.join(named)}: {why}" if named else why for why, named in layers.items()]
    raise UsageError(f"the network cannot be written as {form}: {'; '.join(parts)}")


def known(shape: Shape | None) -> Sizes:
    """A shape of which every size is known, as all are after `check_expressible`."""
    assert shape is not None
    sizes = tuple(size for size in shape if size is not None)
    assert len(sizes) == len(shape)
    return sizes


def _is_known(shape: Shape | None) -> bool:
    return shape is not None and None not in shape


def _of_document(facts: NetworkFacts) -> Iterator[Reason]:
    problems = facts.network.problems
    if problems:
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        first = printable(problems[0].message)
        yield Reason(None, f"the document has {count} (first: {first}); `cnncalc check` shows them")


def _of_inputs(facts: NetworkFacts) -> Iterator[Reason]:
    for name, shape in facts.inputs.items():
        if not _is_known(shape):
            yield Reason(name, "the shape of this input is not known")


def _of_layer(layer: LayerFacts) -> Iterator[Reason]:
    for fault in layer.faults:
        yield Reason(layer.name, f"the shapes do not fit ({fault.code} in `cnncalc check`)")
    lowered = layer.node.lowered
    if any(isinstance(primitive, p.Opaque) for primitive in lowered.primitives):
        yield Reason(layer.name, "what an opaque layer computes is not known")
    elif not layer.faults and all(map(_is_known, lowered.inputs)):
        # after a layer to blame the unknown shapes are its consequence, and no news
        shapes = (*lowered.shapes, lowered.output)
        if not lowered.primitives or not all(map(_is_known, shapes)):
            yield Reason(layer.name, "the shape of its output is not known")
