"""The classes of the generated file, each as its source."""

from __future__ import annotations

import re

from cnncalc.exporters.keras import classes_values, classes_windows

REGISTERED = '@keras.saving.register_keras_serializable(package="cnncalc")\n'


def source_of(name: str) -> str:
    """The source of a class, registered so that Keras finds it again in a saved model."""
    return REGISTERED + _SOURCES[name]


def _split(text: str) -> dict[str, str]:
    parts = re.split(r"^(?=class )", text, flags=re.MULTILINE)
    return {part[len("class ") :].partition("(")[0]: part.rstrip() for part in parts if part}


_SOURCES = _split(classes_windows.CLASSES) | _split(classes_values.CLASSES)
