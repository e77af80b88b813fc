"""`cnncalc explain`: a layer worked out as on a blackboard."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from cnncalc.cli import options as o
from cnncalc.cli.running import CLEAN, guarded

if TYPE_CHECKING:
    from cnncalc.analysis.facts import NetworkFacts
    from cnncalc.teaching.worked import Worked

# the arguments of a layer are options that only the layer knows
CONTEXT = {"ignore_unknown_options": True}


class ExplainFormat(StrEnum):
    """For the blackboard, for a sheet of exercises, or for programs."""

    full = "full"
    markdown = "markdown"
    json = "json"


Words = Annotated[
    list[str],
    typer.Argument(
        metavar="NETWORK [LAYER] | OP [--ARGUMENT VALUE]...",
        help="A network or a layer of it; or an op with its arguments, and --input.",
        show_default=False,
    ),
]
Format = Annotated[
    ExplainFormat, typer.Option("--format", help="Text, Markdown with LaTeX, or JSON.")
]


def explain(
    words: Words,
    output_format: Format = ExplainFormat.full,
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
) -> None:
    """Work out a layer, step by step, as on a blackboard."""

    def action() -> int:
        asked = _Asked(words, input, define, variant)
        facts, layer = _of_network(asked) if _names_network(words) else _alone(asked)
        _print(_worked(facts, layer), output_format)
        return CLEAN

    raise typer.Exit(guarded(action, as_json=output_format is ExplainFormat.json))


class _Asked(NamedTuple):
    words: list[str]
    input: list[str] | None
    define: list[str] | None
    variant: str | None


def _names_network(words: list[str]) -> bool:
    """Whether a network comes first: any word that is no op, or that there is a file of."""
    from cnncalc.cli.request import file_of
    from cnncalc.layers import families

    return words[0] not in families() or file_of(words[0]) is not None


def _of_network(asked: _Asked) -> tuple[NetworkFacts, str | None]:
    from cnncalc.api import analyze, load
    from cnncalc.cli.request import defined, given_input, to_load
    from cnncalc.errors import UsageError
    from cnncalc.source.printable import quoted

    words = asked.words
    _check_known(words[0])
    unknown = next((word for word in words if word.startswith("--")), None)
    if unknown is not None:
        known = "--format, --input, --define and --variant"
        raise UsageError(
            f"{quoted(words[0])} is no op such as conv, so it is a network, which takes {known};"
            f" not {quoted(unknown)}"
        )
    if len(words) > 2:
        raise UsageError(
            "explain takes NETWORK [LAYER], such as lenet5 C3, or an op: conv --input …"
        )
    network = load(
        to_load(words[0]),
        variant=asked.variant,
        define=defined(asked.define),
        input=given_input(asked.input),
    )
    return analyze(network), words[1] if len(words) > 1 else None


def _check_known(word: str) -> None:
    """Refuse a word that is nearly an op, as the zoo's names are no help then."""
    from cnncalc import zoo
    from cnncalc.cli.request import file_of
    from cnncalc.errors import UsageError
    from cnncalc.layers import families
    from cnncalc.source.printable import quoted
    from cnncalc.spec.problems import suggestion

    if word == "-" or file_of(word) is not None or zoo.find(word) is not None:
        return
    hint = suggestion(word, [*families(), *zoo.names()])
    if hint is not None:
        raise UsageError(f"there is no op, file or zoo network called {quoted(word)}; {hint}")


def _alone(asked: _Asked) -> tuple[NetworkFacts, str | None]:
    from cnncalc.api import analyze, parse_value
    from cnncalc.errors import UsageError
    from cnncalc.teaching.alone import network_of

    op, *words = asked.words
    if asked.define:
        raise UsageError(f"-D sets variables of a network; {op} alone has none")
    arguments = _arguments(op, words)
    if asked.variant is not None:  # of hard_sigmoid, say
        arguments["variant"] = parse_value(asked.variant, f"{op} --variant")
    facts = analyze(network_of(op, arguments, asked.input or []))
    return facts, facts.layers[-1].name


def _arguments(op: str, words: list[str]) -> dict[str, Any]:
    """The arguments: `--name value`, `--name=value`, `--name` for true, or the main one."""
    from cnncalc.api import parse_value
    from cnncalc.errors import UsageError
    from cnncalc.layers import find
    from cnncalc.source.printable import quoted

    found: dict[str, Any] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, text = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            layer_type = find(op)
            if layer_type is None or layer_type.main is None:
                raise UsageError(f"{op} takes its arguments as --name value, not {quoted(word)}")
            name, equals, text = layer_type.main, "=", word
        elif not equals and rest and not rest[0].startswith("--"):
            equals, text = "=", rest.pop(0)
        name = name.replace("-", "_")
        if name in found:
            raise UsageError(f"{op}: {quoted(name)} is given twice")
        found[name] = parse_value(text, f"{op} --{name}") if equals else True
    return found


def _worked(facts: NetworkFacts, name: str | None) -> Worked:
    """The worked answer, with what the linter says of shapes that are at fault."""
    from cnncalc.teaching.explaining import explain as explained

    worked = explained(facts, name)
    if name is None or not facts.layer(name).faults:
        return worked
    from cnncalc.api import lint

    messages = [
        f"{found.code} {found.message}"
        for found in lint(facts)
        if found.severity == "error" and name in found.layers
    ]
    return worked._replace(faults=tuple(messages))


def _print(worked: Worked, output_format: ExplainFormat) -> None:
    from cnncalc.cli.output import accept_any_character, is_terminal, write

    if output_format is ExplainFormat.json:
        from cnncalc.report.explain_json import write_json

        write_json(write, worked)
    elif output_format is ExplainFormat.markdown:
        from cnncalc.report.explain_markdown import write_markdown

        write_markdown(write, worked)
    else:
        from cnncalc.report.explain_text import print_drawn, write_plain

        if is_terminal():
            accept_any_character()
            print_drawn(worked)
        else:
            write_plain(write, worked)
