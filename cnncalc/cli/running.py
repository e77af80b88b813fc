"""Whatever happens while a command runs ends in an exit code and at most one clear message."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from cnncalc.errors import CnncalcError, Diagnostic, SpecError

CLEAN = 0
FINDINGS = 1
UNUSABLE = 2
_INTERRUPTED = 130
_BROKEN_PIPE = 141  # as for a program that dies of SIGPIPE


def guarded(action: Callable[[], int], *, as_json: bool = False) -> int:
    """Run an action that returns an exit code; no exception leaves here.

    Args:
        action: What to run.
        as_json: Whether errors go to standard output as JSON.
    """
    try:
        code = action()
        sys.stdout.flush()
        return code
    except CnncalcError as error:
        return _guarded_errors(diagnostics(error), as_json)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return _BROKEN_PIPE
    except OSError as error:  # reading has its own errors, so this is about writing
        _silence_stdout()
        reason = f"the output cannot be written: {error.strerror or error}"
        return _guarded_errors((Diagnostic(reason),), as_json=False)
    except Exception as error:
        if _was_interrupted(error):
            return _INTERRUPTED
        if os.environ.get("CNNCALC_DEBUG"):
            raise
        return _guarded_errors((internal(error),), as_json)


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is at the bottom of it: compiled modules make ImportErrors of all there is."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def diagnostics(error: CnncalcError) -> Sequence[Diagnostic]:
    """What an exception has to say."""
    return error.diagnostics if isinstance(error, SpecError) else (Diagnostic(str(error)),)


def internal(error: Exception) -> Diagnostic:
    """The one line that an unforeseen exception becomes."""
    what = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    return Diagnostic(f"internal error: {what}; please report it (CNNCALC_DEBUG=1 shows more)")


def _guarded_errors(errors: Sequence[Diagnostic], as_json: bool) -> int:
    try:
        print_errors(errors, as_json=as_json)
    except BrokenPipeError:
        _silence_stdout()
    return UNUSABLE


def print_errors(errors: Sequence[Diagnostic], *, as_json: bool = False) -> None:
    """Print why an input cannot be used: to standard error, or as JSON to standard output."""
    from cnncalc.cli.output import write, write_error

    if as_json:
        from cnncalc.report.json_report import write_document

        write_document(write, (), errors)
        sys.stdout.flush()
        return
    for error in errors:
        write_error(str(error) if error.source else f"cnncalc: {error}")


def _silence_stdout() -> None:
    """Nobody reads any more: let what is left in the buffer go nowhere, without a complaint."""
    from contextlib import suppress

    with suppress(OSError, ValueError):  # a test's output is no real file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
