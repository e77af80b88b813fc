"""What all layer types have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from cnncalc.ir.faults import BadValue, InputRank, UnknownInput
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.layers.fields import Count

Dtype: TypeAlias = Literal["float16", "bfloat16", "float32", "float64", "int8", "uint8"]

# Spellings that people bring from Keras and PyTorch, and what they stand for here; of several names
# a layer type has at most one.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "block_size": ("factor",),
    "ceil_mode": ("rounding",),
    "count_include_pad": ("count_padding",),
    "cropping": ("amount",),
    "depth_multiplier": ("multiplier",),
    "dilation_rate": ("dilation",),
    "downscale_factor": ("factor",),
    "eps": ("epsilon",),
    "interpolation": ("mode",),
    "kernel_size": ("kernel", "size"),
    "negative_slope": ("slope",),
    "num_groups": ("groups",),
    "out_channels": ("filters",),
    "out_features": ("units",),
    "output_size": ("size",),
    "p": ("rate",),
    "padding": ("amount",),
    "pool_size": ("size",),
    "scale_factor": ("factor",),
    "strides": ("stride",),
    "target_shape": ("shape",),
    "upscale_factor": ("factor",),
    "use_bias": ("bias",),
}


class Layer(BaseModel):
    """A layer as a person writes it; every layer type derives from it, one file each.

    The flow words (`name`, `from_`, `repeat`, `first`, `when`, `share`) say where the layer stands
    in the network and are read by the expansion; all else says what the layer is.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, protected_namespaces=()
    )

    op: ClassVar[str]
    main: ClassVar[str | None] = None
    path_fields: ClassVar[tuple[str, ...]] = ()
    needs_paths: ClassVar[bool] = True  # only matters where there are path fields
    needs_input_shape: ClassVar[bool] = True
    keeps_shape: ClassVar[bool] = False
    flow_words: ClassVar[tuple[str, ...]] = ("name", "from_", "repeat", "first", "when", "share")

    name: str | None = Field(None, description="name of the layer, unique in its scope")
    from_: str | None = Field(None, description="name of the layer that feeds this one")
    repeat: int | None = Field(None, description="number of copies in a row")
    first: dict[str, Any] | None = Field(None, description="arguments of the first copy")
    when: bool | None = Field(None, description="false drops the layer")
    share: str | None = Field(None, description="name of the layer whose weights it uses")

    in_channels: Count | None = Field(None, description="channels that must arrive (S113)")
    in_features: Count | None = Field(None, description="features that must arrive (S113)")
    dtype: Dtype | None = Field(None, description="type of the output and the weights")
    trainable: bool = Field(True, description="false freezes the weights")

    @classmethod
    def canonical(cls, key: str) -> str | None:
        """Our name of an argument, from any of its spellings; None when the layer has none such."""
        fields = cls.model_fields
        if key in fields:
            return key if key not in cls.flow_words else None
        return next((name for name in SPELLINGS.get(key, ()) if name in fields), None)

    @classmethod
    def outline(cls, shape: Shape, arguments: Mapping[str, object]) -> Shape | None:
        """What is certain of the output although some arguments are wrong or unknown.

        Args:
            shape: What arrives.
            arguments: The values that could be evaluated, not validated.
        """
        return shape if cls.keeps_shape else None

    @property
    def declared_channels(self) -> tuple[str, int] | None:
        """Field and value of `in_channels` or `in_features`, where one is declared."""
        if self.in_channels is not None:
            return "in_channels", self.in_channels
        if self.in_features is not None:
            return "in_features", self.in_features
        return None

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """The primitives that the layer is made of, for inputs of these shapes.

        Raises:
            Fault: The arguments do not suit the shapes.
            UnknownInput: A size that is needed is not known.
        """
        raise NotImplementedError


def spatial_rank(shape: Shape) -> int:
    """Number of spatial axes of a map.

    Raises:
        InputRank: What arrives is a vector, which has none.
    """
    if len(shape) < 2:
        raise InputRank("a map with spatial axes", shape)
    return len(shape) - 1


def axis_index(field: str, axis: int | str, shape: Shape) -> int:
    """Position of an axis from 0: `channels` is the last one, a negative one counts from there.

    Raises:
        BadValue: There is no such axis.
    """
    if axis == "channels":
        return len(shape) - 1
    if isinstance(axis, str) or not -len(shape) <= axis < len(shape):
        message = f"{field} {axis} does not exist: the shape has axes 0 to {len(shape) - 1}"
        raise BadValue(field, message)
    return axis % len(shape)


def all_sizes(sizes: tuple[int | None, ...]) -> Sizes:
    """The same sizes, all of them known.

    Raises:
        UnknownInput: One is not.
    """
    if None in sizes:
        raise UnknownInput
    return tuple(size for size in sizes if size is not None)
