"""What a document means and where its parts are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

import cnncalc.source.data
import cnncalc.source.parser
from cnncalc.errors import SpecError
from cnncalc.source import Mapping, Node, Scalar, Sequence, Source, decode, from_data, parse
from cnncalc.source.scalars import resolve

ZOO = Path(__file__).parents[2] / "cnncalc" / "zoo"


def tree(text: str) -> Node:
    return parse(Source("arch.yaml", text))


def plain(node: Node) -> Any:
    """The tree as Python data, with the type beside each value: 1, 1.0 and True are equal."""
    match node:
        case Scalar(value):
            return type(value), value
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {key.value: plain(value) for key, value in entries}


def nodes(root: Node) -> Iterator[Node]:
    yield root
    if isinstance(root, Sequence):
        for item in root.items:
            yield from nodes(item)
    elif isinstance(root, Mapping):
        for key, value in root.entries:
            yield key
            yield from nodes(value)


def written(text: str) -> list[tuple[str, str]]:
    """Each node's kind and its text, parents first."""
    return [(type(node).__name__, text[slice(*node.span)]) for node in nodes(tree(text))]


# ---------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None), ("Null", None), ("NULL", None), ("~", None), ("nULL", "nULL"),
        ("true", True), ("True", True), ("TRUE", True), ("tRUE", "tRUE"),
        ("false", False), ("False", False), ("FALSE", False),
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("y", "y"),
        ("0", 0), ("010", 10), ("+7", 7), ("-7", -7), ("-0", 0), ("0o17", 15), ("0x1F", 31),
        ("0b1", "0b1"), ("0o8", "0o8"), ("-0x1F", "-0x1F"), ("1_000", "1_000"), ("1:30", "1:30"),
        ("1000000000000000", 10**15), ("-1000000000000000", -(10**15)),
        ("0000000000000000000001", 1),
        ("+1.5", 1.5), ("-1.", -1.0), ("+.5", 0.5), ("-007", -7), ("-0.0", -0.0),
        ("-1_0.5", "-1_0.5"), ("+-1", "+-1"), ("-1.2.3", "-1.2.3"), ("-.", "-."), ("-٣", "-٣"),
        ("1٣.5", "1٣.5"), ("1e003", 1000.0), ("-1e+12", -1e12), ("1e-099", 1e-99),
        ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0), ("1e-3", 0.001), ("1E+2", 100.0),
        ("1.5e2", 150.0), ("6.", 6.0), ("1e-99", 1e-99),
        (".", "."), ("-", [None]), ("+", "+"), ("e3", "e3"), ("1e", "1e"), ("1.2.3", "1.2.3"),
        ("3x3", "3x3"), ("-a", "-a"), ("٣", "٣"), ("1٣", "1٣"), ("inf", "inf"), ("nan", "nan"),
        ("2024-01-01", "2024-01-01"), ("=", "="), ("a b", "a b"), ("'1'", "1"), ('"~"', "~"),
        ("''", ""), ("|\n  1\n", "1\n"), (">-\n  a\n  b\n", "a b"), ('"\\u00e9\\t"', "é\t"),
    ],
)  # fmt: skip
def test_core_schema(text: str, value: object) -> None:
    assert plain(tree(text)) == plain(from_data(value))


@pytest.mark.parametrize(
    ("text", "quoted"), [("a", False), ("'a'", True), ('"a"', True), ("|\n a", True)]
)
def test_plain_is_without_quotes(text: str, quoted: bool) -> None:
    node = tree(text)
    assert isinstance(node, Scalar)
    assert node.plain is not quoted


def test_yaml_1_2_directive() -> None:
    assert plain(tree("%YAML 1.2\n---\na: no\n...\n")) == {"a": (str, "no")}


def test_quoted_merge_and_number_keys_are_strings() -> None:
    assert plain(tree("'<<': 1\n'2': 3")) == {"<<": (int, 1), "2": (int, 3)}


def test_percent_tag_in_a_text_is_no_directive() -> None:
    assert plain(tree("a: '%TAG'")) == {"a": (str, "%TAG")}


def test_get_and_key() -> None:
    text = "a: 1\nb: 2\n"
    node = tree(text)
    assert isinstance(node, Mapping)
    key, value = node.key("b"), node.get("b")
    assert key is not None
    assert value is not None
    assert (key.span, value.span) == ((5, 6), (8, 9))
    assert node.key("c") is None
    assert node.get("c") is None


