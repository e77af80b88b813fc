"""Second opinions: whether a consequence that a rule reports is there, asked of the bare sizes.

A fault in one place leads to others further on, and a table of kinds can only say which codes may
come of it. Whether a finding is right is asked here, without the rule's own arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from benchmarks.faults.kind import n_values, places, uncovered
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.windows import Window

Witness: TypeAlias = Callable[[LayerFacts, NetworkFacts], bool]


def _beyond_map(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """No window fits, or nothing is left."""
    windows = [w for each in layer.node.lowered.windows for w in each]
    too_large = [w for w in windows if not w.ceil and _is_too_large(w)]
    return bool(too_large) or any(fault.code == "S101" for fault in layer.faults)


def _is_too_large(window: Window) -> bool:
    size = window.size
    return size is not None and window.effective_kernel > size + window.begin + window.end


def _unseen(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Cells lie behind the last window."""
    return uncovered(layer) > 0


def _dead_weights(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """A weight of the kernel meets padding wherever the kernel is put."""
    for w in layer.windows:
        starts = [u * w.stride - w.begin for u in range(w.output or 0)]
        for tap in range(w.kernel):
            if not any(0 <= start + tap * w.dilation < (w.size or 0) for start in starts):
                return True
    return False


def _paths_differ(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Shapes meet that are not equal."""
    return len({shape for shape in layer.input_shapes if shape is not None}) > 1


def _on_point(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """A window of several cells slides over one."""
    return n_values(places(layer.input_shapes[0])) == 1 and max(w.kernel for w in layer.windows) > 1


def _all_in_view(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """What enters has the whole input in view, even at its corners."""
    (whole,) = facts.inputs.values()
    (source,) = facts.sources(layer)
    field = source.receptive_field
    smallest = field.smallest if field is not None else None
    return smallest is not None and all(
        f >= 2 * n - 1 for f, n in zip(smallest, places(whole), strict=True) if n > 1
    )


def _reduced(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """A small input, and a layer behind which it is half as large or less."""
    (whole,) = facts.inputs.values()
    small, left = places(whole), places(layer.output_shape)
    return max(small) <= 64 and all(2 * b <= a for a, b in zip(small, left, strict=True))


def _one_value(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """A map of one cell."""
    return n_values(places(layer.input_shapes[0])) == 1


def _most_parameters(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """More than all others together."""
    return 2 * (layer.n_params or 0) > facts.totals.n_params


WITNESSES: dict[str, Witness] = {
    "S101": _beyond_map,
    "S102": _unseen,
    "S104": _dead_weights,
    "S110": _paths_differ,
    "S111": _paths_differ,
    "S118": _on_point,
    "R202": _all_in_view,
    "R203": _reduced,
    "T405": _one_value,
    "C301": _most_parameters,
}
