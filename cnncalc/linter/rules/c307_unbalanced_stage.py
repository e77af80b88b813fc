"""C307: a stage costs far more or far less than its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution, DepthToSpace, Resize, TransposedConvolution
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule

_FAR = 4
_ENLARGING = (TransposedConvolution, Resize, DepthToSpace)


class UnbalancedStage(Rule):
    """A stage takes more than four times the work of both its neighbours, or less than a quarter.

    What it does:
        Adds up the multiply-accumulates of the convolutions on maps of each resolution, and
        compares every stage but the first and the last with the one before and the one after.
        Silent where the network makes maps larger again. It is off by default, and information when
        switched on.

    Why it matters:
        Halving height and width leaves a quarter of the cells; doubling the channels makes up for
        it, and every layer costs the same. Where the work piles up in one stage, that stage decides
        how fast the network is, and the others could be wider almost for free.

    Bad:
        ```yaml
        input: 64x64x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 128, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu, repeat: 2}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 64x64x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu, repeat: 2}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        When a search or an experiment found that the work belongs there: many networks since 2016
        put most of it into the last stage but one.

    References:
        He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2015 (arXiv 1512.03385),
        section 3.3: filters are doubled where the map is halved, to keep the time per layer.
    """

    code: ClassVar[str] = "C307"
    name: ClassVar[str] = "unbalanced-stage"
    severity: ClassVar[Severity] = "info"
    enabled: ClassVar[bool] = False

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per stage, at its first convolution."""
        stages = _stages(facts)
        for before, stage, after in zip(stages, stages[1:], stages[2:], strict=False):
            neighbours = before.n_macs, after.n_macs
            if stage.n_macs > _FAR * max(neighbours) or _FAR * stage.n_macs < min(neighbours):
                share = f"{before.n_macs:,} in the stage before and {after.n_macs:,} in the next"
                yield Report(
                    f"the convolutions on maps reduced {stage.reduction}-fold in area take "
                    f"{stage.n_macs:,} MACs, against {share}",
                    stage.first,
                    help="double the filters where height and width are halved",
                )


class _Stage(NamedTuple):
    reduction: str
    first: LayerFacts
    n_macs: int


def _stages(facts: NetworkFacts) -> list[_Stage]:
    """The stages from the largest maps to the smallest; none where they cannot be told."""
    if any(map(facts.having, _ENLARGING)):
        return []
    found: dict[object, list[LayerFacts]] = {}
    for layer, _ in facts.having(Convolution):
        field = layer.receptive_field
        if field is None or layer.n_macs is None:
            return []
        if field.stride is not None:
            layers = found.setdefault(field.stride, [])
            if not layers or layers[-1] is not layer:
                layers.append(layer)
    largest = 0
    stages = []
    for stride, layers in found.items():
        assert isinstance(stride, tuple)
        area = prod(stride)
        if area < largest:
            return []
        largest = area
        n_macs = sum(layer.n_macs or 0 for layer in layers)
        stages.append(_Stage(str(area), layers[0], n_macs))
    return stages
