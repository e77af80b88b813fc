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
    from cnncalc.comparison.accuracy import Accuracy
    from cnncalc.comparison.comparing import ComparedNetwork, Comparison, compare
    from cnncalc.comparison.difference import LayerDiff, NetworkDiff, diff
    from cnncalc.conventions.counting import Count, count
    from cnncalc.drawing.drawn import draw
    from cnncalc.drawing.picture import Picture
    from cnncalc.errors import CnncalcError, Diagnostic, SpecError, UsageError
    from cnncalc.exporters.targets import export
    from cnncalc.importers.keras.live import from_keras
    from cnncalc.importers.torch import from_torch
    from cnncalc.linter.finding import Finding, Findings
    from cnncalc.numeric.running import run
    from cnncalc.report.page.page import page
    from cnncalc.spec.network import Network
    from cnncalc.teaching.explaining import explain
    from cnncalc.teaching.fitting import Fitting, sizes
    from cnncalc.teaching.solving import solve_keep, solve_size
    from cnncalc.teaching.stacks import solve_field
    from cnncalc.teaching.worked import Worked

__version__ = "0.1.0"

__all__ = [
    "Accuracy",
    "CnncalcError",
    "ComparedNetwork",
    "Comparison",
    "Count",
    "Diagnostic",
    "Finding",
    "Findings",
    "Fitting",
    "LayerDiff",
    "LayerFacts",
    "Network",
    "NetworkDiff",
    "NetworkFacts",
    "Picture",
    "ReceptiveField",
    "SpecError",
    "Totals",
    "UsageError",
    "Worked",
    "analyze",
    "compare",
    "count",
    "diff",
    "draw",
    "explain",
    "export",
    "from_keras",
    "from_torch",
    "lint",
    "load",
    "page",
    "run",
    "sizes",
    "solve_field",
    "solve_keep",
    "solve_size",
]

_HOMES = {
    "analyze": "api",
    "lint": "api",
    "load": "api",
    "Count": "conventions.counting",
    "count": "conventions.counting",
    "Accuracy": "comparison.accuracy",
    "ComparedNetwork": "comparison.comparing",
    "Comparison": "comparison.comparing",
    "compare": "comparison.comparing",
    "diff": "comparison.difference",
    "draw": "drawing.drawn",
    "Picture": "drawing.picture",
    "LayerDiff": "comparison.difference",
    "NetworkDiff": "comparison.difference",
    "export": "exporters.targets",
    "from_keras": "importers.keras.live",
    "from_torch": "importers.torch",
    "page": "report.page.page",
    "run": "numeric.running",
    "Finding": "linter.finding",
    "Findings": "linter.finding",
    "LayerFacts": "analysis.facts",
    "Network": "spec.network",
    "NetworkFacts": "analysis.facts",
    "ReceptiveField": "analysis.facts",
    "Totals": "analysis.facts",
    "explain": "teaching.explaining",
    "sizes": "teaching.fitting",
    "solve_field": "teaching.stacks",
    "solve_keep": "teaching.solving",
    "solve_size": "teaching.solving",
    "Fitting": "teaching.fitting",
    "Worked": "teaching.worked",
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
