"""The page about pictures shows what there is."""

from __future__ import annotations

import re
from pathlib import Path

from cnncalc.drawing.boxes.chain import MOST_MAPS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "draw.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_python_blocks_run(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    exec(compile(block.replace("lenet5.svg", str(tmp_path / "lenet5.svg")), "draw", "exec"), {})
    assert (tmp_path / "lenet5.svg").exists()


def test_limits_are_those_of_the_code() -> None:
    assert f"of more than {MOST_MAPS}\nmaps the middle is left out" in TEXT
