"""Work that falls into pieces, every call of which is prepared before the first run.

For small maps, making the views takes longer than computing on them; so that is done once, when a
kernel learns which arrays it works on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeAlias

from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, P

Call: TypeAlias = Callable[[], object]

_TASK_BYTES = 1 << 19  # what is copied in the time that it takes to wake a thread


def prepare(
    calls: Callable[[int, Array], Iterable[Call]],
    n_pieces: int,
    n_bytes: int,
    crew: Crew,
    scratch: Array,
) -> Callable[[], None]:
    """One call that makes those of `calls(piece, scratch)` for every piece, shared by the crew.

    Args:
        calls: What a piece comes down to; pieces that are at work together share no scratch.
        n_pieces: Number of pieces, counted from 0.
        n_bytes: Size of all that is read and written: a little is not worth a second thread.
        crew: Who works on them.
        scratch: Scratch of all threads.
    """
    n_tasks = max(1, min(crew.n_threads, n_pieces, n_bytes // _TASK_BYTES))
    tasks = []
    for task, own in zip(range(n_tasks), crew.shares(scratch), strict=False):
        pieces = range(n_pieces * task // n_tasks, n_pieces * (task + 1) // n_tasks)
        tasks.append(partial(make, [call for piece in pieces for call in calls(piece, own)]))
    return tasks[0] if n_tasks == 1 else partial(crew.perform, tasks)


def make(calls: Iterable[Call]) -> None:
    """Make calls, one after the other."""
    for call in calls:
        call()


class PieceKernel(Kernel[P]):
    """A kernel whose pieces do not depend on each other.

    Attributes:
        n_pieces: How many there are.
    """

    n_pieces: int

    @abstractmethod
    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """What is to be called, in this order, for one piece; the scratch is that of one thread."""

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        """A call that makes all calls of all pieces."""

        def calls(piece: int, own: Array) -> Iterable[Call]:
            return self.calls(piece, inputs, out, own)

        n_bytes = sum(array.nbytes for array in (*inputs, out))
        return prepare(calls, self.n_pieces, n_bytes, crew, scratch)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        """Prepare all calls and make them."""
        self.bind(inputs, out, crew, scratch)()
