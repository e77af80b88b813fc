"""Names of classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cnncalc.errors import UsageError
from cnncalc.numeric.weights.reading import reading
from cnncalc.source.printable import printable

_MOST_BYTES = 16 * 2**20
_LONGEST = 1000  # characters of a label; ImageNet-21k's longest have some 300


def read_labels(path: str | Path) -> list[str]:
    """The labels in a file, by index.

    A text has one on each line. A JSON list has them in order; a JSON object has them by index, as
    `{"0": "tench"}` or, as Keras's `imagenet_class_index.json` has it, with an identifier before:
    `{"0": ["n01440764", "tench"]}`. Characters that do not show are escaped.

    Args:
        path: The file, in UTF-8.

    Raises:
        UsageError: There is no such file, it is too large or no UTF-8, JSON of another form, or has
            no labels.
    """
    where = printable(str(path))
    with reading(path) as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{where} is larger than {_MOST_BYTES // 2**20} MiB, the most for labels")
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UsageError(f"{where} is not UTF-8; save it as UTF-8, one label a line") from None
    labels = _from_json(text, where) if text.startswith(("[", "{")) else text.split("\n")
    if labels in ([], [""]):
        raise UsageError(f"{where} has no labels; write one on each line")
    if max(map(len, labels)) > _LONGEST:
        raise UsageError(
            f"{where} has a label of more than {_LONGEST} characters; is it another file?"
        )
    return [printable(label.strip()) for label in labels]


def _from_json(text: str, where: str) -> list[str]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{where} begins like JSON, but is none; mend it") from None
    if isinstance(data, dict):
        if data.keys() != {str(index) for index in range(len(data))}:
            raise UsageError(f"{where}: the keys must be the numbers from 0 to {len(data) - 1}")
        data = [_name(data[str(index)]) for index in range(len(data))]
    if not all(isinstance(label, str) for label in data):
        raise UsageError(f"{where} must be a list of strings, or an object of strings by index")
    return list(data)


def _name(entry: Any) -> Any:
    """The name in an entry `[identifier, name]`, or the entry itself."""
    match entry:
        case [str(), str(name)]:
            return name
        case _:
            return entry
