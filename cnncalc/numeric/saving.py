"""Arrays that a run gives, into files: checked before it begins, written when it is over."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.numeric.images import image_grid, save_image
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.steps import nodes_called
from cnncalc.numeric.weights import save_weights
from cnncalc.source.printable import printable
from cnncalc.source.writing import replacing
from cnncalc.spec.problems import show

_ENDINGS = (".npy", ".npz", ".png")
_WIDTH = 640  # pixels that a picture of maps should have at least


class Target(NamedTuple):
    """Where arrays go.

    Attributes:
        path: A file, or a folder that gets a `.npy` file for each.
        kind: The ending of the file; nothing for a folder.
        names: The layers whose arrays go there.
        force: Whether files that are there may be replaced.
    """

    path: Path
    kind: str
    names: tuple[str, ...]
    force: bool

    @property
    def files(self) -> list[Path]:
        """The files that are written: one, or in a folder one for each layer."""
        return [self.path] if self.kind else _files(self.path, self.names)

    def write(self, arrays: Mapping[str, Array]) -> None:
        """Write the arrays, each file in one step.

        Args:
            arrays: By the names of the layers, samples first.

        Raises:
            UsageError: A file cannot be written.
        """
        chosen = {name: arrays[name] for name in self.names}
        match self.kind:
            case ".npz":
                save_weights(self.path, chosen, force=self.force)
            case ".png":
                save_image(self.path, _picture(chosen[self.names[0]][0]), force=self.force)
            case ".npy":
                _write_array(self.path, chosen[self.names[0]], self.force)
            case _:
                self._write_folder(chosen)

    def _write_folder(self, arrays: Mapping[str, Array]) -> None:
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"{_shown(self.path)} cannot be made: {error.strerror}") from None
        for array, file in zip(arrays.values(), self.files, strict=True):
            _write_array(file, array, self.force)


def target(
    path: str, layers: Sequence[str], facts: NetworkFacts, n_samples: int, *, force: bool
) -> Target:
    """Where arrays will go, if they can go there.

    Args:
        path: `.npy` for one array, `.npz` for all, `.png` for a picture of one layer's maps; a
            folder, which is there or ends in a slash, for a `.npy` file each.
        layers: The layers that are asked for; without any it is about the network's outputs.
        facts: The network's facts.
        n_samples: How many samples there are.
        force: Whether files that are there may be replaced.

    Raises:
        UsageError: The ending is another, what there is does not go into one file, or a file is
            there already.
    """
    place = Path(path)
    is_folder = path.endswith(("/", os.sep)) or (path != "" and place.is_dir())
    kind = "" if is_folder else place.suffix.lower()
    if not is_folder and kind not in _ENDINGS:
        what = _shown(place) if path else "the output"
        endings = f"{', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}"
        raise UsageError(f"{what} must end in {endings}, or be a folder, as in maps/")
    if kind in ("", ".npz"):
        names = tuple(dict.fromkeys([*layers, *facts.outputs]))
    else:
        names = (_only(place, layers) if layers else facts.outputs[-1],)
    if kind == ".png":
        _check_picture(place, names[0], facts, n_samples)
    found = Target(place, kind, names, force)
    _check_free(found)
    return found


def check_new(path: str, *, force: bool) -> None:
    """Refuse a file that is there already, or whose folder is not.

    Raises:
        UsageError: It is, or is not.
    """
    place = Path(path)
    if "\0" in path:
        raise UsageError(f"{_shown(place)} is not a possible path: it has a zero byte in it")
    if not force and os.path.lexists(place):
        raise UsageError(f"{_shown(place)} exists already; --force replaces it")
    if not place.parent.is_dir():
        raise UsageError(f"{_shown(place)} cannot be written: there is no such folder")


def _only(place: Path, layers: Sequence[str]) -> str:
    if len(set(layers)) > 1:
        raise UsageError(
            f"{_shown(place)} holds one array, not those of {len(set(layers))} layers;"
            " give a file that ends in .npz, or a folder"
        )
    return layers[0]


def _check_picture(place: Path, name: str, facts: NetworkFacts, n_samples: int) -> None:
    shape = _shape(name, facts)
    if shape is not None and len(shape) != 3:
        raise UsageError(
            f"{_shown(place)} would show maps of H×W×C, but {show(name)} gives"
            f" {format_shape(shape)}; write it to a .npy file"
        )
    if n_samples > 1:
        raise UsageError(f"{_shown(place)} shows the maps of 1 sample, not of {n_samples:,}")


def _shape(name: str, facts: NetworkFacts) -> Shape | None:
    return facts.network.graph.shape_of(nodes_called(facts, [name])[name])


def _check_free(found: Target) -> None:
    if found.kind or not found.path.exists():
        check_new(str(found.path), force=found.force)
        return
    for file in found.files:
        check_new(str(file), force=found.force)


def _files(folder: Path, names: Sequence[str]) -> list[Path]:
    """A file for each layer; names come from strangers, so they keep plain characters only."""
    taken: set[str] = set()
    files = []
    for name in names:
        base = plain = re.sub(r"[^\w.-]", "_", name)[:100].lstrip(".") or "_"
        number = 1
        while plain.casefold() in taken:
            number += 1
            plain = f"{base}_{number}"
        taken.add(plain.casefold())
        files.append(folder / f"{plain}.npy")
    return files


def _picture(maps: Array) -> Array:
    """Maps in a square, a dark or light cell at least as large as makes the square visible."""
    columns = ceil(sqrt(maps.shape[-1]))
    scale = max(1, _WIDTH // (columns * (maps.shape[1] + 1)))
    return image_grid(maps.repeat(scale, 0).repeat(scale, 1), columns)


def _write_array(path: Path, array: Array, force: bool) -> None:
    with replacing(path, force=force) as file:
        np.lib.format.write_array(file, array, allow_pickle=False)


def _shown(path: Path) -> str:
    return printable(str(path))
