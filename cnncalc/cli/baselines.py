"""What `--baseline` and `--write-baseline` do."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cnncalc.cli.files import save
from cnncalc.cli.output import write_error
from cnncalc.cli.printing import print_crashes
from cnncalc.cli.reporting import Result, all_findings, is_crash
from cnncalc.cli.request import file_of
from cnncalc.cli.running import CLEAN, UNUSABLE, print_errors
from cnncalc.errors import Diagnostic, UsageError
from cnncalc.linter.baseline import count, dump, new_findings, parse

_LARGEST = 16 * 2**20


class KnownFindings:
    """The findings that a baseline covers.

    Raises:
        UsageError: There is no such file, or it is no baseline.
    """

    def __init__(self, baseline: str) -> None:
        self._place = baseline
        self._known = parse(_read(baseline), baseline)

    def without(self, result: Result) -> Result:
        """The result without the findings that are covered."""
        findings = result.findings or []
        new = new_findings(findings, self._known.get(_key(result.name, self._place), {}))
        return result._replace(findings=new, n_known=len(findings) - len(new))


def write_baseline(baseline: str, results: Sequence[Result], errors: Sequence[Diagnostic]) -> int:
    """Write the findings to a baseline; nothing is written unless every network was checked.

    Raises:
        UsageError: The file cannot be written.
    """
    print_errors(errors)
    print_crashes(results)
    if errors or any(map(is_crash, all_findings(results))):
        write_error(f"cnncalc: {baseline} is not written")
        return UNUSABLE
    findings = {_key(result.name, baseline): result.findings or [] for result in results}
    save(dump(count(findings)).encode(), baseline)
    total = len(list(all_findings(results)))
    write_error(f"{baseline} is written; findings in it: {total:,}")
    return CLEAN


def _read(baseline: str) -> str:
    try:
        with open(baseline, "rb") as file:
            return file.read(_LARGEST).decode()
    except UnicodeDecodeError:
        raise UsageError(f"{baseline}: the baseline is not UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{baseline}: {reason}; --write-baseline writes a baseline") from None


def _key(name: str, baseline: str) -> str:
    """The path from the folder of the baseline, so that it holds wherever one stands."""
    file = file_of(name)
    if file is None:
        return name
    folder = os.path.dirname(os.path.abspath(baseline))
    return os.path.relpath(os.path.abspath(file), folder).replace(os.sep, "/")
