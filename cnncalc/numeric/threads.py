"""Threads for what a product of matrices leaves to one: NumPy releases the lock while it computes.

A crew gives every thread blocks of its own, gathering, product and what follows, so the BLAS
library under NumPy is held to one thread meanwhile: threads of threads would be in each other's
way. That takes the package threadpoolctl, or an environment variable set before NumPy is loaded;
without either the crew is of one, and BLAS uses what threads it likes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from threading import Lock

from cnncalc.errors import UsageError
from cnncalc.numeric.kernels.kernel import Array, Crew

MOST_THREADS = 256
_LEAST_PIECES = 4  # of about 50 µs, which is what waking a thread takes
BLAS_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)  # environment variables that BLAS libraries read when they are loaded


class _Threads(Crew):
    def __init__(self, n_threads: int, pool: ThreadPoolExecutor) -> None:
        self.n_threads = n_threads
        self.turn = Lock()
        self._pool = pool

    def perform(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Call all tasks, the first on the calling thread."""
        # NumPy keeps in the context which warnings are off
        futures = [self._pool.submit(copy_context().run, task) for task in tasks[1:]]
        tasks[0]()
        for future in futures:
            future.result()

    def split(self, work: Callable[[int, Array], None], n_pieces: int, scratch: Array) -> None:
        """Call `work(piece, scratch)` for every piece; a few are not worth a second thread."""
        n_tasks = max(1, min(self.n_threads, n_pieces // _LEAST_PIECES))
        edges = [n_pieces * task // n_tasks for task in range(n_tasks + 1)]
        shares = zip(edges, edges[1:], self.shares(scratch), strict=False)
        self.perform([partial(_run, work, *share) for share in shares])


def _run(work: Callable[[int, Array], None], start: int, stop: int, scratch: Array) -> None:
    for piece in range(start, stop):
        work(piece, scratch)


def usable_cores() -> int:
    """Cores that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def crew(n_threads: int | None = None) -> Iterator[Crew]:
    """A crew of so many threads, by default as many as there are cores.

    Raises:
        UsageError: The number is not from 1 to 256.
    """
    n_threads = min(usable_cores(), MOST_THREADS) if n_threads is None else n_threads
    if not 1 <= n_threads <= MOST_THREADS:
        raise UsageError(f"the number of threads must be from 1 to {MOST_THREADS}, not {n_threads}")
    with _one_blas_thread() as is_one:
        if n_threads == 1 or not is_one:
            yield Crew()
            return
        with ThreadPoolExecutor(n_threads - 1, "cnncalc") as pool:
            yield _Threads(n_threads, pool)


@contextmanager
def _one_blas_thread() -> Iterator[bool]:
    """Hold BLAS to one thread; yields whether it is held to one."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # an optional package
        given = {os.environ[name] for name in BLAS_THREADS if name in os.environ}
        yield given == {"1"}
        return
    with threadpool_limits(1, "blas"):
        yield True
