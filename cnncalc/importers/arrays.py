"""Arrays by name that exist only while somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

Place = TypeVar("Place")


class LazyArrays(Mapping[str, Any], Generic[Place]):
    """Arrays by `<layer>.<weight>`, each read when it is asked for, and not kept.

    Args:
        places: Where each array is, by its name.
        read: Gives the array of a name and its place.
    """

    def __init__(self, places: Mapping[str, Place], read: Callable[[str, Place], Any]) -> None:
        self._places = places
        self._read = read

    def __getitem__(self, name: str) -> Any:
        return self._read(name, self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places  # without reading it
