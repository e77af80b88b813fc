"""Which program wrote a file, by what is in it; its name does not matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

Format: TypeAlias = Literal["keras archive", "keras config", "onnx", "convnetjs"]

# what people have and nobody can read safely, or without its own library
REFUSED = {
    b"\x89HDF\r\n\x1a\n": "an HDF5 file; save a Keras model as .keras, or its model.to_json()",
    b"\x80\x02": "a pickle, which runs code when it is read; export the model to ONNX",
    b"\x80\x03": "a pickle, which runs code when it is read; export the model to ONNX",
    b"\x80\x04": "a pickle, which runs code when it is read; export the model to ONNX",
    b"\x80\x05": "a pickle, which runs code when it is read; export the model to ONNX",
}
_ZIP = b"PK\x03\x04"
_TFLITE = b"TFL3"
_INPUT_LAYER = re.compile(rb"""\btype["']?\s*:\s*["']input["']""")
_SCRIPT = (b".push(", b"makeLayers(", b"layer_defs")
_VARINT, _BYTES = 0, 2
# the fields of ONNX's ModelProto and their types on the wire
_MODEL_FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
_GRAPH = 7
_MOST_FIELDS = 1000


def recognize(data: bytes) -> Format | None:
    """The format of a model, from its first bytes; None for what may be a spec.

    Args:
        data: The beginning of the file, or all of it. The more there is of a JSON file, the better.
    """
    if data.startswith(_ZIP):
        return "keras archive"
    if _is_onnx(data):
        return "onnx"
    return _of_text(data)


def refusal(data: bytes) -> str | None:
    """What a file is that no importer reads, and what to do; None for all others."""
    if data[4:8] == _TFLITE:
        return "a TensorFlow Lite model; export the model to ONNX"
    return next((reason for start, reason in REFUSED.items() if data.startswith(start)), None)


def _of_text(data: bytes) -> Format | None:
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        if b'"class_name"' in text:
            return "keras config"
        if b'"layer_type"' in text or (text[:1] == b"[" and b'"type"' in text):
            return "convnetjs"
    # the lines of a script, as ConvNetJS's documentation shows them
    is_script = text[:1] == b"[" or any(word in text for word in _SCRIPT)
    return "convnetjs" if is_script and _INPUT_LAYER.search(text) else None


def _is_onnx(data: bytes) -> bool:
    """Whether the bytes are fields of a ModelProto up to its graph."""
    for field in _fields(data):
        if field == _GRAPH:
            # a text may begin like this by chance, but has no such characters
            return any(byte < 9 for byte in data[:1000])
    return False


def _fields(data: bytes) -> Iterator[int]:
    """The numbers of a ModelProto's fields, up to the first that is none."""
    place = 0
    for _ in range(_MOST_FIELDS):
        tag, place = _number(data, place)
        if _MODEL_FIELDS.get(tag >> 3) != tag & 7:
            return
        yield tag >> 3
        size, place = _number(data, place)
        if tag & 7 == _BYTES:
            place += size


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number in protobuf's variable length, and where it ends; -1 beyond the end."""
    value = 0
    for index, byte in enumerate(data[place : place + 10]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, place + index + 1
    return -1, place
