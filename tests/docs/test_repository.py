"""What the repository promises about itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Folders of one machine, and names of hosts that packages come from: they mean nothing elsewhere.
FORBIDDEN = (
    re.compile(r"(?<![\w.])/(?:work|opt|root|home|mnt)/\w"),
    re.compile(r"pypi\.org/simple|files\.pythonhosted|--(?:extra-)?index-url|find-links"),
)


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize(
    "command", ["pip install . && cnncalc check resnet50", 'pip install ".[test]" && pytest']
)
def test_the_readme_opens_with_commands_that_are_complete(command: str) -> None:
    opening = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:8]
    assert command in opening


def test_the_changelog_tells_of_this_version() -> None:
    init = (ROOT / "cnncalc" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', init, re.MULTILINE)
    assert version is not None
    assert f"\n## [{version[1]}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_depends_on_one_machine() -> None:
    here = Path(__file__).resolve()
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in committed_files()
        if path != here
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if any(pattern.search(line) for pattern in FORBIDDEN)
    ]
    assert found == []


@pytest.mark.slow
def test_nothing_generated_has_drifted() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
