"""From a translated module to the data of a spec."""

from __future__ import annotations

from typing import Any

from cnncalc.errors import UsageError
from cnncalc.importers.model import Model
from cnncalc.importers.onnx import reached, written
from cnncalc.importers.onnx.convert import convert, live, outputs
from cnncalc.importers.onnx.proto import Graph, Node, ValueInfo
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Feature
from cnncalc.importers.onnx.wire import Malformed, Reader
from cnncalc.importers.torch.arguments import shape_of
from cnncalc.importers.torch.own import DOMAIN, opaque, own
from cnncalc.importers.torch.tracing import Traced
from cnncalc.importers.torch.translation import Translation, outputs_of, translate
from cnncalc.importers.torch.writing import section
from cnncalc.ir.shapes import Sizes

_OPSET = 18


def model_of(traced: Traced) -> tuple[Model, dict[str, Any]]:
    """The model that a traced module is, and what its spec says about the module's code.

    Raises:
        UsageError: Nothing that it gives depends on what enters it.
    """
    translation = translate(traced)
    try:
        run = _run(traced, translation)
        shapes = _enter(run, traced)
        _convert(run)
        names = outputs(run)
    except Malformed as error:
        raise UsageError(f"the module cannot be read: {error}") from None
    if not names:
        raise UsageError("the module's outputs do not depend on its inputs")
    kept = reached(run.builder, names)
    used = {name for record in kept.values() for name in record.inputs}
    shapes = {name: shape for name, shape in shapes.items() if name in used}
    layers, weights = written(kept, next(iter(shapes), ""), len(shapes))
    version = f"PyTorch {traced.version}"
    title = type(traced.module).__name__
    model = Model(title, version, shapes, tuple(names), layers, weights)
    return model, section(layers, translation.forms)


def _run(traced: Traced, translation: Translation) -> Run:
    constants = [ValueInfo(name, 1, one.shape) for name, one in translation.constants.items()]
    inputs = [ValueInfo(name, 1, None) for name in traced.inputs]
    infos = translation.infos()
    given_out = [infos.get(name, ValueInfo(name, 1, None)) for name in outputs_of(traced)]
    graph = Graph("", translation.nodes, {}, [*inputs, *constants], given_out, infos)
    run = Run(Reader(b""), graph, _OPSET, None)
    run.values |= translation.constants
    run.is_own = True  # a module says what its parameters are, however small
    return run


def _enter(run: Run, traced: Traced) -> dict[str, Sizes]:
    """What enters the module, as inputs of the network with their channels last."""
    found = {}
    for node in traced.nodes:
        if node.op == "placeholder" and node.name in traced.inputs:
            channels, *space = shape_of(node)[1:]
            layer, shape = run.builder.name(node.name), (*space, channels)
            value = run.fresh_map(layer, shape)
            assert isinstance(value, Feature)  # its sizes were looked at
            run.values[node.name] = value
            run.entering.append(value)
            found[layer] = shape
    return found


def _convert(run: Run) -> None:
    nodes = live(run, run.graph.nodes)
    for node in nodes:
        run.n_uses.update(filter(None, node.inputs))
    for node in nodes:
        try:
            _layers(run, node)
        except Inexpressible as error:
            opaque(run, node, str(error))


def _layers(run: Run, node: Node) -> None:
    if node.domain == DOMAIN:
        own(run, node)
    elif node.domain:
        raise Inexpressible("there is no such layer")
    else:
        before = len(run.builder.records)
        convert(run, [node])
        for record in list(run.builder.records.values())[before:]:
            kind = record.arguments.get("kind")
            if kind is not None:
                record.arguments["kind"] = kind.replace("ONNX", "PyTorch", 1)
    for name in node.outputs:
        info, value = run.infos.get(name), run.values.get(name)
        if info is not None and isinstance(value, Feature) and value.dims != info.dims:
            raise Inexpressible("its values are spread in a way that no layer has")
