"""The classes of the generated file that PyTorch lacks, each as its source."""

from __future__ import annotations

import re

from cnncalc.exporters.torch import classes_values, classes_windows

_RANK = re.compile(r"[123](?=d$)")


def source_of(name: str) -> str:
    """The source of a class; one number of axes is put in where its name has one."""
    rank = _RANK.search(name)
    text = _SOURCES[_RANK.sub("{d}", name)]
    return text.replace("{d}", rank[0]) if rank else text


def _split(text: str) -> dict[str, str]:
    parts = re.split(r"^(?=class )", text, flags=re.MULTILINE)
    return {part[len("class ") :].partition("(")[0]: part.rstrip() for part in parts if part}


_SOURCES = _split(classes_windows.CLASSES) | _split(classes_values.CLASSES)
NAMES = frozenset(name.replace("{d}", rank) for name in _SOURCES for rank in "123")
