from __future__ import annotations

import doctest
import pickle
import re
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cnncalc.spec import expressions
from cnncalc.spec.expressions import (
    ExpressionError,
    UnknownName,
    Value,
    div8,
    parse_expression,
)

VALUES: Mapping[str, Value] = {
    "width": 64,
    "half": Fraction(1, 2),
    "two": Fraction(2),
    "on": True,
    "off": False,
    "act": "relu",
    "same": "relu",
    "nothing": None,
    "depths": (2, 3, (4, 5)),
    "flags": (True,),
    "ones": (1,),
    "twos": (2, 3, (4, 5)),
    "empty": (),
    "map": {"filters": 8},
    "map2": {"filters": 8},
    "map3": {"units": 8},
    "map_true": {"filters": True},
    "map_1": {"filters": 1},
    "max": 7,
    "_x1": 1,
    "huge": 10**15 + 1,
}


def value(text: str) -> Value:
    return parse_expression(text).evaluate(VALUES.__getitem__)


def outcome(text: str, values: Mapping[str, Value]) -> Value | ExpressionError:
    try:
        return parse_expression(text).evaluate(values.__getitem__)
    except ExpressionError as raised:
        return raised


def error(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert 0 <= caught.value.offset <= max(0, len(text) - 1)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$width", 64),
        ("$act", "relu"),
        ("$nothing", None),
        ("$depths", (2, 3, (4, 5))),
        ("$map", {"filters": 8}),
        ("$two", 2),
        ("$depths.1", 3),
        ("$depths.2.0", 4),
        ("$(depths.0*depths.1)", 6),
        ("$(4*width)", 256),
        ("$( 4 *\n\twidth ) ", 256),
        ("$_x1", 1),
        ("$max", 7),  # a function's name is a word of the language only before a parenthesis
        ("$(max(max, 3))", 7),
        ("$(64/2)", 32),
        ("$(1/3)", Fraction(1, 3)),
        ("$(.5 + 1.)", Fraction(3, 2)),
        ("$(1e3)", 1000),
        ("$(2.5E-1)", Fraction(1, 4)),
        ("$(0.1 + 0.2 == 0.3)", True),
        ("$(010)", 10),
        ("$(7//2)", 3),
        ("$(-7//2)", -4),
        ("$(-7%2)", 1),
        ("$(7%2.5)", 2),
        ("$(half//0.2)", 2),
        ("$(2-3-4)", -5),
        ("$(16/4/2)", 2),
        ("$(2--+-3)", -1),
        ("$(2+3*4)", 14),
        ("$((2+3)*4)", 20),
        ("$(not 1 > 2 and on)", True),
        ("$(on or off and off)", True),
        ("$(not not on)", True),
        ("$(1 <= 1)", True),
        ("$(2 >= 3)", False),
        ("$(act == same)", True),
        ("$(act != same)", False),
        ("$(nothing == nothing)", True),
        ("$(on == true)", True),
        ("$(on != false)", True),
        ("$(two == 2)", True),
        ("$(depths == twos)", True),
        ("$(depths == empty)", False),
        ("$(flags == ones)", False),
        ("$(map == map2)", True),
        ("$(map == map3)", False),
        ("$(map_1 == map_true)", False),
        ("$ceil(7/2)", 4),
        ("$floor(-7/2)", -4),
        ("$round(2.5)", 2),
        ("$round(3.5)", 4),
        ("$abs(-half)", Fraction(1, 2)),
        ("$min(3)", 3),
        ("$min(3, width, 2.5)", Fraction(5, 2)),
        ("$max(3, (1+4))", 5),
        ("$div8(32*0.35)", 16),
        ("$(off and missing)", False),
        ("$(on or missing)", True),
        ("$(10*100000000000000)", 10**15),
        ("$(-1000000000000000)", -(10**15)),
    ],
)
def test_value(text: str, expected: Value) -> None:
    result = value(text)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, ["starts with $"]),
        ("width", 0, ["starts with $"]),
        ("$", 0, ["after $", "$width"]),
        ("$$width", 1, ["after $", "$width"]),
        ("$ width", 1, ["after $"]),
        ("$5", 1, ["after $"]),
        ("$-width", 1, ["after $"]),
        ("$true", 1, ["'true' is not a name"]),
        ("$not(on)", 1, ["'not' is not a name"]),
        ("$()", 2, ["unexpected ')'", "a number, a name"]),
        ("$(", 1, ["unexpected end", "a number, a name"]),
        ("$(1+", 3, ["unexpected end"]),
        ("$((1+2)", 1, ["this '(' is never closed"]),
        ("$(min(1, 2)", 1, ["this '(' is never closed"]),
        ("$(min(1, 2", 5, ["this '(' is never closed"]),
        ("$(1))", 4, ["no '(' for this ')'"]),
        ("$width*2", 6, ["unexpected '*'", "$(4*width)"]),
        ("$(1) 2", 5, ["unexpected '2'", "inside $( )"]),
        ("$depths.0b", 9, ["unexpected 'b'", "inside $( )"]),
        ("$depths.x", 7, ["unexpected '.'", "name.0"]),
        ("$(depths[0])", 8, ["unexpected '['", "name.0"]),
        ("$(4*$width)", 4, ["unexpected '$'", "names stand without $"]),
        ("$(2**3)", 3, ["unexpected '**'", "x*x"]),
        ("$(2^3)", 3, ["unexpected '^'", "x*x"]),
        ("$(on && on)", 5, ["unexpected '&&'", "'and'"]),
        ("$(on || on)", 5, ["unexpected '||'", "'or'"]),
        ("$(!on)", 2, ["unexpected '!'", "'not'"]),
        ("$(width = 3)", 8, ["unexpected '='", "=="]),
        ("$(act == 'relu')", 9, ["no strings"]),
        ("$(1 if on else 2)", 4, ["unexpected 'if'", "+ - * / // %"]),
        ("$(4 width)", 4, ["unexpected 'width'", "an operator"]),
        ("$(4\u00a0*2)", 3, ["unexpected '\\xa0'"]),
        ("$(\u202e)", 2, ["unexpected '\\u202e'"]),
        ("$(*2)", 2, ["unexpected '*'", "a number, a name"]),
        ("$(1 + and)", 6, ["unexpected 'and'"]),
        ("$(1, 2)", 3, ["unexpected ','", "min and max"]),
        ("$min(1, )", 8, ["unexpected ')'"]),
        ("$min()", 5, ["unexpected ')'"]),
        ("$ceil(1, 2)", 1, ["ceil takes one argument, not 2"]),
        ("$ciel(2)", 1, ["no function 'ciel'", "did you mean ceil?"]),
        ("$(DIV8(2))", 2, ["no function 'DIV8'", "did you mean div8?"]),
        ("$max.0(2)", 1, ["no function 'max.0'", "did you mean max?"]),
        ("$quux(2)", 1, ["no function 'quux'", "min, max, ceil, floor, round, abs, div8"]),
        ("$(1 < 2 < 3)", 8, ["do not chain", "'and'"]),
        ("$(1 < 2 == on)", 8, ["do not chain"]),
        ("$(on == not off)", 8, ["put 'not", "parentheses"]),
        ("$(1/0)", 3, ["'/' divides by zero"]),
        ("$(half/(1-1))", 6, ["'/' divides by zero"]),
        ("$(1//0)", 3, ["'//' divides by zero"]),
        ("$(half%0.0)", 6, ["'%' divides by zero"]),
        ("$(2*act)", 4, ["'*' wants numbers", "act is a string"]),
        ("$(nothing+1)", 2, ["'+' wants numbers", "nothing is null"]),
        ("$(depths.2+1)", 2, ["depths.2 is a list"]),
        ("$(-on)", 3, ["'-' wants numbers", "on is a boolean"]),
        ("$(1 + (2 < 3))", 9, ["'+' wants numbers", "this is a boolean"]),
        ("$(on < off)", 2, ["'<' wants numbers"]),
        ("$(act < same)", 2, ["'<' wants numbers"]),
        ("$abs(map)", 5, ["'abs' wants numbers", "map is a map"]),
        ("$max(1, true)", 8, ["'max' wants numbers"]),
        ("$(1 == true)", 4, ["'==' cannot compare a number with a boolean"]),
        ("$(nothing != act)", 10, ["'!=' cannot compare null with a string"]),
        ("$(1 and on)", 2, ["'and' wants true or false", "a number"]),
        ("$(off or act)", 9, ["'or' wants true or false", "act is a string"]),
        ("$(not nothing)", 6, ["'not' wants true or false", "nothing is null"]),
        ("$width.0", 1, ["'width' has no elements", "a number"]),
        ("$depths.0.0", 1, ["'depths.0' has no elements"]),
        ("$(1+depths.3)", 4, ["no depths.3", "length 3"]),
        ("$empty.0", 1, ["no empty.0", "length 0"]),
        ("$map.0", 1, ["'map' has no elements", "a map"]),
        ("$huge", 1, ["over 10^15"]),
        ("$(10000000000*100001)", 13, ["over 10^15"]),
        ("$(-1e15-half)", 7, ["over 10^15"]),
        ("$(1e30*10/1e30)", 6, ["over 10^30"]),
        ("$(0-1e30-1)", 8, ["over 10^30"]),
        ("$(1e-16*1e-15)", 7, ["denominator over 10^30"]),
        ("$(1e999999999)", 2, ["an exponent is at most 30"]),
        ("$(1e-31)", 2, ["an exponent is at most 30"]),
        ("$(" + "9" * 190 + ")", 2, ["over 10^30"]),
    ],
)
def test_error(text: str, offset: int, words: list[str]) -> None:
    raised = error(text)
    assert all(word in raised.message for word in words), raised.message
    assert raised.offset == offset
    assert raised.message.isprintable()  # one line, whatever the text


