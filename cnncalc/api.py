"""The public functions: load a network, analyse it, lint it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnncalc import zoo
from cnncalc.analysis.analyze import analyze
from cnncalc.errors import SpecError, UsageError
from cnncalc.importers.load import ModelFile, opened
from cnncalc.linter.engine import lint
from cnncalc.source import Source, decode, parse, plain_data
from cnncalc.spec.network import Network, ShapeLike, settings_from
from cnncalc.spec.problems import show, suggestion

__all__ = ["analyze", "lint", "load"]


def load(
    source: str | Path,
    *,
    variant: str | None = None,
    define: Mapping[str, Any] | None = None,
    input: ShapeLike | Mapping[str, ShapeLike] | None = None,
    with_weights: bool = False,
) -> Network:
    """Load a network.

    Args:
        source: A path, `-` for standard input, the name of a zoo network, or the text of a spec
            (anything with a line break in it). The file is a spec or a model of Keras, ONNX or
            ConvNetJS, which is recognised by its content.
        variant: Preset of the spec to use.
        define: Variables of the spec to set.
        input: Input shape to use in place of the spec's: `"64x64x3"`, `(64, 64, 3)`, or shapes by
            name for a network with several inputs.
        with_weights: Whether to read the weights of a Keras archive as well. Those of other models
            come along anyway, each read when it is asked for.

    Raises:
        SpecError: The document cannot be read at all.
        UsageError: There is no such file or network, or a setting does not suit the spec.
    """
    text, name = _open(source)
    if name is not None:
        variant = name.variant if variant is None else variant
    settings = settings_from(variant=variant, define=define, input=input)
    if isinstance(text, ModelFile):
        return text.network(settings, with_weights=with_weights)
    network = Network.from_source(text, settings)
    if name is not None and (name.variant == variant):
        network.name = name.name
    return network


def parse_value(text: str, what: str = "-D") -> Any:
    """A value as it is written on a command line: `0.5`, `true` or `[2, 2]`.

    Args:
        text: The value.
        what: What it is the value of, for the message: an option, or a layer's argument.

    Raises:
        UsageError: It is not a value in YAML.
    """
    try:
        return plain_data(parse(Source(what, text)))
    except SpecError as error:
        reason = error.diagnostics[0].message
        raise UsageError(f"{what}: {show(text)} is not a value: {reason}") from None


def _open(source: str | Path) -> tuple[Source | ModelFile, zoo.ZooEntry | None]:
    if isinstance(source, str) and "\n" in source:
        return decode(source.encode("utf-8", "surrogatepass"), "<text>"), None
    path = str(source)
    if isinstance(source, Path) or path == "-" or "/" in path or _exists(path):
        return opened(path), None
    entry = zoo.find(path)
    if entry is not None:
        return entry.source(), entry
    if Path(path).suffix:
        return opened(path), None
    hint = suggestion(path, zoo.names()) or "cnncalc zoo lists the networks"
    raise UsageError(f"there is no file and no zoo network called {show(path)}; {hint}")


def _exists(path: str) -> bool:
    try:
        return path != "" and Path(path).exists()
    except (OSError, ValueError):  # too long for a name, or with a zero byte in it
        return False
