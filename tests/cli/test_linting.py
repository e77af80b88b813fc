"""Which rules `check` runs, what counts, and in which form it is told."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from cnncalc.cli.request import OutputFormat
from cnncalc.report.findings import fix_hint
from tests.cli.conftest import Done, Run
from tests.cli.test_check import MISFIT, PADDING, Spec

# S102 and T403 at warning, T401 at info
THREE = """\
input: 7x7x1
layers:
  - conv: {filters: 1, kernel: 3, stride: 3, bias: true}
  - batch_norm
  - relu
  - relu
"""


def found(done: Done) -> list[str]:
    """The codes of what is printed in one line each."""
    return [line.split(": ")[1].split()[0] for line in done.out.splitlines()]


@pytest.fixture
def check(run: Run, spec: Spec) -> Run:
    """Checks the spec with three findings, concisely."""

    def call(*options: str, **_: str) -> Done:
        return run("check", str(spec(THREE)), "--output-format", "concise", *options)

    return call


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select", "ALL"], ["S102", "T401", "T403"]),
        (["--select", "T4"], ["T401", "T403"]),
        (["--select", "T401,S102"], ["S102", "T401"]),
        (["--select", "T401", "--select", " S102 ,"], ["S102", "T401"]),
        (["--select", "ALL", "--ignore", "T"], ["S102"]),
        (["--select", "ALL", "--ignore", "T", "--extend-select", "T401"], ["S102", "T401"]),
        (["--ignore", "T403"], ["S102", "T401"]),
        (["--ignore", "T403,T401,S102"], []),
        (["--extend-select", "T408"], ["S102", "T401", "T403"]),
    ],
)
def test_selection(check: Run, options: list[str], codes: list[str]) -> None:
    assert found(check(*options)) == codes


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select"])
def test_codes_that_are_unknown(check: Run, option: str) -> None:
    for wrong, right in (("S1022", "S102"), ("t403", "T403")):
        done = check(option, f"S102,{wrong}")
        assert done == (
            2, "", f"cnncalc: {option}: there is no rule '{wrong}'; did you mean {right}?\n"
        )  # fmt: skip
    assert "cnncalc rule --all lists the rules" in check(option, "quux").err
    assert check(option, ",").err == f"cnncalc: {option} takes codes, such as S102,T4\n"


def test_strict_makes_misfits_errors(run: Run, spec: Spec) -> None:
    assert run("check", str(spec(PADDING)), "--strict", "--fail-on", "error").code == 1
    done = run("check", str(spec(MISFIT)), "--strict")
    assert done.code == 1
    assert "\nFound 1 error.\n" in done.out


def test_fail_on_never(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(MISFIT)), "--fail-on", "never", "--strict")
    assert done.code == 0
    assert "\nFound 1 error.\n" in done.out
    assert run("check", "missing.yaml", "--fail-on", "never").code == 2


# ------------------------------------------------------------------------------- configuration


def test_the_closest_configuration_counts(check: Run, tmp_path: Path) -> None:
    assert found(check("--select", "ALL")) == ["S102", "T401", "T403"]
    (tmp_path / "cnncalc.toml").write_text('select = ["T4"]\nignore = ["T403"]\n')
    assert found(check()) == ["T401"]
    assert found(check("--isolated", "--select", "ALL")) == ["S102", "T401", "T403"]


def test_pyproject(check: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.cnncalc]\nselect = ["T403"]\n')
    assert found(check()) == ["T403"]


@pytest.mark.parametrize(
    "text",
    [
        '[tool]\ncnncalc.select = ["T403"]\n',
        '[tool."cnncalc"]\nselect = ["T403"]\n',
        '[tool]\ncnncalc = {select = ["T403"]}\n',
        'tool = {cnncalc = {select = ["T403"]}}',
    ],
)
def test_every_way_to_write_the_table(check: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert found(check()) == ["T403"]


def test_a_pyproject_that_says_nothing_about_us_is_not_read(check: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["cnncalc"]\nno toml\n')
    assert found(check("--select", "T403")) == ["T403"]


def test_a_configuration_that_is_asked_for(check: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('select = ["T403"]\n')
    (tmp_path / "cnncalc.toml").write_text('select = ["S102"]\n')
    assert found(check("--config", str(other))) == ["T403"]
    assert "do not go together" in check("--config", str(other), "--isolated").err
    assert check("--config", str(tmp_path / "none.toml")).err.endswith(
        "none.toml: No such file or directory\n"
    )
    bare = tmp_path / "sub" / "pyproject.toml"
    bare.parent.mkdir()
    bare.write_text("[project]\n")
    assert check("--config", str(bare)).err.endswith("the file has no [tool.cnncalc]\n")


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], ["S102"]),
        (["--extend-select", "T403"], ["S102", "T403"]),
        (["--extend-select", "T"], ["S102", "T401", "T403"]),
        (["--select", "T403"], ["T403"]),
        (["--ignore", "S"], []),
        (["--ignore", "S", "--extend-select", "T403"], ["T403"]),
    ],
)
def test_the_command_line_goes_before_the_configuration(
    check: Run, tmp_path: Path, options: list[str], codes: list[str]
) -> None:
    (tmp_path / "cnncalc.toml").write_text('select = ["S102"]\nignore = ["T403"]\n')
    assert found(check(*options)) == codes


def test_fail_on_and_strict_and_severity_in_a_configuration(
    run: Run, spec: Spec, tmp_path: Path
) -> None:
    config = tmp_path / "cnncalc.toml"
    path = str(spec(MISFIT))
    config.write_text('fail-on = "error"\n')
    assert run("check", path).code == 0
    assert run("check", path, "--fail-on", "warning").code == 1
    assert run("check", path, "--strict").code == 1
    config.write_text('fail-on = "error"\nstrict = true\n')
    assert run("check", path).code == 1
    config.write_text('fail-on = "error"\n[severity]\nS102 = "error"\n')
    assert run("check", path).code == 1
    config.write_text('fail-on = "error"\n[severity]\nS = "info"\nS10 = "error"\nALL = "info"\n')
    assert run("check", path).code == 1
    config.write_text('[severity]\nS = "info"\n')
    assert run("check", path).code == 0


def test_each_network_has_its_own_configuration(run: Run, tmp_path: Path) -> None:
    for folder, setting in (("a", "never"), ("b", "warning")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "net.yaml").write_text(MISFIT)
        (tmp_path / folder / "cnncalc.toml").write_text(f'fail-on = "{setting}"\n')
    one, other = (str(tmp_path / folder / "net.yaml") for folder in "ab")
    assert run("check", one).code == 0
    assert run("check", other).code == 1
    assert run("check", one, other).code == 1


def test_the_zoo_and_standard_input_use_the_configuration_of_the_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cnncalc.toml").write_text('select = ["Y"]\n')
    assert run("check", "-", stdin=MISFIT).code == 0
    assert run("check", "seven-stride3").code == 0


def test_per_file_ignores_hold_whatever_is_selected(check: Run, tmp_path: Path) -> None:
    config = tmp_path / "cnncalc.toml"
    for pattern in ("arch.yaml", "*.yaml", "**/arch.yaml", "arch*"):
        config.write_text(f'[per-file-ignores]\n"{pattern}" = ["T"]\n')
        expected = [] if pattern == "**/arch.yaml" else ["S102"]
        codes = found(check("--select", "S102,T401"))
        assert codes == (expected or ["S102", "T401"])
    config.write_text('[per-file-ignores]\n"other.yaml" = ["T"]\n')
    assert found(check("--select", "S102,T401")) == ["S102", "T401"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("selct = []", "unknown key 'selct'; did you mean select?"),
        ("colour = 1", "unknown key 'colour'; the keys are select, "),
        ('select = ["S1022"]', "select: there is no rule 'S1022'; did you mean S102?"),
        ('select = "S102"', 'select must be a list of codes such as ["S102"]'),
        ('severity = {S102 = "bad"}', "severity.S102 must be one of error, warning, info"),
        ('severity = {X1 = "error"}', "severity: there is no rule 'X1'"),
        ('fail-on = "errors"', "fail-on must be one of error, warning, info, never"),
        ("strict = 1", "strict must be true or false, not 1"),
        ("per-file-ignores = []", "per-file-ignores must be a table"),
        ('per-file-ignores = {"a" = ["Q"]}', "per-file-ignores.a: there is no rule 'Q'"),
        ("select = [", "Invalid value"),
    ],
)
def test_a_configuration_that_is_wrong(
    check: Run, tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "cnncalc.toml").write_text(text)
    done = check()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"cnncalc: {tmp_path / 'cnncalc.toml'}: {complaint}")
    assert len(done.err.splitlines()) == 1


# ------------------------------------------------------------------------------------- comments


def test_suppressions(run: Run, spec: Spec) -> None:
    text = THREE.replace("bias: true}", "bias: true}  # cnncalc: ignore[S102, T401]")
    path = str(spec(f"# cnncalc: file-ignore[T403]\n{text}"))
    assert run("check", path, "--select", "ALL", "--output-format", "concise").out == ""


def test_an_unused_suppression_is_taken_out(run: Run, spec: Spec) -> None:
    path = spec(THREE.replace("- batch_norm", "- batch_norm  # cnncalc: ignore[S102]"))
    options = ["--select", "S102,Y703", "--output-format", "concise"]
    assert found(run("check", str(path), *options)) == ["S102", "Y703"]
    assert found(run("check", str(path), "--fix", *options)) == ["S102"]
    assert path.read_text() == THREE


# ------------------------------------------------------------------------------------- baseline


def test_baseline(run: Run, check: Run, spec: Spec, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    select = ["--select", "ALL"]
    done = check(*select, "--write-baseline", str(baseline))
    assert done == (0, "", f"{baseline} is written; findings in it: 3\n")
    assert json.loads(baseline.read_text()) == {
        "version": 1,
        "findings": {"arch.yaml": {"S102": 1, "T401": 1, "T403": 1}},
    }
    assert check(*select, "--baseline", str(baseline)) == (0, "", "")
    whole = run("check", str(spec(THREE)), *select, "--baseline", str(baseline))
    assert whole.code == 0
    assert whole.out.endswith("\nNo findings. The baseline has 3 more.\n")

    # lines may move; of a rule that finds more, all findings are shown
    path = str(spec("# moved\n" + THREE + "  - relu\n"))
    options = [*select, "--output-format", "concise", "--baseline", str(baseline)]
    done = run("check", path, *options)
    assert done.code == 1
    assert found(done) == ["T403", "T403"]


def test_a_baseline_holds_wherever_one_stands(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "nets"
    folder.mkdir()
    (folder / "a.yaml").write_text(MISFIT)
    monkeypatch.chdir(tmp_path)
    assert run("check", "./nets/a.yaml", "--write-baseline", "b.json").code == 0
    assert list(json.loads(Path("b.json").read_text())["findings"]) == ["nets/a.yaml"]
    monkeypatch.chdir(folder)
    assert run("check", "a.yaml", "--baseline", "../b.json").code == 0
    assert run("check", str(folder / "a.yaml"), "--baseline", "../b.json").code == 0


def test_no_baseline_is_written_of_half_the_networks(run: Run, spec: Spec, tmp_path: Path) -> None:
    baseline = tmp_path / "b.json"
    done = run("check", str(spec(MISFIT)), "missing.yaml", "--write-baseline", str(baseline))
    assert done.code == 2
    assert done.err.startswith("missing.yaml: ")
    assert done.err.endswith("b.json is not written\n")
    assert not baseline.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 2, "findings": {}}',
        b'{"version": 1, "findings": {"a": {"S102": "1"}}}',
        b"\xff",
        b"[" * 99999,
    ],
)
def test_files_that_are_no_baseline(check: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(content)
    done = check("--baseline", str(path))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"cnncalc: {path}: ")
    assert len(done.err.splitlines()) == 1
    assert "--write-baseline writes a baseline" in check("--baseline", "none.json").err


# --------------------------------------------------------------------------------------- output


def test_fixable_findings_are_marked(run: Run, spec: Spec) -> None:
    path = str(spec(THREE))
    out = run("check", path, "--select", "ALL").out
    assert ": T401 [*] conv: " in out
    assert ": T403 [*] relu: " in out
    assert ": S102 conv: " in out
    assert out.endswith(
        "\nFound 2 warnings, 1 note.\n[*] 2 fixable with --fix (1 more with --unsafe-fixes).\n"
    )
    out = run("check", path, "--select", "ALL", "--unsafe-fixes").out
    assert ": S102 [*] conv: " in out
    assert out.endswith("\n[*] 3 fixable with --fix --unsafe-fixes.\n")
    assert run("check", path, "--select", "T403").out.endswith("\n[*] 1 fixable with --fix.\n")
    assert fix_hint([], unsafe=False, fixed=False) is None


def test_the_zoo_is_not_offered_fixes(run: Run) -> None:
    out = run("check", "seven-stride3", "--unsafe-fixes").out
    assert out.endswith("\nFound 1 warning.\n")
    assert "[*]" not in out


def test_what_could_not_be_fixed_is_not_offered_again(run: Run, spec: Spec) -> None:
    text = MISFIT.replace("kernel", "kernal")  # to correct it would bring the misfit to light
    path = str(spec(text))
    assert ": Y702 [*] conv " in run("check", path, "--unsafe-fixes").out
    out = run("check", path, "--unsafe-fixes", "--fix").out
    assert ": Y702 conv " in out
    assert out.endswith("\nFound 1 error.\n")


def test_marks_on_a_terminal(run: Run, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = run("check", str(spec(THREE)), "--select", "T403").out
    assert "T403\x1b[0m \x1b[36m[*]\x1b[0m relu: " in out
    assert out.endswith("\x1b[1m[*] 1 fixable with --fix.\x1b[0m\n")


def test_statistics(run: Run, spec: Spec) -> None:
    path = str(spec(THREE + "  - relu\n"))
    options = ["--select", "ALL", "--statistics"]
    done = run("check", path, *options)
    assert done.code == 1
    assert done.out == (
        "2  T403  [*]  double-activation\n"
        "1  S102       stride-misfit\n"
        "1  T401  [*]  bias-before-norm\n"
        "Found 3 warnings, 1 note.\n"
        "[*] 3 fixable with --fix (1 more with --unsafe-fixes).\n"
    )
    assert run("check", path, *options, "--output-format", "concise").out.count("\n") == 3
    data = json.loads(run("check", path, *options, "--output-format", "json").out)
    assert data["statistics"][0] == {
        "code": "T403", "name": "double-activation", "n_findings": 2, "n_fixable": 2,
    }  # fmt: skip
    done = run("check", "missing.yaml", *options, "--output-format", "json")
    assert done.code == 2
    assert json.loads(done.out)["errors"][0]["source"] == "missing.yaml"


def test_fixes_in_json(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(THREE)), "--select", "T", "--output-format", "json")
    bias, relu = json.loads(done.out)["networks"][0]["findings"]
    assert bias["fixes"] == [
        {
            "title": "drop the bias",
            "is_safe": True,
            "edits": [
                {
                    "start": {"line": 3, "column": 52},
                    "end": {"line": 3, "column": 56},
                    "text": "false",
                }
            ],
        }
    ]
    (edit,) = relu["fixes"][0]["edits"]
    assert (edit["start"]["column"], edit["end"]["column"], edit["text"]) == (1, 1, "")


@pytest.mark.parametrize("form", list(OutputFormat))
def test_the_output_file_has_what_would_be_printed(
    run: Run, spec: Spec, tmp_path: Path, form: OutputFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = str(spec(MISFIT)), tmp_path / "out"
    printed = run("check", path, "--output-format", form.value)
    monkeypatch.setenv("FORCE_COLOR", "1")  # a file is never drawn on
    done = run("check", path, "--output-format", form.value, "--output-file", str(out))
    assert done == (1, "", printed.err)
    assert out.read_bytes().decode() == printed.out
    assert sorted(os.listdir(tmp_path)) == ["arch.yaml", "out"]
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE(Path(path).stat().st_mode)


@pytest.mark.parametrize("name", ["a\nb.yaml", "a,b:c%0A.yaml", "<x>&'\".yaml", "a\udcff.yaml"])
@pytest.mark.parametrize("form", list(OutputFormat))
def test_files_with_hostile_names(
    spawn: Run, tmp_path: Path, name: str, form: OutputFormat
) -> None:
    (tmp_path / name).write_text(MISFIT)
    done = spawn("check", f"{tmp_path}/./{name}", "--output-format", form.value)
    assert (done.code, done.err) == (1, "")
    assert "a\nb.yaml" not in done.out or form is OutputFormat.junit  # XML may have it
    assert "S102" in done.out


def test_programs_get_paths_from_the_current_folder_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nets").mkdir()
    file = tmp_path / "nets" / "a.yaml"
    file.write_text(MISFIT)
    options = ["--output-format", "gitlab"]
    for folder, given, told in (
        (tmp_path, "./nets/a.yaml", "nets/a.yaml"),
        (tmp_path, str(file), "nets/a.yaml"),
        (tmp_path / "nets", "../nets/a.yaml", "a.yaml"),
        (Path("/"), str(file), str(file)[1:]),
    ):
        monkeypatch.chdir(folder)
        (entry,) = json.loads(run("check", given, *options).out)
        assert entry["location"]["path"] == told
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    (entry,) = json.loads(run("check", "../nets/a.yaml", *options).out)
    assert entry["location"]["path"] == str(file)


def test_an_output_file_that_cannot_be_written(run: Run, spec: Spec, tmp_path: Path) -> None:
    path = str(spec(MISFIT))
    for bad in (tmp_path, tmp_path / "no" / "such", tmp_path / "a\0b"):
        done = run("check", path, "--output-file", str(bad))
        assert (done.code, done.out) == (2, "")
        assert "cannot be written: " in done.err
        assert len(done.err.splitlines()) == 1
    assert os.listdir(tmp_path) == ["arch.yaml"]


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="there is no /dev/null here")
def test_a_device_is_not_replaced(run: Run) -> None:
    assert run("check", "lenet5", "--output-file", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


def test_a_read_only_output_file_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("precious")
    out.chmod(0o444)
    done = run("check", "lenet5", "--output-file", str(out))
    assert done == (2, "", f"cnncalc: {out} cannot be written: it is read-only\n")
    assert out.read_text() == "precious"


@pytest.mark.parametrize(
    "options",
    [
        ["--baseline", "a", "--write-baseline", "a"],
        ["--diff", "--write-baseline", "a"],
        ["--diff", "--statistics"],
        ["--fix-only", "--statistics"],
        ["--fix-only", "--write-baseline", "a"],
        ["--write-baseline", "a", "--statistics"],
        ["--statistics", "--output-format", "sarif"],
        ["--table", "csv", "--output-format", "sarif"],
        ["--output-format", "xml"],
        ["--fail-on", "warnings"],
    ],
)
def test_options_that_contradict_each_other(run: Run, options: list[str]) -> None:
    done = run("check", "lenet5", *options)
    assert (done.code, done.out) == (2, "")
    assert "internal error" not in done.err
    assert not Path("a").exists()


def test_summary_has_no_formats_of_findings(run: Run) -> None:
    assert run("summary", "lenet5", "--output-format", "sarif").code == 2
