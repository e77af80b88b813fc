"""Arrays whose values lie in a file beside the model."""

from __future__ import annotations

from math import prod
from pathlib import Path

from cnncalc.errors import UsageError
from cnncalc.importers.onnx.proto import Tensor
from cnncalc.source.printable import quoted


def external_bytes(tensor: Tensor, folder: Path | None, width: int) -> bytes:
    """The bytes of an array in another file of the model's folder.

    Args:
        tensor: The array.
        folder: The model's folder; None for a model that did not come from a file.
        width: Bytes of a value.

    Raises:
        UsageError: The file lies elsewhere, is a symbolic link or is reached through one, is not
            there, or is too short.
    """
    entries = tensor.external or {}
    what = f"the array {quoted(tensor.name)}"
    if folder is None:
        raise UsageError(f"{what} lies in another file, and the model was not read from a file")
    path = _inside(folder, entries.get("location", ""), what)
    offset = _number(entries.get("offset", "0"), what)
    size = prod(tensor.dims) * width
    if "length" in entries and _number(entries["length"], what) != size:
        raise UsageError(f"{what} should have {size:,} bytes, but the model says another length")
    try:
        if offset + size > path.stat().st_size:
            raise UsageError(f"{what} ends beyond the end of {quoted(str(path))}")
        with path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(size)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{what}: cannot read {quoted(str(path))}: {reason}") from None


def _inside(folder: Path, location: str, what: str) -> Path:
    """The file of that name, no step of which leads out of the folder."""
    parts = location.replace("\\", "/").split("/")
    if not location or "\0" in location or location[0] in "/\\" or ":" in parts[0]:
        raise UsageError(f"{what} lies in {quoted(location)}, which is no file beside the model")
    path = folder
    for part in parts:
        if part in ("", "."):
            continue
        path = path / part
        if part == ".." or path.is_symlink():
            why = "outside the model's folder" if part == ".." else "behind a symbolic link"
            raise UsageError(f"{what} lies in {quoted(location)}, {why}, where nothing is read")
    if not path.is_file():
        raise UsageError(f"{what} lies in {quoted(location)}, and there is no such file")
    return path


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise UsageError(f"{what} begins at {quoted(text)} of its file, which is no number")
    return int(text)
