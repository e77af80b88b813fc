"""The accuracy that was published for a network, as its spec cites it."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.source import Mapping, plain_data
from cnncalc.spec.document import Document, parse_shape


class Accuracy(NamedTuple):
    """An accuracy that somebody measured and published.

    Attributes:
        top1: How often the likeliest class is the right one, in per cent; None if that was not
            published.
        top5: How often the right class is among the five likeliest, in per cent.
        data: What it was measured on: `ImageNet`.
        crop: What of the images was shown: `224 of 256` is a centre crop of 224 pixels of an image
            whose shorter side was brought to 256.
        source: Who published it.
        url: Where.
    """

    top1: float | None
    top5: float | None
    data: str | None
    crop: str | None
    source: str | None
    url: str | None


def published_accuracy(facts: NetworkFacts) -> Accuracy | None:
    """The accuracy that the spec of a network cites for it.

    None is cited for what was made another network: with variables set, with another input, or with
    another number of parameters than the one that was measured. See docs/compare.md for the keys
    `x-published` and `x-accuracy`.
    """
    document = facts.network.document
    name = _name(document)
    if name is None or document.settings.defines or not _has_its_input(document):
        return None
    figures = _section(document, "x-published").get(name)
    if not isinstance(figures, dict):
        return None
    if figures.get("n_params", facts.totals.n_params) != facts.totals.n_params:
        return None
    top1, top5 = _share(figures.get("top1")), _share(figures.get("top5"))
    if top1 is None and top5 is None:
        return None
    shared = _section(document, "x-accuracy")
    every = {**shared, **{key: figures[key] for key in ("data", "crop") if key in figures}}
    source = _text(shared.get("source")) or _text(figures.get("source"))
    words = (_text(every.get("data")), _text(every.get("crop")), source, _text(every.get("url")))
    return Accuracy(top1, top5, *words)


def _name(document: Document) -> str | None:
    """What the file calls the variant that is used."""
    variant = document.settings.variant
    networks = _section(document, "x-networks")
    if networks:
        return next((name for name, one in networks.items() if one == variant), None)
    return document.name if variant is None else None


def _has_its_input(document: Document) -> bool:
    """Whether every input has the shape that is written in the spec."""
    if not document.settings.inputs:
        return True
    return all(parse_shape(plain_data(node)) == shape for shape, node in document.inputs.values())


def _section(document: Document, key: str) -> dict[str, Any]:
    node = document.section(key)
    data = plain_data(node) if isinstance(node, Mapping) else None
    return data if isinstance(data, dict) else {}


def _share(value: Any) -> float | None:
    """A number from 0 to 100; None for anything else that may stand there."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 100 else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
