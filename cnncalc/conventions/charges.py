"""What a tool charges for one primitive, and the few formulas that many tools have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import prod
from typing import Literal, NamedTuple, TypeAlias

from cnncalc.analysis.operations import operations
from cnncalc.analysis.weights import Weight
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, Size, n_elements

Form: TypeAlias = Literal["module", "function", "method"]
Quantity: TypeAlias = Literal["macs", "flops", "params", "trainable", "frozen", "statistics"]

OPAQUE = "not known"


class Charge(NamedTuple):
    """An amount that a tool adds to a figure.

    Attributes:
        term: What it is for.
        low: The amount, or the least that it can be; None when not known.
        high: The most that it can be.
        why: The formula, in words.
        mistake: What the tool gets wrong here, in words; empty where it is right by its own lights.
    """

    term: str
    low: Size
    high: Size
    why: str
    mistake: str = ""


class Item(NamedTuple):
    """One primitive of a network as a tool meets it.

    Attributes:
        primitive: The primitive.
        inputs: Shapes that arrive.
        output: Shape that leaves.
        form: How PyTorch code usually says it, or how this network's is said to.
        arrays: Its weights; None when they are not known.
        trainable: Whether training changes its parameters.
        folds_into: The convolution that this batch norm alone reads; None for all else.
    """

    primitive: p.Primitive
    inputs: tuple[Shape, ...]
    output: Shape
    form: Form
    arrays: tuple[Weight, ...] | None
    trainable: bool
    folds_into: p.Convolution | None

    @property
    def n_in(self) -> Size:
        """Values of the first input."""
        return n_elements(self.inputs[0]) if self.inputs else None

    @property
    def n_out(self) -> Size:
        """Values of the output."""
        return n_elements(self.output)

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return len(self.output) - 1

    @property
    def macs(self) -> Size:
        """Multiply-accumulates, as we count them."""
        return operations(self.primitive, self.inputs, self.output).macs

    @property
    def is_affine(self) -> bool:
        """Whether a normalisation scales or shifts; PyTorch's do both or neither."""
        match self.primitive:
            case p.Normalization(scale=scale, center=center):
                return scale or center
            case _:
                return False


Counting: TypeAlias = Callable[[Item], Iterable[Charge]]


class Counter(NamedTuple):
    """A figure of a tool.

    Attributes:
        word: What the tool calls it.
        quantity: What it is, so that it can be compared with ours.
        charges: What every primitive adds to it.
    """

    word: str
    quantity: Quantity
    charges: Counting


def term_of(primitive: p.Primitive) -> str:
    """What a table of terms calls a primitive; empty for those that only move values."""
    match primitive:
        case p.Convolution():
            return "convolution"
        case p.TransposedConvolution():
            return "transposed convolution"
        case p.Dense():
            return "dense"
        case p.Normalization(kind=kind):
            return f"{kind} norm"
        case p.LocalResponseNormalization():
            return "local response norm"
        case p.Activation(function=function):
            return function.replace("_", " ")
        case p.Maxout():
            return "maxout"
        case p.Pooling(kind=kind):
            return f"{kind} pool"
        case p.AdaptivePooling(kind=kind):
            return f"adaptive {kind} pool"
        case p.ChannelScale():
            return "channel scale"
        case p.Rescale():
            return "rescale"
        case p.Merge(kind=merging):
            return merging
        case p.Resize(mode=mode):
            return f"{mode} resize"
        case p.Opaque():
            return OPAQUE
        case _:
            return ""


def charge(
    item: Item, amount: Size, why: str, mistake: str = "", *, suffix: str = ""
) -> Iterator[Charge]:
    """A certain amount for a primitive; nothing at all if it is 0."""
    yield from between(item, amount, amount, why, mistake, suffix=suffix)


def between(
    item: Item, low: Size, high: Size, why: str, mistake: str = "", *, suffix: str = ""
) -> Iterator[Charge]:
    """An amount between two bounds; nothing at all if both are 0."""
    if low != 0 or high != 0:
        yield Charge(f"{term_of(item.primitive)}{suffix}", low, high, why, mistake)


def opaque(item: Item) -> Iterator[Charge]:
    """Nothing is known of what nobody understood."""
    yield Charge(OPAQUE, None, None, "not known")


def products(item: Item, factor: int = 1) -> Iterator[Charge]:
    """The multiply-accumulates of convolutions and dense layers, as PyTorch carries them out.

    PyTorch has no convolution by a connection table: it convolves with every channel.
    """
    why = "multiply-accumulates" if factor == 1 else f"{factor} per multiply-accumulate"
    macs = item.macs
    match item.primitive:
        case p.Convolution(connections=tuple(), kernel=kernel):
            channels = item.inputs[0][-1]
            whole = None if item.n_out is None or channels is None else channels * item.n_out
            macs = None if whole is None else whole * prod(kernel)
            why = f"{why}, with every channel"
        case p.Convolution() | p.TransposedConvolution() | p.Dense():
            pass
        case p.Opaque():
            yield from opaque(item)
            return
        case _:
            return
    yield from charge(item, times(macs, factor), why)


def biases(item: Item) -> Iterator[Charge]:
    """One for every output of a convolution or dense layer with a bias."""
    match item.primitive:
        case p.Convolution(bias=True) | p.TransposedConvolution(bias=True) | p.Dense(bias=True):
            yield from charge(item, item.n_out, "1 per output", suffix=" bias")
        case _:
            return


def stamped(item: Item, conv: p.TransposedConvolution, mistake: str) -> Iterator[Charge]:
    """A transposed convolution counted by its output, as if it were a convolution."""
    channels, n_out = item.inputs[0][-1], item.n_out
    amount = None
    if channels is not None and n_out is not None and not channels % conv.groups:
        amount = n_out * prod(conv.kernel) * (channels // conv.groups)
    yield from charge(item, amount, "multiply-accumulates by the output's positions", mistake)


def times(amount: Size, factor: int) -> Size:
    """A multiple of an amount that may not be known."""
    return None if amount is None else amount * factor


def plus(*amounts: Size) -> Size:
    """The sum of amounts that may not be known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
