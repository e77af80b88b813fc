"""ONNX models into networks.

The file is read where it lies: nothing but the standard library is needed for the shapes and counts
of a network, and no array is read before somebody asks for it.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.arrays import LazyArrays
from cnncalc.importers.model import Model
from cnncalc.importers.onnx.builder import Builder, Record, Weight, read_weight
from cnncalc.importers.onnx.convert import convert, live, outputs
from cnncalc.importers.onnx.functions import inlined
from cnncalc.importers.onnx.inputs import place_inputs
from cnncalc.importers.onnx.opaque import captured
from cnncalc.importers.onnx.proto import File, read_file
from cnncalc.importers.onnx.run import Run
from cnncalc.importers.onnx.wire import Bytes, Malformed, Reader
from cnncalc.ir.shapes import Sizes
from cnncalc.source.printable import printable

MAX_BYTES = 2**31 - 1  # protobuf's own limit
_OLDEST_OPSET, _NEWEST_OPSET = 7, 24
_MAPPED = 2**25  # smaller files are read as a whole


def read_onnx(
    given: bytes | str | Path, *, name: str, inputs: Mapping[str, Sizes] | None = None
) -> Model:
    """Make a network of an ONNX model.

    Args:
        given: The file, or what is in it.
        name: What to call the file in messages.
        inputs: Shapes that take the place of the model's, channels last and without the batch.

    Raises:
        SpecError: It is no ONNX model, or one that exceeds a limit.
        UsageError: A size is open and has to be given.

    Reference:
        ONNX, Intermediate representation, https://onnx.ai/onnx/repo-docs/IR.html
    """
    try:
        data = given if isinstance(given, bytes) else _opened(Path(given))
        folder = None if isinstance(given, bytes) else Path(given).parent
        return _model(Reader(data), folder, inputs or {})
    except Malformed as error:
        message = f"this is no ONNX model that can be read: {error}"
        raise SpecError(Diagnostic(message, source=name)) from None
    except RecursionError:
        message = "this is no ONNX model that can be read: it is nested too deeply"
        raise SpecError(Diagnostic(message, source=name)) from None


def _opened(path: Path) -> Bytes:
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise Malformed(f"it has {size:,} bytes, of {MAX_BYTES:,} that are read")
            if size <= _MAPPED:
                return stream.read()
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise Malformed(f"it cannot be read: {error.strerror}") from None


def _model(reader: Reader, folder: Path | None, given: Mapping[str, Sizes]) -> Model:
    file = read_file(reader)
    run, shapes, names = imported(file, reader, folder, given)
    kept = reached(run.builder, names)
    used = {name for record in kept.values() for name in record.inputs}
    shapes = {name: shape for name, shape in shapes.items() if name in used}
    title = printable(file.graph.name)[:200] or None
    layers, weights = written(kept, next(iter(shapes), ""), len(shapes))
    return Model(title, _format(file, run.opset), shapes, tuple(names), layers, weights)


def imported(
    file: File, reader: Reader, folder: Path | None, given: Mapping[str, Sizes]
) -> tuple[Run, dict[str, Sizes], list[str]]:
    """What every value of a file's graph has become, the network's inputs, and its outputs.

    Raises:
        Malformed: It is no graph that can be read.
        UsageError: A size is open and has to be given.
    """
    opset = file.opsets.get("", 0)
    if not _OLDEST_OPSET <= opset <= _NEWEST_OPSET:
        known = f"{_OLDEST_OPSET} to {_NEWEST_OPSET}"
        raise Malformed(f"it uses operator set {opset}, of {known} that are known")
    run = Run(reader, file.graph, opset, folder)
    run.is_own = file.producer.startswith("cnncalc")
    nodes = live(run, inlined(file, file.graph.nodes))
    for node in nodes:
        run.n_uses.update(filter(None, (*node.inputs, *captured(run, node))))
    for name, tensor in file.graph.initializers.items():
        run.values[name] = run.stored(tensor)
    shapes = place_inputs(run, nodes, given)
    if not shapes:
        raise Malformed("nothing enters its graph")
    convert(run, nodes)
    names = outputs(run)
    if not names:
        raise Malformed("its outputs do not depend on its inputs")
    return run, shapes, names


def _format(file: File, opset: int) -> str:
    producer = printable(file.producer)[:80]
    return f"ONNX opset {opset}" + (f", {producer}" if producer else "")


def reached(builder: Builder, names: list[str]) -> dict[str, Record]:
    """The layers that the outputs depend on, in order."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found and name in builder.records:
            found.add(name)
            pending += builder.records[name].inputs
    return {name: record for name, record in builder.records.items() if name in found}


def written(
    records: dict[str, Record], first: str, n_inputs: int
) -> tuple[list[dict[str, dict[str, Any]]], LazyArrays[Weight]]:
    """The layers as the data of a spec, and their arrays."""
    layers: list[dict[str, dict[str, Any]]] = []
    weights: dict[str, Weight] = {}
    owners: dict[object, str] = {}
    previous = first if n_inputs == 1 else ""
    for name, record in records.items():
        arguments: dict[str, Any] = {"name": name}
        if len(record.inputs) > 1:
            arguments["paths"] = list(record.inputs)
        elif record.inputs[0] != previous:
            arguments["from"] = record.inputs[0]
        owner = _owner(name, record, owners)
        if owner == name:
            arguments |= record.arguments
            for key, weight in record.weights.items():
                if weight.constant.make is not None:
                    weights[f"{name}.{key}"] = weight
        else:
            arguments["share"] = owner
        layers.append({record.op: arguments})
        previous = name
    return layers, LazyArrays(weights, read_weight)


def _owner(name: str, record: Record, owners: dict[object, str]) -> str:
    """The first layer of the same kind with the same arrays of the file; often the layer itself."""
    if not record.weights or len(record.inputs) != 1:
        return name
    arrays = tuple((key, weight.identity) for key, weight in sorted(record.weights.items()))
    # a kernel fixes the channels that arrive, and all others give as many as arrive
    channels = record.shape[-1] if record.shape else None
    return owners.setdefault((record.op, repr(record.arguments), channels, arrays), name)
