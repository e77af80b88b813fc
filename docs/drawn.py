"""Draws what the pages of the documentation ask for, when they are built.

    <!-- drawn: cnncalc draw arch.yaml --rf conv_4 -o field.svg -->
    ![The receptive field](../drawn/field.svg)

The command is run where the `<!-- file: … -->` blocks before it in the page have been written, as
in a transcript, and the picture goes to docs/drawn, which is not kept. Nobody edits these pictures
and none can be out of date.
"""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docs.generate import DOCS, FILE, run

DRAWN = DOCS / "drawn"
_DRAWN = re.compile(
    r"^<!-- drawn: (?P<command>cnncalc (?:draw|compare) [^\n]*?) -->$", re.MULTILINE
)


def draw_all() -> list[Path]:
    """Draws the pictures of all pages into docs/drawn, and returns them.

    Raises:
        RuntimeError: A command failed, or two ask for a picture of the same name.
    """
    wanted = [job for page in sorted(DOCS.rglob("*.md")) for job in _jobs(page)]
    names = [_name(command) for command, _ in wanted]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise RuntimeError(f"drawn twice: {', '.join(sorted(twice))}")
    DRAWN.mkdir(exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda job: _draw(*job), wanted))


def _jobs(page: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The commands of a page, each with the files that stand before it."""
    text = page.read_text(encoding="utf-8")
    for match in _DRAWN.finditer(text):
        files = {file["name"]: file["text"] for file in FILE.finditer(text, 0, match.start())}
        yield match["command"], files


def _draw(command: str, files: dict[str, str]) -> Path:
    target = DRAWN / _name(command)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        printed = run(command, Path(folder))
        made = Path(folder, target.name)
        if not made.exists():
            raise RuntimeError(f"{command}: it made no picture\n{printed}")
        if not target.exists() or target.read_bytes() != made.read_bytes():
            shutil.copyfile(made, target)  # an unchanged one keeps its time, so no page is rebuilt
    return target


def _name(command: str) -> str:
    words = shlex.split(command)
    return Path(words[words.index("-o") + 1]).name