def test_repr_shows_the_values() -> None:
    expected = "Mapping([(Scalar('a'), Sequence([Scalar(1), Scalar(None)]))])"
    assert repr(tree("a: [1, ~]")) == expected


# ----------------------------------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n\n# c\n", ["a: 1", "a", "1"]),
        (
            "a:\n  - b\n  - c: 1\n\n# x\nd:\n",
            ["a:\n  - b\n  - c: 1\n\n# x\nd:", "a", "- b\n  - c: 1", "b", "c: 1",
             "c", "1", "d", ""],
        ),
        ("{a: [1, 2 ] }  # c", ["{a: [1, 2 ] }", "a", "[1, 2 ]", "1", "2"]),
        ("[a: b]", ["[a: b]", "a: b", "a", "b"]),
        ("a: 'x y'  \n", ["a: 'x y'", "a", "'x y'"]),
        ("a: |\n  x\n\n\nb: >\n\n", ["a: |\n  x\n\n\nb: >", "a", "|\n  x", "b", ">"]),
        ("a: 😀\r\n\u00e9: \u540d\r\n", ["a: 😀\r\n\u00e9: \u540d", "a", "😀", "é", "名"]),
        ("a: x\u2028b: y\x85c: z", ["a: x\u2028b: y\x85c: z", "a", "x", "b", "y", "c", "z"]),
        ("a: |\n  x\n  \n \n", ["a: |\n  x", "a", "|\n  x"]),
        ("a:\n\n\nb:\n", ["a:\n\n\nb:", "a", "", "b", ""]),
        ("-\n\n-\n\n", ["-\n\n-", "", ""]),
        ("? a\n\n# c\n", ["? a", "a", ""]),
        ("a: b\n  c\n\n", ["a: b\n  c", "a", "b\n  c"]),
    ],
)  # fmt: skip
def test_spans(text: str, expected: list[str]) -> None:
    assert [part for _, part in written(text)] == expected


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("path", sorted(ZOO.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_zoo_is_read_as_pyyaml_reads_it(
    path: Path, pure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if pure:
        monkeypatch.setattr(cnncalc.source.parser, "Parser", yaml.SafeLoader)
    source = decode(path.read_bytes(), path.name)
    # The base loader resolves nothing, so that YAML 1.1 has no say.
    assert texts(parse(source), source.text) == yaml.load(source.text, yaml.BaseLoader)


def texts(node: Node, text: str) -> Any:
    match node:
        case Scalar(value):
            return text[node.start : node.end] if node.plain else value
        case Sequence(items):
            return [texts(item, text) for item in items]
        case Mapping(entries):
            return {key.value: texts(value, text) for key, value in entries}


# ------------------------------------------------------------------------------------- properties

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-90)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
yaml_like = st.lists(
    st.sampled_from(
        ["a", "b: ", "- ", "\n", "  ", "[", "]", "{", "}", ",", ": ", "? ", "'", '"', "#", "|", ">",
         "&a ", "*a", "!", "%", "---\n", "...\n", "<<", "1", "1e9", ".inf", "\t", "\r", "é", "😀",
         "\u2028", "\x85", "\ufeff", "\0", "\\u", "\\ud800", "%TAG ! x\n", "%YAML 1.2\n", "~", "-"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


def check_refusal(error: SpecError) -> None:
    (diagnostic,) = error.diagnostics
    assert diagnostic.line
    assert diagnostic.column
    assert diagnostic.message.isprintable()


LINE_BREAKS = set("\n\r\x85\u2028\u2029")


def check_tree_or_refusal(data: bytes) -> None:
    try:
        source = decode(data, "arch.yaml")
        root = parse(source)
    except SpecError as error:
        check_refusal(error)
        return
    text = source.text
    for node in nodes(root):
        assert 0 <= node.start <= node.end <= len(text)
        part = text[node.start : node.end]
        assert part.strip(" \n\r") == part
        if isinstance(node, Scalar) and node.plain and not LINE_BREAKS & set(part):
            assert resolve(part) == node.value
        elif isinstance(node, Sequence):
            for item in node.items:
                assert node.start <= item.start <= item.end <= node.end
        elif isinstance(node, Mapping):
            for key, value in node.entries:
                assert node.start <= key.start <= key.end <= value.start <= value.end <= node.end


@given(st.binary())
def test_any_bytes_end_in_a_tree_or_a_refusal(data: bytes) -> None:
    check_tree_or_refusal(data)


@given(yaml_like)
@example("a: 1\n")
@example("? a\n\n# c\nb: 1")
def test_anything_like_yaml_ends_in_a_tree_or_a_refusal(text: str) -> None:
    check_tree_or_refusal(text.encode())


@given(yaml_like)
def test_so_it_does_with_the_pure_parser(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnncalc.source.parser, "Parser", yaml.SafeLoader)
        try:
            parse(Source("arch.yaml", text))
        except SpecError as error:
            check_refusal(error)


@given(st.text(max_size=50))
def test_any_text_ends_in_a_tree_or_a_refusal(text: str) -> None:
    try:
        parse(Source("arch.yaml", text))
    except SpecError as error:
        check_refusal(error)


class Dumper(yaml.SafeDumper):
    """Quotes all strings: YAML 1.1 and 1.2 differ on which ones need it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


@given(values, st.booleans())
def test_dumped_data_is_read_back(data: object, flow: bool) -> None:
    text = yaml.dump(data, Dumper=Dumper, default_flow_style=flow, sort_keys=False)
    assert plain(tree(text)) == plain(from_data(data))


# ------------------------------------------------------------------------------------ Python data


class Named(str):
    def __str__(self) -> str:
        return "something else"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (Fraction(1, 4), 0.25),
        (numpy.int64(3), 3),
        (numpy.float32(0.5), 0.5),
        (Named("same"), "same"),
        ((1, 2), [1, 2]),
        ({"a": ()}, {"a": []}),
    ],
)
def test_data_of_other_types(data: object, value: object) -> None:
    node = from_data(data)
    assert plain(node) == plain(from_data(value))
    assert all(
        type(part.value) in (int, float, str) for part in nodes(node) if isinstance(part, Scalar)
    )


def test_data_has_no_place_and_its_strings_count_as_quoted() -> None:
    root = from_data({"a": ["10", 10]})
    assert {node.span for node in nodes(root)} == {(0, 0)}
    assert [node.plain for node in nodes(root) if isinstance(node, Scalar)] == [False, False, True]


def test_order_of_data_is_kept() -> None:
    root = from_data({"b": [1, [2, 3], 4], "a": {"d": 1, "c": 2}})
    assert repr(root) == repr(tree("{'b': [1, [2, 3], 4], 'a': {'d': 1, 'c': 2}}"))


def cyclic() -> list[object]:
    data: list[object] = []
    data.append(data)
    return data


def doubled(depth: int) -> list[object]:
    data: list[object] = []
    for _ in range(depth):
        data = [data, data]
    return data


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (cyclic(), "nested deeper than 64"),
        (doubled(63), "more than 2,000,000"),
        ({1: 2}, "a key is a int"),
        ({"a": {None: 2}}, "a key is a NoneType"),
        (object(), "cannot hold a object"),
        (b"a", "cannot hold a bytes"),
        ({1}, "cannot hold a set"),
        (1j, "cannot hold a complex"),
        (dict.fromkeys(map(str, range(100_001))), "more than 100,000 keys"),
        (math.inf, "not finite"),
        (math.nan, "not finite"),
        (10**15 + 1, "±10^15"),
        (10**5000, "±10^15"),
        (-(10**400), "±10^15"),
        (Fraction(10**400), "±10^15"),
        ("\ud800", "lone surrogate"),
        ({"\ud800": 1}, "lone surrogate"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
def test_data_is_refused(data: object, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "2,000,000" in part:
        monkeypatch.setattr(cnncalc.source.data, "MAX_NODES", 1000)
    with pytest.raises(SpecError) as caught:
        from_data(data)
    assert part in caught.value.diagnostics[0].message


def test_keys_of_data_count_as_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cnncalc.source.data, "MAX_NODES", 6)
    from_data({"a": 1, "b": [2]})
    with pytest.raises(SpecError):
        from_data({"a": 1, "b": [2, 3]})


def test_64_levels_of_data_are_accepted() -> None:
    data: list[object] = []
    for _ in range(63):
        data = [data]
    from_data(data)
    with pytest.raises(SpecError):
        from_data([data])
