"""From a file to a network, whatever program wrote it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import NamedTuple

from cnncalc.errors import Diagnostic, SpecError, UsageError
from cnncalc.importers.model import Model
from cnncalc.importers.recognize import Format, recognize, refusal
from cnncalc.ir.shapes import Sizes
from cnncalc.source import Source, decode, display_name, read_bytes
from cnncalc.spec.document import Settings
from cnncalc.spec.network import Network, Origin

MAX_BYTES = 2**31 - 1  # protobuf's own limit
MAX_JSON_BYTES = 64 * 2**20


class ModelFile(NamedTuple):
    """A file that holds a model of another program.

    Attributes:
        path: The file, or `-` for standard input.
        start: What was already read of it.
        kind: Its format.
    """

    path: str
    start: bytes
    kind: Format

    def network(self, settings: Settings, *, with_weights: bool = False) -> Network:
        """The network that it holds.

        Args:
            settings: Input shapes to use in place of the model's.
            with_weights: Whether to read weights that are left alone unless asked for, as those of
                a Keras archive.

        Raises:
            SpecError: It cannot be read, is no such model, or exceeds a limit.
            UsageError: An input is not one of the model's, its size has to be given, or there is a
                setting that only a spec has.
        """
        if settings.variant is not None or settings.defines:
            what = "variants" if settings.variant is not None else "variables"
            raise UsageError(f"a model has no {what}; cnncalc import writes it as a spec")
        return network_of(_read(self, settings.inputs, with_weights), display_name(self.path))


def opened(path: str) -> Source | ModelFile:
    """What is in a file: the text of a spec, or a model.

    Raises:
        SpecError: It cannot be opened, or is neither.
    """
    data = read_bytes(path)
    kind = recognize(data)
    if kind is not None:
        return ModelFile(path, data, kind)
    reason = refusal(data)
    if reason is not None:
        raise SpecError(Diagnostic(f"this is {reason}", source=display_name(path)))
    return decode(data, display_name(path))


def network_of(model: Model, path: str) -> Network:
    """The network that a model says."""
    return Network.from_data(model.spec(), origin=Origin(path, model.format, model.weights))


def _read(file: ModelFile, inputs: Mapping[str, Sizes], with_weights: bool) -> Model:
    name = display_name(file.path)
    match file.kind:
        case "keras archive":
            from cnncalc.importers.keras.archive import read_archive

            given = _file_or_bytes(file)
            return read_archive(given, name=name, inputs=inputs, with_weights=with_weights)
        case "keras config":
            from cnncalc.importers.json_text import parse_json
            from cnncalc.importers.keras import read_config

            config = parse_json(_whole(file, MAX_JSON_BYTES), name)
            return read_config(config, name=name, inputs=inputs)
        case "convnetjs":
            from cnncalc.importers.convnetjs import read_convnetjs

            return read_convnetjs(_whole(file, MAX_JSON_BYTES), name=name, inputs=inputs)
        case "onnx":
            from cnncalc.importers.onnx import read_onnx

            return read_onnx(_file_or_bytes(file), name=name, inputs=inputs)


def _file_or_bytes(file: ModelFile) -> str | bytes:
    """The path; what comes through a pipe has none."""
    return _whole(file, MAX_BYTES) if file.path == "-" else file.path


def _whole(file: ModelFile, limit: int) -> bytes:
    """All bytes of a file of which the start was read already."""
    try:
        if file.path == "-":
            data = file.start + sys.stdin.buffer.read(max(limit + 1 - len(file.start), 0))
        else:
            with open(file.path, "rb") as stream:
                data = stream.read(limit + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise SpecError(Diagnostic(reason, source=display_name(file.path))) from None
    if len(data) > limit:
        most = f"larger than the {limit // 2**20:,} MiB that are read"
        raise SpecError(Diagnostic(most, source=display_name(file.path)))
    return data
