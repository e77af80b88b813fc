"""What `--fix`, `--fix-only` and `--diff` do with one network."""

from __future__ import annotations

import difflib
import os
import sys
from codecs import BOM_UTF8
from pathlib import Path
from typing import NamedTuple

from cnncalc import api, zoo
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.cli import request as o
from cnncalc.cli.files import save
from cnncalc.errors import UsageError
from cnncalc.importers.load import opened
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixing import fix_all
from cnncalc.linter.settings import LintSettings
from cnncalc.source import Source, decode
from cnncalc.source.limits import MAX_BYTES
from cnncalc.source.printable import printable
from cnncalc.spec.network import Network, settings_from


class Mended(NamedTuple):
    """A spec with its fixes made.

    Attributes:
        facts: The facts of the new text.
        left: The findings that are left.
        applied: The findings that were mended, each with what was done about it.
        before: The whole text as it was, with its byte order mark.
        after: The whole text as it should be.
        place: What the spec is called in messages.
    """

    facts: NetworkFacts
    left: list[Finding]
    applied: list[tuple[Finding, str]]
    before: str
    after: str
    place: str

    def diff(self) -> str:
        """The unified diff from the one text to the other."""
        lines = difflib.unified_diff(
            _lines(self.before), _lines(self.after), self.place, self.place
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in lines
        )


def mend(name: str, request: o.Request, settings: LintSettings, *, unsafe: bool) -> Mended:
    """Make the fixes of a network, in memory.

    Raises:
        SpecError: The document cannot be read.
        UsageError: It is a network of the zoo, or a setting does not suit the spec.
    """
    shape = o.given_input(request.input)
    given = settings_from(variant=request.variant, define=o.defined(request.define), input=shape)

    def look(source: Source) -> tuple[NetworkFacts, list[Finding]]:
        facts = api.analyze(
            Network.from_source(source, given), batch=request.batch, dtype=request.dtype
        )
        return facts, api.lint(facts, settings)

    data, source = _open(name)
    mark = "\ufeff" if data.startswith(BOM_UTF8) else ""
    fixed = fix_all(source, look, unsafe=unsafe)
    return Mended(
        fixed.facts,
        fixed.left,
        [(finding, fix.title) for finding, fix in fixed.applied],
        mark + source.text,
        mark + fixed.text,
        source.name,
    )


def write_back(name: str, mended: Mended) -> None:
    """Put the new text in the place of the old one, if there is any difference.

    Raises:
        UsageError: The file cannot be written, or is not any more what was read.
    """
    if mended.after == mended.before:
        return
    if Path(name).read_bytes() != mended.before.encode():
        raise UsageError(f"{name} was changed by somebody else; nothing is written")
    save(mended.after.encode(), name)


def _open(name: str) -> tuple[bytes, Source]:
    """The bytes of a spec and their text."""
    if name == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin is not None else b""
        return data, decode(data, "<stdin>")
    file = o.file_of(name)
    if file is None:
        api.load(o.to_load(name))  # there may be no such network, which is another complaint
        raise UsageError(_hands_off(name, f"cnncalc zoo {name} >"))
    source = opened(name)
    if not isinstance(source, Source):
        raise UsageError(f"{name} is a model, not a spec, so --fix cannot write it")
    real = Path(os.path.realpath(file))
    if not real.is_file():
        raise UsageError(f"{name} is no regular file, so --fix cannot write it")
    if real.parent == Path(zoo.__file__).resolve().parent:
        raise UsageError(_hands_off(name, f"cp {name}"))
    return real.read_bytes(), source


def _hands_off(name: str, command: str) -> str:
    return (
        f"{printable(name)} belongs to the zoo, which --fix leaves alone; make a copy of your own:"
        f" {command} my.yaml"
    )


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a newline ends one, as in any diff."""
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]
