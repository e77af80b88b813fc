"""What every kernel is: a primitive at its place in a network, made ready in three steps.

1. *Choose*: made from a `Site`, integers only. What memory it will need is known from here on.
2. *Load*: given its weights, which it may fold, transform or keep as they are.
3. *Run*: as often as wanted, into an output that is given, without allocating what grows with it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from math import prod
from typing import Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

Array: TypeAlias = NDArray[Any]
ALIGNMENT = 64  # bytes, of all memory that kernels get
P = TypeVar("P", bound=p.Primitive)
P_co = TypeVar("P_co", bound=p.Primitive, covariant=True)


class Site(NamedTuple, Generic[P_co]):
    """A primitive where it stands.

    Attributes:
        primitive: What is to be computed.
        inputs: Shapes that arrive, batch first, channels last.
        output: Shape that it gives, batch first, channels last.
        dtype: float32 or float64, of every array.
        training: Whether batch normalisation uses the batch's own moments.
        then: Primitives that are applied to the output while it is still in the cache: an
            addition of the last input, an activation.
        exact: Whether an output may only depend on the cells that its window covers, in floating
            point too: no transforms that take a detour over neighbours.
    """

    primitive: P_co
    inputs: tuple[Sizes, ...]
    output: Sizes
    dtype: np.dtype[Any]
    training: bool = False
    then: tuple[p.Primitive, ...] = ()
    exact: bool = False

    @property
    def n_outputs(self) -> int:
        """Number of values that it gives, over the whole batch."""
        return prod(self.output)


def aligned(n_bytes: int) -> int:
    """A size in bytes, rounded up so that what follows is aligned."""
    return -(-n_bytes // ALIGNMENT) * ALIGNMENT


class Crew:
    """Who does the work: here one thread does all of it.

    Attributes:
        n_threads: How many tasks are worked on at a time.
        turn: Held by a task while it makes many short calls. Two threads that do so at once only
            hand the interpreter's lock to and fro; one of them had better multiply meanwhile.
    """

    n_threads: int = 1
    turn: AbstractContextManager[Any] = nullcontext()

    def shares(self, scratch: Array) -> list[Array]:
        """The scratch of each thread."""
        size = len(scratch) // self.n_threads
        return [scratch[size * thread : size * (thread + 1)] for thread in range(self.n_threads)]

    def perform(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Call all tasks, at most `n_threads` of them, and wait for them."""
        for task in tasks:
            task()

    def split(self, work: Callable[[int, Array], None], n_pieces: int, scratch: Array) -> None:
        """Call `work(piece, scratch)` for every piece of about 50 µs.

        Pieces at work at the same time share no scratch.
        """
        for piece in range(n_pieces):
            work(piece, scratch)


class Kernel(ABC, Generic[P]):
    """One way of computing a primitive.

    Attributes:
        name: What the way is called in timings: `winograd`, `product`, `gather`.
        scratch_bytes: Working memory that `run` needs *per thread*.
        shared_bytes: What it needs besides, once for all threads.
        weight_bytes: What its arrays take once loaded.
        keeps_weights: Whether it uses its arrays as they are given, and makes no others of them.
        in_place: Whether `out` may be the first input's own memory.
    """

    name: ClassVar[str]
    in_place: ClassVar[bool] = False
    keeps_weights: bool = False
    scratch_bytes: int = 0
    shared_bytes: int = 0
    weight_bytes: int = 0

    def __init__(self, site: Site[P]) -> None:
        self.site = site

    def room(self, n_threads: int) -> int:
        """Bytes of working memory that a run on so many threads needs."""
        return aligned(self.shared_bytes) + aligned(self.scratch_bytes) * n_threads

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Take the weights, by their names within the layer and in the dtype of the site."""

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        """A call that runs on these very arrays, for kernels that prepare views of them."""
        return partial(self.run, inputs, out, crew, scratch)

    @abstractmethod
    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        """Compute `out` from `inputs`, both C-contiguous.

        Args:
            inputs: Arrays of the site's input shapes; not changed, unless `out` is one of them.
            out: Where the result goes, of the site's output shape.
            crew: Threads to split the work over.
            scratch: Bytes (uint8, 64-byte aligned), as many as `room` says for the crew: what is
                shared, then equal parts for the threads. What is in it is undefined.
        """
