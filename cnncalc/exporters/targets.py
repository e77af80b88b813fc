"""The forms that a network can be written in, by name."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, assert_never

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.weights import own_weights
from cnncalc.source.writing import write_file
from cnncalc.spec.network import Network


class Target(StrEnum):
    """A form that a network can be written in."""

    keras = "keras"
    keras_json = "keras-json"
    keras_file = "keras-file"
    torch = "torch"
    onnx = "onnx"
    dot = "dot"
    mermaid = "mermaid"


_FILES = (Target.keras_file, Target.onnx)


def export(
    network: Network,
    to: str,
    path: str | Path | None = None,
    *,
    weights: Mapping[str, Any] | None = None,
    force: bool = False,
) -> str | None:
    """Write a network in another form.

    Args:
        network: The network.
        to: `keras` and `torch` (Python code), `keras-json`, `keras-file` (a .keras archive),
            `onnx`, or `dot` and `mermaid` (a drawing of the graph).
        path: Where it goes. `keras-file` and `onnx` are no text and need one.
        weights: Arrays by `<layer>.<weight>`, for `keras-file` and `onnx`; those that an imported
            model came with if not given. Generated code has a function of its own that reads a
            weight file.
        force: Whether it may replace a file that is there.

    Returns:
        The text; None for what is no text.

    Raises:
        UsageError: There is no such form, it cannot express the network, a package is missing, or
            the file cannot be written.
    """
    if to not in list(Target):
        raise UsageError(f"the target must be one of {', '.join(Target)}, not {to!r}")
    target = Target(to)
    if target in _FILES:
        _write_file(target, analyze(network), path, weights, force)
        return None
    if weights is not None:
        have = f"{' and '.join(_FILES)} have"
        if target in (Target.keras, Target.torch):
            have += "; load_weights in the generated code reads an .npz file"
        raise UsageError(f"{target} has no weights in it; {have}")
    text = _text(target, analyze(network))
    if path is not None:
        write_file(text.encode(), path, force=force)
    return text


def build(network: Network, to: str, weights: Mapping[str, Any] | None = None) -> Any:
    """A network as a live model of another library.

    Args:
        network: The network.
        to: `keras`, `torch` or `onnx`.
        weights: Arrays by `<layer>.<weight>`; those that an imported model came with if not given,
            or else the library's own initial values, and inputs of the graph for `onnx`.

    Raises:
        UsageError: As `export`.
    """
    facts = analyze(network)
    weights = own_weights(facts) if weights is None else weights
    if to == Target.keras:
        from cnncalc.exporters.keras import build_keras

        return build_keras(facts, weights)
    if to == Target.torch:
        from cnncalc.exporters.torch import build_torch

        return build_torch(facts, weights)
    from cnncalc.exporters.onnx import to_onnx

    return to_onnx(facts, weights)


def _text(target: Target, facts: NetworkFacts) -> str:
    match target:
        case Target.keras:
            from cnncalc.exporters.keras import to_keras

            return to_keras(facts)
        case Target.keras_json:
            from cnncalc.exporters.keras import to_keras_json

            return to_keras_json(facts)
        case Target.torch:
            from cnncalc.exporters.torch import to_torch

            return to_torch(facts)
        case Target.dot:
            from cnncalc.exporters.dot import to_dot

            return to_dot(facts)
        case Target.mermaid:
            from cnncalc.exporters.mermaid import to_mermaid

            return to_mermaid(facts)
        case Target.keras_file | Target.onnx:
            raise AssertionError(f"{target} is no text")
        case _:
            assert_never(target)


def _write_file(
    target: Target,
    facts: NetworkFacts,
    path: str | Path | None,
    weights: Mapping[str, Any] | None,
    force: bool,
) -> None:
    if path is None:
        raise UsageError(f"{target} is no text to print: say which file it goes to")
    weights = own_weights(facts) if weights is None else weights
    if target is Target.onnx:
        from cnncalc.exporters.onnx import save, to_onnx

        save(to_onnx(facts, weights), path, force=force)
        return
    from cnncalc.exporters.keras import save_keras

    save_keras(facts, path, weights, force=force)
