"""cnncalc: the calculator and linter for convolutional network architectures.

>>> import cnncalc
>>> facts = cnncalc.analyze(cnncalc.load("resnet50"))
>>> facts.totals.n_params
25557032
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.analysis.facts import LayerFacts, NetworkFacts, ReceptiveField, Totals
    from cnncalc.api import analyze, lint, load
    from cnncalc.errors import CnncalcError, Diagnostic, SpecError, UsageError
    from cnncalc.exporters.targets import export
    from cnncalc.linter.finding import Finding
    from cnncalc.numeric.running import run
    from cnncalc.spec.network import Network

__version__ = "0.1.0"

__all__ = [
    "CnncalcError",
    "Diagnostic",
    "Finding",
    "LayerFacts",
    "Network",
    "NetworkFacts",
    "ReceptiveField",
    "SpecError",
    "Totals",
    "UsageError",
    "analyze",
    "export",
    "lint",
    "load",
    "run",
]

_HOMES = {
    "analyze": "api",
    "lint": "api",
    "load": "api",
    "export": "exporters.targets",
    "run": "numeric.running",
    "Finding": "linter.finding",
    "LayerFacts": "analysis.facts",
    "Network": "spec.network",
    "NetworkFacts": "analysis.facts",
    "ReceptiveField": "analysis.facts",
    "Totals": "analysis.facts",
}


def __getattr__(name: str) -> Any:
    # imported when first asked for, so that importing the package costs nothing
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"cnncalc.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__", "layers"]
