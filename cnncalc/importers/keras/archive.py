"""`.keras` archives: a zip with the model's configuration, and its weights beside it.

Nothing is extracted: a member is read from the archive, up to a limit, whatever size it declares.

Reference:
    Keras, Save, serialize, and export models, https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import NoReturn

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.json_text import LARGEST_TEXT, parse_json
from cnncalc.importers.keras import read_located
from cnncalc.importers.model import Model
from cnncalc.ir.shapes import Sizes
from cnncalc.source.printable import quoted

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_LARGEST_WEIGHTS = 2**31 - 1
_MOST_MEMBERS = 10_000
_ENCRYPTED = 0x1
_CHUNK = 2**20
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def read_archive(
    file: str | bytes,
    *,
    name: str,
    inputs: Mapping[str, Sizes] | None = None,
    with_weights: bool = False,
) -> Model:
    """The model in a `.keras` archive.

    Args:
        file: Its path, or the bytes themselves.
        name: What messages call it.
        inputs: Shapes of inputs to use in place of the file's, channels last, without the batch.
        with_weights: Whether to give its weights as well; each is read when it is asked for.

    Raises:
        SpecError: It is no such archive, or holds no model that can be read.
        UsageError: An input has no fixed size and none is given, or the weights are asked for and
            h5py is not installed.
    """
    with _opened(file, name) as archive:
        members = _members(archive, name)
        config = _parsed(archive, members, CONFIG, name)
        if not isinstance(config, dict):
            _refuse(name, f"{CONFIG} in it holds no object")
        if METADATA in members:
            metadata = _parsed(archive, members, METADATA, name)
            if isinstance(metadata, dict) and "keras_version" in metadata:
                config.setdefault("keras_version", metadata["keras_version"])
        model, arrays = read_located(config, name=name, inputs=inputs)
        if not with_weights:
            return model
        if WEIGHTS not in members:
            _refuse(name, f"there is no {WEIGHTS} in it; save the model with Keras 3")
        data = _read(archive, members, WEIGHTS, _LARGEST_WEIGHTS, name)
    from cnncalc.importers.keras.hdf5 import read_weights

    return model._replace(weights=read_weights(data, config, arrays, name))


def _opened(file: str | bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file)
    except OSError as error:
        _refuse(name, f"cannot be read: {error.strerror}")
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        _refuse(name, f"a damaged zip archive: {_reason(error)}")


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """The members by name; those that nothing here reads may be called as they like."""
    infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS:
        _refuse(name, f"the archive has {len(infos):,} members, more than {_MOST_MEMBERS:,}")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.filename in found and info.filename in (CONFIG, METADATA, WEIGHTS):
            _refuse(name, f"{quoted(info.filename)} is in the archive twice")
        found[info.filename] = info
    if CONFIG not in found:
        _refuse(name, f"a zip archive without {CONFIG}, so no .keras model")
    return found


def _parsed(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], member: str, name: str
) -> object:
    data = _read(archive, members, member, LARGEST_TEXT, name)
    return parse_json(data.getvalue(), f"{name}:{member}")


def _read(
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    member: str,
    limit: int,
    name: str,
) -> io.BytesIO:
    """A member, piece by piece, as what the archive declares of its size may be wrong."""
    info = members[member]
    if info.flag_bits & _ENCRYPTED:
        _refuse(name, f"{member} in the archive is encrypted")
    if info.compress_type not in _READABLE:
        _refuse(name, f"{member} in the archive is compressed in a way that is not read")
    if info.file_size > limit:
        most = f"more than the {limit // _CHUNK:,} MiB that are read"
        _refuse(name, f"{member} in the archive has {info.file_size:,} bytes, {most}")
    data = io.BytesIO()
    try:
        with archive.open(info) as stream:
            # at most what is declared comes out, but all that is asked for is inflated
            while chunk := stream.read(_CHUNK):
                data.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        _refuse(name, f"{member} in the archive is damaged: {_reason(error)}")
    except (NotImplementedError, RuntimeError) as error:
        _refuse(name, f"{member} in the archive cannot be read: {_reason(error)}")
    return data


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return quoted(text, 100)[1:-1] or "it ends too early"


def _refuse(name: str, message: str) -> NoReturn:
    raise SpecError(Diagnostic(message, source=name))
