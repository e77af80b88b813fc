"""`cnncalc rule`: what a rule finds and why that matters."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli.output import accept_any_character, is_terminal, write
from cnncalc.cli.running import CLEAN, guarded
from cnncalc.errors import UsageError

if TYPE_CHECKING:
    from cnncalc.linter.rule import Rule


class RuleFormat(StrEnum):
    """For people, or for programs."""

    full = "full"
    json = "json"


Code = Annotated[str | None, typer.Argument(metavar="[CODE]", help="The rule, such as S102.")]
All = Annotated[bool, typer.Option("--all", help="Every rule, a line each.")]
Format = Annotated[RuleFormat, typer.Option(help="The text, or JSON.")]


def rule(code: Code = None, all: All = False, output_format: Format = RuleFormat.full) -> None:
    """Explain a rule, or list them all."""

    def run() -> int:
        if (code is None) is not all:
            raise UsageError("give the code of a rule, such as S102, or --all")
        as_json = output_format is RuleFormat.json
        _print_all(as_json) if code is None else _print_one(code, as_json)
        return CLEAN

    raise typer.Exit(guarded(run, as_json=output_format is RuleFormat.json))


def _print_all(as_json: bool) -> None:
    from cnncalc.linter.engine import rules
    from cnncalc.report import rule_text

    if as_json:
        rule_text.write_json(write, [rule_text.rule_data(rule) for rule in rules()])
    else:
        rule_text.write_list(write, rules())


def _print_one(code: str, as_json: bool) -> None:
    from cnncalc.linter.engine import rules
    from cnncalc.report import rule_text

    found = _find(code, rules())
    if as_json:
        rule_text.write_json(write, rule_text.rule_data(found))
    elif is_terminal():
        _draw(found)
    else:
        write("".join(f"{line}\n" for line in rule_text.rule_lines(found)))


def _find(code: str, rules: Sequence[Rule]) -> Rule:
    for rule in rules:
        if rule.code == code:
            return rule
    from cnncalc.spec.problems import show, suggestion

    known = [rule.code for rule in rules]
    hint = suggestion(code.upper(), known) or "cnncalc rule --all lists the rules"
    raise UsageError(f"there is no rule {show(code)}; {hint}")


def _draw(rule: Rule) -> None:
    from cnncalc.report import rule_text, terminal

    accept_any_character()
    console = terminal.make_console()
    for number, line in enumerate(rule_text.rule_lines(rule)):
        terminal.print_line(console, line, "bold" if not number or rule_text.is_title(line) else "")
