"""JUnit's XML, which most CI systems show as test results: a suite per spec, a case per finding.

Notes do not fail a check, so they are cases that pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from cnncalc.errors import Diagnostic
from cnncalc.linter.finding import Finding
from cnncalc.report.formats.checked import Checked, unicode

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(checked: Sequence[Checked], errors: Sequence[Diagnostic]) -> str:
    """The whole document."""
    root = ElementTree.Element("testsuites", name="cnncalc")
    for network in checked:
        _suite(root, network)
    for error in errors:
        name = _text(error.source or "cnncalc")
        suite = ElementTree.SubElement(
            root, "testsuite", name=name, tests="1", failures="0", errors="1"
        )
        case = ElementTree.SubElement(suite, "testcase", name="can be read", classname=name)
        ElementTree.SubElement(case, "error", message=_text(error.message)).text = _text(str(error))
    ElementTree.indent(root)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return head + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, network: Checked) -> None:
    failing = [finding for finding in network.findings if finding.severity != "info"]
    path = _text(unicode(network.path))
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=path,
        tests=str(max(1, len(network.findings))),
        failures=str(len(failing)),
        errors="0",
    )
    if not network.findings:
        ElementTree.SubElement(suite, "testcase", name="no findings", classname=path)
    for finding in network.findings:
        _case(suite, network, finding, path)


def _case(suite: ElementTree.Element, network: Checked, finding: Finding, path: str) -> None:
    place = f":{finding.line}:{finding.column}" if finding.line else ""
    name = f"{finding.code} {finding.name} {path}{place}"
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=path)
    if finding.severity == "info":
        return
    message = _text(network.message(finding))
    failure = ElementTree.SubElement(case, "failure", message=message, type=finding.severity)
    failure.text = _text(f"{path}{place}: {finding.code} {network.message(finding)}")
    if finding.help:
        failure.text += f"\n{_text(finding.help)}"


def _text(text: str) -> str:
    """Without what XML cannot hold, not even escaped."""
    return _FORBIDDEN.sub("\ufffd", text)
