"""Networks side by side: what they cost, what they see and how accurate they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.comparison.accuracy import Accuracy, published_accuracy
from cnncalc.comparison.depth import depth
from cnncalc.comparison.quantities import Quantity
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Size, Sizes
from cnncalc.spec.network import Network

if TYPE_CHECKING:
    from cnncalc.drawing.picture import Picture

_TOTALS: dict[Quantity, str] = {
    "params": "n_params",
    "macs": "n_macs",
    "flops": "n_flops",
    "memory": "peak_memory_bytes",
    "weights": "weight_bytes",
}


@dataclass(frozen=True)
class ComparedNetwork:
    """One of the networks that are compared; a figure that is not known is None.

    Attributes:
        name: What it is called here; no two have the same name.
        facts: Its facts.
        depth: Convolution and dense layers on the longest path.
        accuracy: The accuracy that its spec cites.
    """

    name: str
    facts: NetworkFacts = field(repr=False)
    depth: Size
    accuracy: Accuracy | None

    @property
    def receptive_field(self) -> Sizes | None:
        """Cells per axis that an output of the last map sees, before everything is seen."""
        layer = self.facts.last_map
        field = layer.receptive_field if layer is not None else None
        return field.size if field is not None else None

    def figure(self, quantity: Quantity) -> float | None:
        """A quantity as one number; None where it is not known, or known in part.

        Of a receptive field it is the largest size of an axis.
        """
        match quantity:
            case "depth":
                return self.depth
            case "field":
                return max(self.receptive_field or (), default=None)
            case "top1":
                return None if self.accuracy is None else self.accuracy.top1
            case "top5":
                return None if self.accuracy is None else self.accuracy.top5
            case _:
                return None if self.is_partial(quantity) else self.least(quantity)

    def least(self, quantity: Quantity) -> Size:
        """What is known of a total; less than `figure` would be where it is partial."""
        name = _TOTALS.get(quantity)
        return None if name is None else getattr(self.facts.totals, name)

    def is_partial(self, quantity: Quantity) -> bool:
        """Whether a total leaves out layers that are not known."""
        return _TOTALS.get(quantity) in self.facts.totals.partial


@dataclass(frozen=True)
class Comparison:
    """Networks side by side.

    Attributes:
        networks: The networks, in the order in which they were given.
    """

    networks: tuple[ComparedNetwork, ...]

    @cached_property
    def data(self) -> str | None:
        """What most of the published accuracies were measured on; None if there are none."""
        named = [one.accuracy.data for one in self.networks if one.accuracy is not None]
        counts = Counter(data or "" for data in named)
        return max(counts, key=lambda data: counts[data]) if counts else None

    def chart(
        self, x: Quantity = "macs", y: Quantity | None = None, size: Quantity | None = None
    ) -> Picture:
        """Draw the networks as bubbles.

        Args:
            x: What stands along the horizontal axis.
            y: What stands along the vertical one; without it the top-1 accuracy, or the
                parameters if no accuracy is known.
            size: What the areas of the bubbles are; without it the parameters, and if these
                stand along an axis the peak memory.

        Raises:
            UsageError: Matplotlib is missing, or no network has figures for both axes.

        Reference:
            Canziani, Paszke and Culurciello, arXiv 1605.07678, 2016; Bianco et al., IEEE Access,
            2018.
        """
        from cnncalc.comparison.plot import plot

        return plot(self, x, y, size)

    def _repr_html_(self) -> str:
        from cnncalc.report.compare_html import comparison_html  # it is asked how it looks

        return comparison_html(self)


def compare(
    *networks: Network | NetworkFacts, names: Sequence[str | None] | None = None
) -> Comparison:
    """Put networks side by side.

    Args:
        networks: The networks, or their facts; a network with faults has what is known.
        names: What to call them; without it by their own names, or their files' where two have
            the same.

    Raises:
        UsageError: There are none, or not as many names.

    Example:
        >>> import cnncalc
        >>> found = compare(cnncalc.load("vgg16"), cnncalc.load("resnet50"))
        >>> [one.depth for one in found.networks]
        [16, 50]
    """
    facts = [analyze(one) if isinstance(one, Network) else one for one in networks]
    if not facts:
        raise UsageError("there is no network to compare: give at least one")
    if names is not None and len(names) != len(facts):
        raise UsageError(f"there are {len(facts)} networks, but {len(names)} names")
    given = [
        name or _own_name(one)
        for name, one in zip(names or [None] * len(facts), facts, strict=True)
    ]
    return Comparison(
        tuple(
            ComparedNetwork(name, one, depth(one), published_accuracy(one))
            for name, one in zip(_distinct(given, facts), facts, strict=True)
        )
    )


def _own_name(facts: NetworkFacts) -> str:
    """The name of a network; of a model file the file's, as frameworks name all graphs alike."""
    file = facts.network.file or ""
    file = "" if file.startswith("<") else file  # no file, but a text
    is_file = facts.network.origin is not None and PurePath(file).suffix != ""
    stem = PurePath(file).stem
    return (stem if is_file else "") or facts.name or stem or "network"


def _distinct(names: Sequence[str], facts: Sequence[NetworkFacts]) -> list[str]:
    """The names; where several are the same with their files, or else with a number."""
    files: dict[str, list[str | None]] = {}
    for name, one in zip(names, facts, strict=True):
        files.setdefault(name, []).append(one.network.file)
    found: dict[str, None] = {}
    for name, one in zip(names, facts, strict=True):
        alike = files[name]
        tells = len(alike) > 1 and None not in alike and len(set(alike)) == len(alike)
        start = f"{name} ({one.network.file})" if tells else name
        unique, number = start, 1
        while unique in found:
            number += 1
            unique = f"{start} {number}"
        found[unique] = None
    return list(found)
