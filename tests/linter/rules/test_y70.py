"""Y702 to Y704: the document itself."""

from __future__ import annotations

from itertools import product

import pytest

from cnncalc.linter.rules import y703_unused as y703
from cnncalc.linter.rules import y704_yaml_1_1 as y704
from cnncalc.source.scalars import resolve
from tests.linter.rules.looking import chain, fixed, look, mended

# -- Y702 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("conv: {filters: 8, kernal: 3}", "conv: {filters: 8, kernel: 3}"),
        ("conv: {filters: 8, 'kernal': 3}", "conv: {filters: 8, kernel: 3}"),
        ("cnov: {filters: 8, kernel: 3}", "conv: {filters: 8, kernel: 3}"),
        ("reul", "relu"),
        ("Relu", "relu"),
        ("Conv: {filters: 8, kernel: 3}  # torch", "conv: {filters: 8, kernel: 3}  # torch"),
    ],
)
def test_the_near_word(wrong: str, right: str) -> None:
    assert fixed(chain("8x8x3", wrong), "Y702") == chain("8x8x3", right)


def test_sections_too() -> None:
    text = chain("8", "relu") + "buget: {params: 3}\n"
    assert fixed(text, "Y702") == text.replace("buget", "budget")
    text = chain("8", "relu") + "task: {clases: 3}\n"
    assert fixed(text, "Y702") == text.replace("clases", "classes")


def test_a_key_is_not_written_twice() -> None:
    (finding,) = look(chain("8x8x3", "conv: {filters: 8, kernel: 3, kernal: 5}"), "Y702")
    assert finding.help == "did you mean kernel?"
    assert not finding.fixes


def test_no_word_is_near() -> None:
    (finding,) = look(chain("8x8x3", "xyzzy: 3"), "Y702")
    assert not finding.fixes


def test_a_word_is_never_replaced_safely() -> None:
    text = chain("8x8x3", "reul")
    assert mended(text) == text
    assert mended(text, unsafe=True) == chain("8x8x3", "relu")


# -- Y703 ----------------------------------------------------------------------------------------


def unused(text: str) -> list[tuple[int | None, str]]:
    return [(finding.line, finding.message) for finding in look(text, "Y703")]


@pytest.mark.parametrize(
    "use",
    [
        "dense: $a",
        "dense: $(2*a + 1)",
        "dense: {units: 3, when: $(a > 3)}",
        "dense: {units: 3, repeat: $a}",
        "residual: {body: [dense: $a]}",
        "dense: $b",  # which is twice a
    ],
)
def test_used_variables(use: str) -> None:
    text = chain("8", use, "relu") + "vars: {a: 8, b: $(2*a)}\n"
    assert not [message for _, message in unused(text) if "'a'" in message and "$b" in use]
    if "$b" not in use:
        assert unused(text) == [(5, "the variable 'b' is never used")]


@pytest.mark.parametrize(
    "section",
    [
        "task: {classes: $a}",
        "budget: {params: $a}",
        "defaults: {dense: {units: $a}}",
        "x: 1\nvariants: {small: {vars: {b: $a}}}",
    ],
)
def test_variables_used_elsewhere(section: str) -> None:
    text = (
        chain("8", "dense: {units: $b}") + f"vars: {{a: 8, b: 4}}\n{section.removeprefix('x: 1')}\n"
    )
    assert not unused(text.replace("\n\n", "\n"))


def test_a_parameter_hides_a_variable() -> None:
    text = """\
        input: 8
        vars: {width: 8}
        blocks:
          Unit:
            params: {width: 3}
            layers: [dense: $width]
        layers:
          - Unit
        """
    assert unused(text) == [(2, "the variable 'width' is never used")]
    assert not unused(text.replace("params: {width: 3}", "params: {depth: $width}").replace(
        "dense: $width", "dense: {units: $width, repeat: $depth}"
    ))  # fmt: skip


