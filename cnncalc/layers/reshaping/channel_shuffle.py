"""Channel shuffling."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import ChannelShuffle as ChannelShufflePrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Count


class ChannelShuffle(Layer):
    """Deal the channels out, so that every group after has some of every group before.

    Output channel `i·groups + g` is input channel `g·C/groups + i`; `groups` must divide the
    channels. No parameters, no operations.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 28x28x240
        layers:
          - conv: {filters: 240, kernel: 1, groups: 3}
          - channel_shuffle: 3
        ```

    Reference:
        Zhang et al., ShuffleNet, 2018 (arXiv 1707.01083), section 3.1.
    """

    op: ClassVar[str] = "channel_shuffle"
    main: ClassVar[str | None] = "groups"

    groups: Count = Field(description="number of groups before")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One shuffle."""
        return (ChannelShufflePrimitive(self.groups),)
