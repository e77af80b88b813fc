"""The picture that is shown as the network's input, as a data URL."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from cnncalc.errors import UsageError
from cnncalc.source.printable import printable

MOST_BYTES = 2**21
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"RIFF", "webp"),
)


def data_url(path: str | Path) -> str:
    """The bytes of a picture as a URL that holds them.

    Raises:
        UsageError: It cannot be read, is too large, or is no PNG, JPEG, GIF or WebP.
    """
    from cnncalc.numeric.weights.reading import reading  # its neighbours import NumPy

    name = printable(str(path))
    with reading(path) as file:
        data = file.read(MOST_BYTES + 1)
    kind = next((kind for start, kind in _KINDS if data.startswith(start)), None)
    if kind is None or (kind == "webp" and data[8:12] != b"WEBP"):
        raise UsageError(f"{name} is no picture that a page can show: give PNG, JPEG, GIF or WebP")
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} is larger than {MOST_BYTES // 2**20} MiB; make it smaller")
    return f"data:image/{kind};base64,{b64encode(data).decode()}"
