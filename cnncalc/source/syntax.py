"""What PyYAML says about broken syntax, in the words of cnncalc."""

from __future__ import annotations

from yaml.error import MarkedYAMLError

from cnncalc.errors import SpecError
from cnncalc.source.printable import printable
from cnncalc.source.text import Source

# By a part of the problem's text, as libyaml and as the pure parser have it; the first one counts.
_REMEDIES = {
    "mapping values are not allowed": "put the key on a line of its own, or quote a text with ': '",
    "cannot start any token": "quote a text that starts with this character",
    "tag": "tags (!) are not allowed, remove it or quote the text",
    "directive": "remove the line that starts with %",
    "incompatible YAML": "specs are read as YAML 1.2, remove the %YAML line",
    "document start": "write one spec per file, and remove the line that starts with % or ...",
    "escape": r"write a backslash as \\, or put the text in single quotes",
    "expected ',' or ": "add the missing comma or closing bracket",
    "end of stream": "close the quote",
    "expected ':'": "write `key: value`",
    "anchor": "anchors and aliases are not allowed, quote a text that starts with & or *",
    "alias": "anchors and aliases are not allowed, quote a text that starts with & or *",
}
_ANY_REMEDY = "check indentation, quotes and brackets here and just before"


def syntax_error(source: Source, error: Exception) -> SpecError:
    """Say in one line what the parser stumbled over, where, and what may help."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return source.error(0, f"not valid YAML: {_one_line(str(error))}; {_ANY_REMEDY}")
    offset = error.problem_mark.index
    if offset >= len(source.text):
        offset = len(source.text.rstrip())  # the end of what is written, not the blank line after
    problem = _one_line(error.problem or "it ends too soon")
    return source.error(
        offset,
        f"not valid YAML: {problem}{_context(source, error)}; {_remedy(source, problem, offset)}",
    )


def _context(source: Source, error: MarkedYAMLError) -> str:
    """Where the construct at fault starts, if that is on another line."""
    if error.context_mark is None or error.problem_mark is None:
        return ""
    line, _ = source.position(error.context_mark.index)
    if line == source.position(error.problem_mark.index)[0]:
        return ""
    return f" {_one_line(error.context or '')} that starts on line {line}"


def _remedy(source: Source, problem: str, offset: int) -> str:
    if source.text.startswith("\t", offset):
        return "indent with spaces, not tabs"
    return next((text for part, text in _REMEDIES.items() if part in problem), _ANY_REMEDY)


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
