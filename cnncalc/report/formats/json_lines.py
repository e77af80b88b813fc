"""A JSON object per line: a finding each, then the errors."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cnncalc.errors import Diagnostic
from cnncalc.report.formats.checked import Checked, all_findings, unicode
from cnncalc.report.json_report import finding_data


def render(checked: Sequence[Checked], errors: Sequence[Diagnostic]) -> str:
    """The lines."""
    objects = [
        {
            "source": unicode(network.path),
            "network": network.facts.name,
            **finding_data(finding, network.facts.network.source),
        }
        for network, finding in all_findings(checked)
    ]
    objects += [
        {"error": error.message, "source": error.source, "line": error.line, "column": error.column}
        for error in errors
    ]
    return "".join(json.dumps(item) + "\n" for item in objects)
