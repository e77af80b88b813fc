"""The pre-commit hooks and the GitHub Action do what docs/ci.md says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnncalc.cli import main

ROOT = Path(__file__).resolve().parents[2]
FAULTY = "input: 7x7x1\nlayers:\n  - conv: {filters: 1, kernel: 3, stride: 3}\n  - relu\n  - relu\n"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs the shell of POSIX")


def hooks() -> dict[str, dict[str, Any]]:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    return {hook["id"]: hook for hook in yaml.safe_load(text)}


def action() -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_the_hooks_have_what_pre_commit_requires() -> None:
    assert list(hooks()) == ["cnncalc", "cnncalc-fix"]
    for hook in hooks().values():
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["language"] == "python"
        assert hook["files"] == r"\.cnn\.ya?ml$"


def test_the_hooks_check_and_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.cnn.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    program, *arguments = shlex.split(hooks()["cnncalc"]["entry"])
    assert program == "cnncalc"
    assert main([*arguments, str(path)]) == 1
    assert f"{path}:5:5: T403 [*] relu: " in capsys.readouterr().out
    program, *arguments = shlex.split(hooks()["cnncalc-fix"]["entry"])
    assert main([*arguments, str(path)]) == 1  # the misfit is left
    assert path.read_text(encoding="utf-8") == FAULTY.removesuffix("  - relu\n")


@POSIX
@pytest.mark.parametrize(("version", "wanted"), [("", "THE ACTION"), ("1.2", "cnncalc==1.2")])
def test_the_action_installs(tmp_path: Path, version: str, wanted: str) -> None:
    """With a stand-in for Python that makes the folder and writes down what pip shall install."""
    stand_in = tmp_path / "python3"
    stand_in.write_text(
        '#!/bin/sh\nif [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"\n'
        'else for word; do last=$word; done; echo "$2 $last" > "$RUNNER_TEMP/log"; fi\n'
    )
    stand_in.chmod(0o755)
    step = action()["runs"]["steps"][0]
    assert step["env"] == {"VERSION": "${{ inputs.version }}"}
    environment = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path / "temp of the runner"),
        "GITHUB_ENV": str(tmp_path / "env"),
        "GITHUB_ACTION_PATH": "THE ACTION",
        "VERSION": version,
    }
    (tmp_path / "temp of the runner").mkdir()
    bash(step["run"], environment, tmp_path)
    assert (tmp_path / "temp of the runner" / "log").read_text() == f"pip {wanted}\n"
    place = tmp_path / "temp of the runner" / "cnncalc" / "bin" / "cnncalc"
    assert (tmp_path / "env").read_text() == f"CNNCALC={place}\n"


@POSIX
def test_the_action_checks(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "nets" / name).mkdir(parents=True)
        (tmp_path / "nets" / name / "x.yaml").write_text(FAULTY, encoding="utf-8")
    program = tmp_path / "cnncalc"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m cnncalc "$@"\n')
    program.chmod(0o755)
    step = action()["runs"]["steps"][1]
    assert step["env"] == {"ARGS": "${{ inputs.args }}"}
    arguments = "nets/**/*.yaml --select S102 $(touch pwned) ; touch pwned"
    environment = {**os.environ, "CNNCALC": str(program), "PYTHONPATH": str(ROOT)}
    done = bash(step["run"], {**environment, "ARGS": arguments}, tmp_path, check=False)
    assert done.returncode == 2  # those words are no networks
    assert not (tmp_path / "pwned").exists()
    assert "::warning file=nets/a/x.yaml,line=3," in done.stdout
    assert "::warning file=nets/b/x.yaml,line=3," in done.stdout


def test_the_action_puts_no_input_into_a_script() -> None:
    for step in action()["runs"]["steps"]:
        assert "${{" not in step["run"]
    assert set(action()["inputs"]) == {"args", "version"}


def bash(
    script: str, environment: dict[str, str], folder: Path, *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """As the runner calls it."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        env=environment,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=check,
    )
