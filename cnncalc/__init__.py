"""cnncalc: the calculator and linter for convolutional network architectures.

    >>> import cnncalc
    >>> facts = cnncalc.analyze(cnncalc.load("resnet50"))
    >>> facts.totals.n_params
    25557032
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cnncalc.analysis.analyze import analyze as analyze
    from cnncalc.spec.network import Network as Network
