"""C304: channels that are no multiple of eight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import weighted


class ChannelAlignment(Rule):
    """A layer has a number of channels that matrix hardware has to fill up.

    What it does:
        Finds convolutions and dense layers inside the network of which the filters or units are not
        a multiple of 8. It is off by default, and information when switched on.

    Why it matters:
        Tensor cores and vector units work on blocks of 8 channels or more. What does not fill a
        block is padded with zeros: 60 channels take the time of 64, and in some libraries longer.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 30, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        When the network runs on a microcontroller, or is too small for it to show.

    References:
        NVIDIA, Deep learning performance documentation, Convolutional layers user's guide, on
        tensor core requirements. Sandler et al., MobileNetV2, 2018 (arXiv 1801.04381), whose
        published code rounds every width to a multiple of 8.
    """

    code: ClassVar[str] = "C304"
    name: ClassVar[str] = "channel-alignment"
    severity: ClassVar[Severity] = "info"
    enabled: ClassVar[bool] = False

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, those left out that give the network's outputs."""
        odd = [(layer, n) for layer, one in weighted(facts) if (n := _own_channels(layer, one)) % 8]
        if not odd:
            return
        fates = _fates(facts)
        for layer, n in odd:
            is_output, is_free = fates[layer.name]
            if not is_output:
                argument = "units" if layer.op == "dense" else "filters"
                near = _near(n)
                fix = Fix(f"take {near}", (SetArgument(layer, argument, str(near)),))
                what = "units" if layer.op == "dense" else "channels"
                yield Report(
                    f"{n} {what} are no multiple of 8",
                    layer,
                    argument,
                    f"{near} would be",
                    fixes=(fix,) if is_free else (),
                )


def _own_channels(layer: LayerFacts, one: p.Primitive) -> int:
    """Channels that the layer chooses itself; 0 for a depthwise part, which takes what comes."""
    match one:
        case p.Dense(units=units):
            return units
        case p.Convolution(filters=filters):
            is_own = layer.op == "conv" or one.weight_name == "pointwise_kernel"
            return filters if is_own else 0
        case p.TransposedConvolution(filters=filters):
            return filters
        case _:
            return 0


def _fates(facts: NetworkFacts) -> dict[str, tuple[bool, bool]]:
    """For every layer, whether its channels reach an output, and whether they may be others."""
    fates: dict[str, tuple[bool, bool]] = {}
    outputs = set(facts.outputs)
    for layer in reversed(facts.layers):
        is_output, is_free = layer.name in outputs, True
        for reader in facts.readers(layer.name):
            kinds = reader.node.lowered.primitives
            if not kinds or any(_ties(reader, kind) for kind in kinds):
                is_free = False
            if not any(_mixes(kind) for kind in kinds):
                reader_is_output, reader_is_free = fates[reader.name]
                is_output, is_free = is_output or reader_is_output, is_free and reader_is_free
        fates[layer.name] = is_output, is_free
    return fates


_TIES = (p.Merge, p.Opaque, p.Slice, p.ChannelShuffle, p.DepthToSpace, p.Maxout)


def _ties(reader: LayerFacts, one: p.Primitive) -> bool:
    """Whether a reader needs just so many channels."""
    if isinstance(one, p.Convolution):
        return one.groups > 1 and reader.op == "conv"
    return isinstance(one, _TIES) or (isinstance(one, p.Reshape) and reader.op == "reshape")


def _mixes(one: p.Primitive) -> bool:
    """Whether what comes out has channels of its own."""
    match one:
        case p.Dense():
            return True
        case p.Convolution(groups=groups) | p.TransposedConvolution(groups=groups):
            return groups == 1
        case _:
            return False


def _near(channels: int) -> int:
    """The nearest multiple of 8, but not a tenth less: `div8` of the spec language."""
    near = max(8, (channels + 4) // 8 * 8)
    return near + 8 if 10 * near < 9 * channels else near
