"""Threads for what a product of matrices leaves to one: NumPy releases the lock while it computes.

A crew gives every thread blocks of its own, gathering, product and what follows, so the BLAS
library under NumPy is held to one thread meanwhile: threads of threads would be in each other's way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import copy_context
from typing import Any

from cnncalc.errors import UsageError
from cnncalc.numeric.kernels.kernel import Crew

MOST_THREADS = 256


class _Threads(Crew):
    def __init__(self, n_threads: int, pool: ThreadPoolExecutor) -> None:
        self.n_threads = n_threads
        self._pool = pool

    def perform(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Call all tasks, the first on the calling thread."""
        # NumPy keeps in the context which warnings are off
        futures = [self._pool.submit(copy_context().run, task) for task in tasks[1:]]
        tasks[0]()
        for future in futures:
            future.result()


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
    with _one_blas_thread():
        if n_threads == 1:
            yield Crew()
            return
        with ThreadPoolExecutor(n_threads - 1, "cnncalc") as pool:
            yield _Threads(n_threads, pool)


def _one_blas_thread() -> AbstractContextManager[Any]:
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # an optional package; without it the BLAS library keeps its own threads
        return nullcontext()
    return threadpool_limits(1, "blas")
