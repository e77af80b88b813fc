"""The samples that a network is run on: where they come from, and how many go in at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.numeric.images import read_input
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.weights.npy import MAGIC, read_header
from cnncalc.numeric.weights.reading import reading
from cnncalc.source.printable import printable, quoted
from cnncalc.spec.problems import show

_ENDINGS = {
    *(".bmp", ".gif", ".jpeg", ".jpg", ".npy", ".pgm", ".png"),
    *(".pnm", ".ppm", ".tif", ".tiff", ".webp"),
}
_RANDOM = "random:"
_DIGITS = 17
_SEED = re.compile(f"random:[0-9]{{1,{_DIGITS}}}")


class Source(NamedTuple):
    """One image, one file of arrays or some random numbers.

    Attributes:
        text: A path, or `random:SEED` with the seed of the first sample.
        n_samples: How many samples it has.
        size_bytes: What an array takes in its file; 0 for what is none.
        is_image: Whether it has to be decoded and preprocessed.
    """

    text: str
    n_samples: int = 1
    size_bytes: int = 0
    is_image: bool = False

    @property
    def samples(self) -> list[str]:
        """What its samples are called: `batch.npy[2]` is the third of a batch."""
        if self.is_random:
            return self.texts
        name = printable(self.text)
        if self.n_samples == 1:
            return [name]
        return [f"{name}[{index}]" for index in range(self.n_samples)]

    @property
    def is_random(self) -> bool:
        """Whether it is random numbers."""
        return self.text.startswith(_RANDOM)

    @property
    def texts(self) -> list[str]:
        """What `read_input` is given: random numbers have a seed for each sample."""
        if self.n_samples == 1 or not self.is_random:
            return [self.text]
        first = int(self.text.removeprefix(_RANDOM))
        return [f"{_RANDOM}{first + number}" for number in range(self.n_samples)]


class Feed(NamedTuple):
    """All samples, by the names of the network's inputs.

    Attributes:
        sources: Where the samples of each input come from, in order.
        shapes: What each input takes, without the batch.
        batch: Samples that go in at a time; the last time the rest is filled up.
    """

    sources: dict[str, list[Source]]
    shapes: dict[str, Sizes]
    batch: int

    @property
    def n_samples(self) -> int:
        """How many samples there are."""
        return sum(source.n_samples for source in next(iter(self.sources.values())))

    @property
    def n_runs(self) -> int:
        """How often the network has to be run."""
        return -(-self.n_samples // self.batch)

    @property
    def samples(self) -> list[dict[str, str]]:
        """What each sample is called, by the names of the inputs."""
        columns = [
            [name for source in sources for name in source.samples]
            for sources in self.sources.values()
        ]
        return [dict(zip(self.sources, row, strict=True)) for row in zip(*columns, strict=True)]

    @property
    def has_images(self) -> bool:
        """Whether anything is preprocessed."""
        return any(source.is_image for group in self.sources.values() for source in group)

    @property
    def size_bytes(self) -> int:
        """The largest file of arrays: one at a time is read whole."""
        return sum(max(each.size_bytes for each in group) for group in self.sources.values())

    def batches(self, dtype: str, preprocess: str) -> Iterator[dict[str, Array]]:
        """The samples, batch by batch, by the names of the inputs.

        An array is overwritten when the next batch is asked for.

        Raises:
            UsageError: A file cannot be read, or has another shape.
        """
        streams = [
            _batches(sources, self.shapes[name], self.batch, dtype, preprocess)
            for name, sources in self.sources.items()
        ]
        for arrays in zip(*streams, strict=True):
            yield dict(zip(self.sources, arrays, strict=True))


def feed(
    texts: Sequence[str], inputs: Mapping[str, Shape | None], batch: int | None, most: int
) -> Feed:
    """Find all samples, without reading them.

    Args:
        texts: Per source a path to an image, to a `.npy` file or to a folder of them, or
            `random:SEED`; with several inputs each after `NAME=`. Without any, every input gets
            random numbers.
        inputs: Shapes of the network's inputs, by name.
        batch: Samples to take at a time. Where all there is are random numbers, there are so many.
        most: Samples to take at a time, if `batch` is not given.

    Raises:
        UsageError: A path leads nowhere, an input is without samples, or inputs have different
            numbers of them.
    """
    shapes = {name: _known(name, shape) for name, shape in inputs.items()}
    chosen = _by_input(texts, list(inputs))
    sources = {
        name: [source for text in group for source in _sources(text, shapes[name])]
        for name, group in chosen.items()
    }
    if batch and all(len(group) == 1 and group[0].is_random for group in sources.values()):
        sources = {name: [group[0]._replace(n_samples=batch)] for name, group in sources.items()}
    counts = {name: sum(each.n_samples for each in group) for name, group in sources.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{show(name)} has {count}" for name, count in counts.items())
        raise UsageError(f"all inputs need equally many samples, but {listed}")
    n_samples = next(iter(counts.values()))
    n_runs = -(-n_samples // (batch or most))
    return Feed(sources, shapes, -(-n_samples // n_runs))  # runs of one size: less to fill up


def _known(name: str, shape: Shape | None) -> Sizes:
    if shape is None or None in shape:
        raise UsageError(f"the size of input {show(name)} is not known; --input-size gives it")
    return tuple(size for size in shape if size is not None)


def _by_input(texts: Sequence[str], names: list[str]) -> dict[str, list[str]]:
    """The sources of each input."""
    if not texts:
        return {name: [f"{_RANDOM}{number}"] for number, name in enumerate(names)}
    chosen: dict[str, list[str]] = {name: [] for name in names}
    for text in texts:
        name, equals, rest = text.partition("=")
        if equals and name in chosen:
            chosen[name].append(rest)
        elif len(names) == 1:
            chosen[names[0]].append(text)
        else:
            listed = ", ".join(map(show, names))
            raise UsageError(
                f"the network has the inputs {listed}, so each is given as NAME=FILE,"
                f" not {quoted(text)}"
            )
    missing = [show(name) for name, group in chosen.items() if not group]
    if missing:
        raise UsageError(f"nothing is given for the input {missing[0]}; add NAME=FILE for it")
    return chosen


def _sources(text: str, shape: Sizes) -> list[Source]:
    """What a text stands for: a folder holds many."""
    if text.startswith(_RANDOM):
        if not _SEED.fullmatch(text):
            raise UsageError(
                f"random: takes a whole number of at most {_DIGITS} digits, as in random:0,"
                f" not {quoted(text)}"
            )
        return [Source(text)]
    try:
        is_folder = text != "" and Path(text).is_dir()
        files = (
            sorted(path for path in Path(text).iterdir() if _is_sample(path)) if is_folder else []
        )
    except OSError as error:
        raise UsageError(f"{printable(text)} cannot be read: {error.strerror}") from None
    if is_folder and not files:
        raise UsageError(f"{printable(text)} has no image and no .npy file in it")
    return [_source(str(file), shape) for file in files] or [_source(text, shape)]


def _is_sample(path: Path) -> bool:
    if path.suffix.lower() not in _ENDINGS or path.name.startswith("."):
        return False
    return path.is_file() or not path.exists()  # a link that leads nowhere is told of


def _source(text: str, shape: Sizes) -> Source:
    with reading(text) as file:
        is_array = file.read(len(MAGIC)) == MAGIC
        if not is_array:
            return Source(text, is_image=True)
        file.seek(0)
        form = read_header(file, printable(text), "fiu").form
    is_batch = form.shape[1:] == shape and len(form.shape) == len(shape) + 1 and form.shape[0]
    return Source(text, form.shape[0] if is_batch else 1, prod(form.shape) * form.dtype.itemsize)


def _batches(
    sources: list[Source], shape: Sizes, size: int, dtype: str, preprocess: str
) -> Iterator[Array]:
    batch = np.zeros((size, *shape), dtype)
    filled = 0
    for source in sources:
        for sample in _read(source, shape, dtype, preprocess):
            batch[filled] = sample
            filled += 1
            if filled == size:
                yield batch
                filled = 0
    if filled:
        batch[filled:] = batch[filled - 1]
        yield batch


def _read(source: Source, shape: Sizes, dtype: str, preprocess: str) -> Iterator[Array]:
    n_samples = 0
    for text in source.texts:
        samples = read_input(text, shape, dtype, preprocess)
        n_samples += len(samples)
        if n_samples > source.n_samples:
            break
        yield from samples
    if n_samples != source.n_samples:
        raise UsageError(f"{printable(source.text)} changed while it was being read")