def test_unknown_name() -> None:
    raised = error("$(4*widht)")
    assert isinstance(raised, UnknownName)
    assert (raised.name, raised.offset) == ("widht", 4)
    assert str(raised) == raised.message == "there is no value named 'widht'"
    copy = pickle.loads(pickle.dumps(raised))
    assert (copy.message, copy.offset, copy.name) == (raised.message, raised.offset, raised.name)


@pytest.mark.parametrize(
    ("text", "names", "name"),
    [
        ("$width", {"width"}, "width"),
        ("$(width)", {"width"}, "width"),
        ("$depths.0", {"depths"}, None),
        ("$(4*width)", {"width"}, None),
        ("$min(a, b.0, 2 + a)", {"a", "b"}, None),
        ("$(off and true)", {"off"}, None),
        ("$(1)", set(), None),
    ],
)
def test_names(text: str, names: set[str], name: str | None) -> None:
    expression = parse_expression(text)
    assert expression.names == names
    assert expression.name == name


def test_parsed_once_and_cache_bounded() -> None:
    assert parse_expression("$(4*width)") is parse_expression("$(4*width)")
    assert parse_expression.cache_info().maxsize is not None


def test_length_limit() -> None:
    assert value("$(" + "1" + " " * 196 + ")") == 1
    assert "at most 200 characters" in error("$(" + "1" + " " * 197 + ")").message