def test_blocks() -> None:
    text = """\
        input: 8
        blocks:
          Used: {layers: [Inner, relu]}
          Inner: {layers: [dense: 8]}
          Lost: {layers: [Deeper, relu]}
          Deeper: {layers: [dense: 8]}
        layers:
          - Used: {when: false}
          - relu
        """
    assert [message for _, message in unused(text)] == [
        "the block 'Lost' is never called",
        "the block 'Deeper' is never called",
    ]
    assert "Deeper" not in mended(text, "Y703")
    assert "Lost" not in mended(text, "Y703")


def test_a_block_handed_over_as_a_path() -> None:
    text = """\
        input: 8
        blocks:
          Wrap: {params: {body: null}, layers: [residual: {body: $body}]}
          Body: {layers: [dense: 8]}
        layers:
          - Wrap: [Body, relu]
        """
    assert not unused(text)


def test_parameters() -> None:
    text = """\
        input: 8
        blocks:
          Unit: {params: {width: 3, stride: 2, also: $width}, layers: [dense: $width]}
        layers:
          - Unit
        """
    assert unused(text) == [
        (3, "block Unit never uses its parameter 'stride'"),
        (3, "block Unit never uses its parameter 'also'"),
    ]
    assert not unused(text.replace("3, stride: 2, also: $width", "3"))


def test_defaults() -> None:
    text = chain("8", "dense: 8") + "defaults: {dense: {bias: false}, conv: {bias: false}}\n"
    assert unused(text) == [(4, "these defaults are never used: no layer is a conv")]
    kept = chain("8", "dense: 8") + "defaults: {dense: {bias: false}}\n"
    assert fixed(text, "Y703") == kept


@pytest.mark.parametrize("wrong", ["dens: $a", "dense: $aa", "Unit: 3", "dense: {unit: $a}"])
def test_silent_where_a_name_is_wrong(wrong: str) -> None:
    """What seems unused may only be misspelled, and must not be deleted."""
    text = chain("8", wrong, "relu") + "vars: {a: 8}\nblocks: {Units: {layers: [relu]}}\n"
    assert not unused(text)


def test_own_sections_use_nothing() -> None:
    assert unused(chain("8", "relu") + "vars: {a: 8}\nx-notes: [$a]\n")


def test_a_variant_sets_it() -> None:
    text = chain("8", "relu") + "vars: {a: 8}\nvariants: {v: {vars: {a: 3}}}\n"
    (finding,) = look(text, "Y703")
    assert not finding.fixes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("vars: {a: 1, b: 2, c: 3}\n", "vars: {a: 1, c: 3}\n"),
        ("vars: {b: 2, a: 1, c: 3}\n", "vars: {a: 1, c: 3}\n"),
        ("vars: {a: 1, c: 3, b: [2, 3]}\n", "vars: {a: 1, c: 3}\n"),
        ("vars:\n  a: 1\n  b: 2  # two\n  c: 3\n", "vars:\n  a: 1\n  c: 3\n"),
        ("vars:\n  a: 1\n  c: 3\n  b:\n    - 2\n    - 3", "vars:\n  a: 1\n  c: 3\n"),
        ("vars: {\n  a: 1,\n  b: 2,\n  c: 3}\n", "vars: {\n  a: 1,\n  c: 3}\n"),
        ("vars: {\n  a: 1, c: 3,\n  b: 2\n}\n", "vars: {\n  a: 1, c: 3\n}\n"),
    ],
)
def test_fix_of_y703(before: str, after: str) -> None:
    start = chain("8", "dense: $a", "dense: $c")
    assert fixed(start + before, "Y703") == start + after


def test_the_last_entry_takes_its_section_along() -> None:
    assert fixed("vars: {b: 2}\n" + chain("8", "relu"), "Y703") == chain("8", "relu")
    assert fixed("vars:\n  b: 2\n" + chain("8", "relu"), "Y703") == chain("8", "relu")
    assert (
        fixed("{vars: {b: 2}, input: 8, layers: [relu]}\n", "Y703")
        == "{input: 8, layers: [relu]}\n"
    )


