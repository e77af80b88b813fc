"""Names of modules and classes in the generated file."""

from __future__ import annotations

import builtins
import keyword
import re

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_LONGEST = 30  # so that a module applied to a variable fits into a line
_KEYWORDS = {*keyword.kwlist, *keyword.softkwlist}
# what a module has already
_MODULE = """
T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda
double dump_patches eval extend extra_repr float forward get_buffer get_extra_state
get_parameter get_submodule half insert ipu load_state_dict modules mtia named_buffers
named_children named_modules named_parameters parameters pop register_backward_hook
register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
register_full_backward_pre_hook register_load_state_dict_post_hook
register_load_state_dict_pre_hook register_module register_parameter
register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""
MODULE = frozenset(_MODULE.split())


class Attributes:
    """Hands out names of attributes of one module, each of them once."""

    def __init__(self) -> None:
        self._taken = dict.fromkeys(MODULE, 1)

    def unique(self, name: str) -> str:
        """The name itself where it is an identifier and free, and else one that resembles it."""
        word = re.sub(r"[^A-Za-z0-9_]", "_", name, flags=re.ASCII)[:_LONGEST].rstrip("_")
        if name != word:
            word = word.lstrip("_") or "layer"
        if not _WORD.fullmatch(word) or word in _KEYWORDS:
            word = f"layer_{word}".rstrip("_")
        base, number = word, self._taken.get(word, 0)
        while word in self._taken:
            number += 1
            word = f"{base}_{number}"
        # the next one of this name begins counting here, so that a million take no longer than that
        self._taken[base] = max(number, 1)
        self._taken.setdefault(word, 1)
        return word


class ClassNames:
    """Hands out names of classes, each of them once.

    Args:
        taken: Those that are not to be had.
    """

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = {*taken, *dir(builtins), *_KEYWORDS}

    def unique(self, name: str) -> str:
        """A name in CamelCase that resembles a name of the spec."""
        parts = re.findall(r"[A-Za-z0-9]+", name, flags=re.ASCII)
        word = "".join(part[:1].upper() + part[1:] for part in parts)[:_LONGEST]
        if not _WORD.fullmatch(word):
            word = f"Net{word}"
        base, number = word, 1
        while word in self._taken:
            number += 1
            word = f"{base}{'_' if base[-1].isdigit() else ''}{number}"
        self._taken.add(word)
        return word
