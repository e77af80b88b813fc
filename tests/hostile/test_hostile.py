"""Whatever a spec says, the end is a clear message, soon and without much memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc import SpecError
from tests.hostile.cases import CASES, MIB, Case

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MESSAGE = 400
SLACK = 3  # a second is meant on a machine that does nothing else, and no CI machine is one
# Sizes are not bounded after the first layer yet, so that they grow with every layer.


class Worker:
    """A process that has imported everything and forks for every spec."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.hostile.worker"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def check(case: Case, answer: dict[str, Any]) -> None:
    messages = answer["messages"]
    assert "crashed" not in answer["outcome"], answer
    assert "killed" not in answer["outcome"], answer
    if case.says is not None:
        assert messages, answer
        assert any(case.says in message for message in messages), messages[:3]
    for message in messages:
        assert message.isprintable(), message
        assert len(message) <= LONGEST_MESSAGE, message
    assert answer["seconds"] <= SLACK * case.seconds
    assert answer["bytes"] <= case.n_bytes


def parameters() -> list[object]:
    found: list[object] = []
    for case in CASES:
        marks: list[Any] = [pytest.mark.slow] if case.seconds > 1 else []
        found.append(pytest.param(case, marks=marks, id=case.name))
    return found


@pytest.mark.parametrize("case", parameters())
def test_hostile(case: Case, worker: Worker) -> None:
    check(case, worker.ask(source=case.source(), **case.settings))


def test_the_cases_have_names_of_their_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


FILES = {
    "empty.yaml": b"",
    "binary.yaml": bytes(range(256)) * 100,
    "utf16.yaml": "input: 3\nlayers: [relu]\n".encode("utf-16"),
    "latin1.yaml": "name: caf\xe9\n".encode("latin-1"),
    "large.yaml": b"#" * (16 * MIB + 1),
    "nul.yaml": b"\x00" * 1000,
}


@pytest.mark.parametrize("name", [*FILES, "directory.yaml", "missing.yaml"])
def test_files(name: str, tmp_path: Path, worker: Worker) -> None:
    path = tmp_path / name
    if name == "directory.yaml":
        path.mkdir()
    elif name in FILES:
        path.write_bytes(FILES[name])
    answer = worker.ask(source=str(path))
    assert answer["outcome"] == "SpecError"
    assert len(answer["messages"]) == 1
    check(Case(name, str, ""), answer)


def test_endless_files(worker: Worker) -> None:
    check(Case("zero", str, "larger than 16 MiB"), worker.ask(source="/dev/zero"))


@pytest.mark.parametrize("depth", [100, 100_000])
def test_data_that_is_too_deep(depth: int) -> None:
    value: object = 1
    for _ in range(depth):
        value = [value]
    with pytest.raises(SpecError, match="nested deeper than 64 levels"):
        cnncalc.load("vars: {w: 1}\ninput: 3\nlayers: [dense: $w]\n", define={"w": value})