@pytest.mark.parametrize(
    ("before", "core", "after", "levels"),
    [
        ("(", "1", ")", 49),
        ("-", "1", "", 49),
        ("1+(", "1", ")", 49),
        ("-(", "1", ")", 24),
        ("abs(-", "1", ")", 24),
        ("not(", "on", ")", 24),
    ],
)
def test_nesting_limit(before: str, core: str, after: str, levels: int) -> None:
    value("$(" + before * levels + core + after * levels + ")")
    raised = error("$(" + before * (levels + 1) + core)
    assert raised.message == "the expression nests deeper than 50"


def test_long_chain_is_no_nesting() -> None:
    assert value("$(" + "+".join("1" * 98) + ")") == 98
    assert value("$(" + "<".join("12") + " and on" * 25 + ")") is True


def test_equality_of_enormous_values_is_refused() -> None:
    left: Value = 1
    right: Value = 1
    for _ in range(60):  # 2^60 elements in 61 objects
        left, right = (left, left), (right, right)
    with pytest.raises(ExpressionError, match="too large to compare"):
        parse_expression("$(a == b)").evaluate({"a": left, "b": right}.__getitem__)


def test_other_errors_of_lookup_pass() -> None:
    def lookup(name: str) -> Value:
        raise RuntimeError(name)

    with pytest.raises(RuntimeError, match="width"):
        parse_expression("$width").evaluate(lookup)


