"""The weights in a `.keras` archive, an HDF5 file, each read when it is asked for.

Only what lies in the file itself is read: a link to elsewhere, a virtual dataset, external storage
and compression by a plug-in are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, BinaryIO, NoReturn

from cnncalc.errors import Diagnostic, SpecError, UsageError
from cnncalc.importers.arrays import LazyArrays
from cnncalc.importers.keras.build import Array
from cnncalc.importers.keras.layout import arranged
from cnncalc.importers.keras.reading import config_of
from cnncalc.importers.keras.structure import is_model
from cnncalc.source.printable import quoted

_CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
_LARGEST_ARRAY = 2**31
_MOST_INFLATED = 1100  # deflate cannot do more than 1032
_FILTERS = {1, 2, 3, 32000}  # deflate, shuffle, checksum, lzf
_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, OverflowError)


def read_weights(
    stream: BinaryIO, config: dict[str, Any], places: Mapping[str, Array], name: str
) -> LazyArrays[Array]:
    """The arrays of a model, each read from the file when it is asked for.

    Args:
        stream: The HDF5 file.
        config: The model's configuration.
        places: Where each array is.
        name: What messages call the file.

    Raises:
        SpecError: The file is damaged, lacks arrays, or points to somewhere else.
        UsageError: h5py is not installed.
    """
    try:
        import h5py
    except ImportError:
        extra = 'pip install "cnncalc[keras-weights]"'
        message = f"the weights of a Keras archive need a package that is not installed: {extra}"
        raise UsageError(message) from None
    try:
        file = h5py.File(stream, "r")
        groups: dict[tuple[str, ...], Any] = {}
        _collect(file, config, (), groups, name)
        for key, place in places.items():
            if place.layer not in groups:
                _refuse(
                    name, f"the weights have none for the layer {quoted('.'.join(place.layer))}"
                )
            _check(_dataset(groups[place.layer], place, name), key, name)
    except _BROKEN as error:
        _refuse(name, f"the weights are damaged: {_reason(error)}")

    def read(key: str, place: Array) -> Any:
        try:
            values = _dataset(groups[place.layer], place, name)[()]
        except _BROKEN as error:
            _refuse(name, f"{quoted(key)} cannot be read: {_reason(error)}")
        return arranged(values, place.form)

    return LazyArrays(places, read)


def _collect(
    group: Any,
    data: dict[str, Any],
    path: tuple[str, ...],
    groups: dict[tuple[str, ...], Any],
    name: str,
) -> None:
    """Find every layer's group: by the name beside its variables, or by its class and place."""
    model = config_of(data, name, is_keras2=False)
    container = next((_child(group, word, name) for word in _CONTAINERS if word in group), None)
    if container is None:
        return
    found = {word: _child(container, word, name) for word in container}
    named = {own: child for child in found.values() if (own := _own_name(child, name)) is not None}
    counts: dict[str, int] = {}
    for layer in model.values["layers"]:
        config = config_of(layer, name, is_keras2=False)
        word = _snake_case(config.kind)
        count = counts[word] = counts.get(word, -1) + 1
        child = named.get(config.name, found.get(f"{word}_{count}" if count else word))
        if child is None:
            continue
        if is_model(config):
            _collect(child, layer, (*path, config.name), groups, name)
        else:
            groups[*path, config.name] = child


def _own_name(child: Any, name: str) -> str | None:
    if "vars" not in child:
        return None
    own = _child(child, "vars", name).attrs.get("name")
    return own if isinstance(own, str) else None


def _snake_case(kind: str) -> str:
    word = re.sub(r"\W+", "", kind)
    word = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", word)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", word).lower()


def _child(group: Any, word: str, name: str) -> Any:
    """What a group has under a name, if it is in the file itself."""
    import h5py

    if not isinstance(group, h5py.Group):
        _refuse(name, f"{quoted(word)} in the weights is in no group")
    if not isinstance(group.get(word, getlink=True), h5py.HardLink):
        _refuse(name, f"{quoted(word)} in the weights is a link, which is not followed")
    return group[word]


def _dataset(group: Any, place: Array, name: str) -> Any:
    return _child(_child(group, "vars", name), str(place.variable), name)


def _check(dataset: Any, key: str, name: str) -> None:
    """Refuse an array that is not in the file, or that takes far more than its bytes there."""
    import h5py

    what = f"the array {quoted(key)} in the weights"
    if not isinstance(dataset, h5py.Dataset):
        _refuse(name, f"{what} is no array")
    if dataset.is_virtual or dataset.external:
        _refuse(name, f"{what} is kept in another file, which is not opened")
    plist = dataset.id.get_create_plist()
    filters = {plist.get_filter(index)[0] for index in range(plist.get_nfilters())}
    if not filters <= _FILTERS:
        _refuse(name, f"{what} is compressed by a plug-in, which is not loaded")
    if dataset.dtype.kind not in "fiu" or dataset.shape is None:
        _refuse(name, f"{what} holds no numbers")
    stored = dataset.id.get_storage_size()
    if dataset.nbytes > min(_LARGEST_ARRAY, _MOST_INFLATED * stored):
        _refuse(
            name, f"{what} takes {dataset.nbytes:,} bytes, which {stored:,} in the file cannot hold"
        )


def _reason(error: BaseException) -> str:
    return quoted(" ".join(str(error).split()), 100)[1:-1]


def _refuse(name: str, message: str) -> NoReturn:
    raise SpecError(Diagnostic(message, source=name))
