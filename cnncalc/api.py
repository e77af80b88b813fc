"""The public functions: load a network, analyse it, lint it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnncalc import zoo
from cnncalc.analysis.analyze import analyze
from cnncalc.errors import UsageError
from cnncalc.linter.engine import lint
from cnncalc.source import Source, decode, read
from cnncalc.spec.network import Network, ShapeLike, settings_from

__all__ = ["analyze", "lint", "load"]


def load(
    source: str | Path,
    *,
    variant: str | None = None,
    define: Mapping[str, Any] | None = None,
    input: ShapeLike | Mapping[str, ShapeLike] | None = None,
) -> Network:
    """Load a network.

    Args:
        source: A path, `-` for standard input, the name of a zoo network, or the text of a spec
            (anything with a line break in it).
        variant: Preset of the spec to use.
        define: Variables of the spec to set.
        input: Input shape to use in place of the spec's: `"64x64x3"`, `(64, 64, 3)`, or shapes by
            name for a network with several inputs.

    Raises:
        SpecError: The document cannot be read at all.
        UsageError: There is no such file or network, or a setting does not suit the spec.
    """
    text, name = _open(source)
    if name is not None:
        variant = name.variant if variant is None else variant
    settings = settings_from(variant=variant, define=define, input=input)
    network = Network.from_source(text, settings)
    if name is not None and (name.variant == variant):
        network.name = name.name
    return network


def _open(source: str | Path) -> tuple[Source, zoo.ZooEntry | None]:
    if isinstance(source, str) and "\n" in source:
        return decode(source.encode("utf-8", "surrogatepass"), "<text>"), None
    path = str(source)
    if isinstance(source, Path) or path == "-" or "/" in path or _exists(path):
        return read(path), None
    entry = zoo.find(path)
    if entry is not None:
        return entry.source(), entry
    if Path(path).suffix:
        return read(path), None
    from cnncalc.spec.problems import show, suggestion

    hint = suggestion(path, zoo.names()) or "cnncalc zoo lists the networks"
    raise UsageError(f"there is no file and no zoo network called {show(path)}; {hint}")


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long for a name, or with a zero byte in it
        return False
