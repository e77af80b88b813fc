"""Weights from a file, and into one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnncalc.errors import UsageError
from cnncalc.numeric.weights.lazy import LazyArrays, forms_of
from cnncalc.numeric.weights.listing import shown
from cnncalc.numeric.weights.npz import load_npz, save_npz
from cnncalc.numeric.weights.reading import open_regular
from cnncalc.numeric.weights.safetensors import load_safetensors, save_safetensors
from cnncalc.source.printable import printable
from cnncalc.source.writing import replacing

MOST_BYTES = 16 * 2**30  # of all arrays together: four times what the largest CNNs have

_OTHERS = {
    b"\x89HDF": "an HDF5 file",
    b"\x93NUM": "a single array without a name",
    b"\x80\x02": "a pickle, which is never loaded",
    b"\x80\x04": "a pickle, which is never loaded",
    b"\x80\x05": "a pickle, which is never loaded",
}


def load_weights(path: str | Path, *, limit: int = MOST_BYTES) -> LazyArrays:
    """The arrays of a `.npz` or `.safetensors` file, told apart by their content.

    Nothing is executed, and names, types, shapes and places are checked before this returns. An
    array is read when it is asked for. The file is closed when the mapping is gone.

    Args:
        path: The file.
        limit: Bytes that all arrays together may have.

    Raises:
        UsageError: There is no such file, it is of neither format or broken, or it holds anything
            but arrays of floats. Later, from the mapping: what is left of the file is broken.
    """
    where = printable(str(path))
    file = open_regular(path)
    try:
        start = file.read(9)
        file.seek(0)
        if start.startswith(b"PK"):
            return load_npz(file, where, limit)
        if start[8:] == b"{":
            return load_safetensors(file, where, limit)
        kind = next((what for magic, what in _OTHERS.items() if start.startswith(magic)), None)
        is_kind = f"is {kind}" if kind else "is no weight file"
        raise UsageError(f"{where} {is_kind}; weights are read from .npz and .safetensors")
    except OSError as error:
        file.close()
        raise UsageError(f"{where} cannot be read ({error.strerror or error})") from None
    except BaseException:
        file.close()
        raise


def save_weights(path: str | Path, weights: Mapping[str, Any], *, force: bool = False) -> None:
    """Write arrays to a `.npz` or `.safetensors` file, as the ending of its name says.

    They are asked for and written one at a time, bit by bit as they are. The file appears when it
    is complete.

    Args:
        path: The file.
        weights: Arrays by name, of float16, float32 or float64.
        force: Whether a file that is there may be replaced.

    Raises:
        UsageError: The ending is another, a name or a type cannot be saved, or the file exists
            already or cannot be written.
    """
    save = {".npz": save_npz, ".safetensors": save_safetensors}.get(Path(path).suffix)
    if save is None:
        name = printable(str(path))
        raise UsageError(f"{name} must end in .npz or .safetensors, which says how to write it")
    forms = forms_of(weights)
    for name, form in forms.items():
        if not name or not name.isprintable():
            raise UsageError(f"an array called {shown(name)} cannot be saved; give it another name")
        if form.dtype.name not in ("float16", "float32", "float64"):
            raise UsageError(f"{shown(name)} is of type {form.dtype}; only floats can be saved")
    with replacing(path, force=force) as file:
        save(file, weights, forms)