def make_divisible(v: float, divisor: int = 8) -> int:
    """From torchvision, `models/_utils.py`."""
    new_v = max(divisor, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v


@given(st.integers(-(10**6), 10**6))
def test_div8_is_make_divisible(quarters: int) -> None:
    assert div8(Fraction(quarters, 4)) == make_divisible(quarters / 4)


def test_div8_gives_mobilenet_v2_at_035() -> None:
    # keras.applications.MobileNetV2(alpha=0.35): stem and the output of each stage.
    widths = [value(f"$div8({full}*0.35)") for full in (32, 16, 24, 32, 64, 96, 160, 320)]
    assert widths == [16, 8, 8, 16, 24, 32, 56, 112]


# ------------------------------------------------------- whatever the text, only ExpressionError

words = ["and", "or", "not", "true", "min(", "max(", "div8(", "round(", "quux(", "depths.9"]
operators = ["-", "+", "*", "/", "//", "%", "**", "<", "<=", "==", "!=", "="]
others = ["1", "0", "2.5", "1e9", "1e-30", *"$().,", " ", "\n", "\x00", "\u0661", "é"]
pieces = st.sampled_from([*VALUES, *words, *operators, *others])


@given(
    st.text()
    | st.text().map("${}".format)
    | st.text().map("$({})".format)
    | st.lists(pieces, max_size=40).map("".join).map("$({})".format)
    | st.lists(pieces, max_size=40).map("".join).map("${}".format)
)
@example("$" + "(" * 199)
@example("$(" + "-" * 198)
@example("$(" + "not " * 49)
@example("$" + "min(" * 49)
@example("$(" + "1<-" * 66)
@example("$(1" + "e" * 190)
@example("$(1e" + "9" * 190 + ")")
@example("$depths." + "9" * 190)
@example("$\ud800")
def test_any_text(text: str) -> None:
    result = outcome(text, VALUES)
    if isinstance(result, ExpressionError):
        assert 0 <= result.offset <= max(0, len(text) - 1)
        assert result.message.isprintable()


# ------------------------------------------- Python's own Fraction arithmetic, on the same text


def between(*operators: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f" {word} " for word in operators])


literals = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,2})?(e-?[0-2])?", fullmatch=True)


def larger_numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    return (
        st.tuples(inner, between("+", "-", "*", "/", "//", "%"), inner).map("".join)
        | inner.map("({})".format)
        | inner.map("- {}".format)
        | inner.map("+{}".format)
        | st.tuples(st.sampled_from(["ceil", "floor", "round", "abs"]), inner).map(
            "{0[0]}({0[1]})".format
        )
        | st.tuples(st.sampled_from(["min", "max"]), arguments).map("{0[0]}({0[1]})".format)
    )


numbers = st.recursive(literals | st.sampled_from(["a", "b"]), larger_numbers, max_leaves=12)


def larger_truths(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.tuples(inner, between("and", "or"), inner).map("".join)
        | inner.map("({})".format)
        | inner.map("not {}".format)
        | st.tuples(inner, inner).map("({0[0]}) == ({0[1]})".format)
    )


comparisons = st.tuples(numbers, between("<", "<=", ">", ">=", "==", "!="), numbers).map("".join)
truths = st.recursive(comparisons | st.sampled_from(["true", "false"]), larger_truths, max_leaves=6)


def python(text: str, a: int, b: Fraction) -> bool | Fraction:
    """The value of the same text in Python, with every literal an exact Fraction."""
    text = re.sub(r"(?<![A-Za-z_])[0-9][0-9.]*(e-?[0-9]+)?", r"Fraction('\g<0>')", text)
    names = {
        "Fraction": Fraction,
        "a": Fraction(a),
        "b": b,
        "true": True,
        "false": False,
        "abs": abs,
        "ceil": lambda x: Fraction(-(-x // 1)),
        "floor": lambda x: Fraction(x // 1),
        "round": lambda x: Fraction(round(x)),
        "min": lambda *x: sorted(x)[0],
        "max": lambda *x: sorted(x)[-1],
    }
    result: bool | Fraction = eval(text, names)
    return result


@given(
    numbers | truths,
    st.integers(-50, 50),
    st.fractions(min_value=-9, max_value=9, max_denominator=9),
)
def test_agrees_with_python(text: str, a: int, b: Fraction) -> None:
    assume(len(text) <= 197)
    result = outcome(f"$({text})", {"a": a, "b": b})
    message = str(result)
    assume("over 10^" not in message and "nests" not in message)
    try:
        expected = python(text, a, b)
    except ZeroDivisionError:
        assert "divides by zero" in message
    else:
        assert result == expected
        assert not isinstance(result, Fraction) or result.denominator > 1


def test_docstring_examples() -> None:
    assert doctest.testmod(expressions).attempted >= 3
    assert doctest.testmod(expressions).failed == 0