def test_names_of_many_expressions_are_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not parsed, that is, so that `min` may be a variable as well."""
    text = chain("8", "dense: $min(b, 3)") + "vars: {b: 1, min: 2, c: 3}\n"
    assert unused(text) == [
        (4, "the variable 'min' is never used"),
        (4, "the variable 'c' is never used"),
    ]
    monkeypatch.setattr(y703, "_MOST_PARSED", 0)
    assert unused(text) == [(4, "the variable 'c' is never used")]


# -- Y704 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "taken", "plain"),
    [
        ("no", "false", "'no'"),
        ("Off", "false", "'Off'"),
        ("YES", "true", "'YES'"),
        ("010", "8 (octal)", "10"),
        ("-010", "-8 (octal)", "-10"),
        ("0b11", "3 (binary)", "'0b11'"),
        ("0o17", "a text", "15"),
        ("08", "a text", "8"),
        ("1:30", "90 (base 60)", "'1:30'"),
        ("1:30:00", "5400 (base 60)", "'1:30:00'"),
        ("1_000", "1000", "'1_000'"),
        ("0x1_0", "16 (hexadecimal)", "'0x1_0'"),
        ("1_0.5", "10.5", "'1_0.5'"),
        ("2024-05-01", "a date", "'2024-05-01'"),
        ("1e3", "a text", "1.0e+3"),
        ("1.5E3", "a text", "1.5E+3"),
        ("+.5e3", "a text", "+.5e+3"),
    ],
)
def test_read_in_two_ways(written: str, taken: str, plain: str) -> None:
    text = chain("8", "relu") + f"vars: {{a: {written}}}\n"
    (finding,) = look(text, "Y704")
    assert f"takes {written} for {taken}" in finding.message
    (fix,) = finding.fixes
    assert fix.is_safe
    assert fixed(text, "Y704") == text.replace(written, plain)
    assert not look(fixed(text, "Y704"), "Y704")


@pytest.mark.parametrize(
    "written",
    [
        "0", "10", "-3", "+3", "007", "0x1F", "0.5", ".5", "5.", "-.5", "1.0e-5", "1e-5", "5E-4",
        "true", "False", "null", "~", "", "'no'", '"010"', "3x3", "y", "n", "none", "same", "0:30",
        "1.2.3", "a_1", "-", "norm", "$(2*3)", "[1, 2]", "2024-05",
    ],
)  # fmt: skip
def test_read_in_one_way(written: str) -> None:
    assert not look(chain("8", "relu") + f"vars: {{a: {written}}}\n", "Y704")


def test_what_is_not_looked_at_is_read_in_one_way() -> None:
    for letters in product("+-.018_:xe", repeat=4):
        written = "".join(letters).rstrip("e")
        try:
            value = resolve(written)
        except ValueError:
            continue  # no document has it
        if not y704._is_suspect(value, written):
            reading = y704._read(written)
            assert reading is None or reading.value == value or y704._SMALL.fullmatch(written)


def test_a_text_that_is_there_twice_is_looked_at_twice() -> None:
    text = chain("8", "relu") + "vars: {a: [0:30, 010, 0:30, 010]}\n"
    assert len(look(text, "Y704")) == 2


def test_keys_and_own_sections() -> None:
    text = chain("8", "relu") + "vars: {on: 1}\nx-notes: {no: 010}\n"
    (finding,) = look(text, "Y704")
    assert fixed(text, "Y704") == text.replace("{on:", "{'on':")
    assert finding.line == 4


def test_a_number_that_was_meant() -> None:
    """`1_000` is a text here and wrong as one: to quote it would hide that."""
    text = chain("8", "dense: 1_000")
    (finding,) = look(text, "Y704")
    assert not finding.fixes[0].is_safe
    assert fixed(text, "Y704") == chain("8", "dense: 1000")
