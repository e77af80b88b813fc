"""JUnit's XML, read by the standard library and by junitparser."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from cnncalc.errors import Diagnostic
from cnncalc.report.formats import junit
from cnncalc.report.formats.checked import Checked
from tests.report.formats.hostile import ERRORS, FILES, checked, crashed


def suites(networks: Sequence[Checked], errors: Sequence[Diagnostic] = ()) -> list[TestSuite]:
    text = junit.render(networks, errors)
    ElementTree.fromstring(text.encode())
    found = list(JUnitXml.fromstring(text.encode()))
    for suite in found:
        told = (suite.tests, suite.failures, suite.errors)
        assert isinstance(suite, TestSuite)
        suite.update_statistics()  # type: ignore[no-untyped-call]  # counts them itself
        assert told == (suite.tests, suite.failures, suite.errors)
    return found


def outcome(case: TestCase) -> Failure | Error | None:
    assert len(case.result) <= 1
    result = case.result[0] if case.result else None
    assert result is None or isinstance(result, (Failure, Error))
    return result


def test_nothing() -> None:
    assert suites([]) == []


def test_a_clean_network_is_a_test_that_passes() -> None:
    (suite,) = suites([checked()._replace(findings=[])])
    (case,) = suite
    assert (case.name, case.is_passed) == ("no findings", True)


@pytest.mark.parametrize("file", FILES)
def test_a_case_per_finding(file: str) -> None:
    network = checked(file)
    (suite,) = suites([network])
    assert suite.name.replace("\ufffd", "") == "".join(
        char for char in file if char in "\n\r" or (ord(char) >= 32 and ord(char) != 0xDCFF)
    )
    for case, finding in zip(suite, network.findings, strict=True):
        assert case.classname == suite.name
        assert case.name.startswith(f"{finding.code} {finding.name} ")
        result = outcome(case)
        if finding.severity == "info":
            assert result is None
        else:
            assert isinstance(result, Failure)
            assert result.type == finding.severity
            assert result.message == network.message(finding)
            assert network.message(finding) in str(result.text)
            assert (finding.help or "") in str(result.text)


def test_errors_and_crashes() -> None:
    one, two, three, crash = suites([], ERRORS) + suites([crashed()])
    for suite, error in zip((one, two, three), ERRORS, strict=True):
        (case,) = suite
        result = outcome(case)
        assert isinstance(result, Error)
        assert result.message == error.message.replace("\x1b", "\ufffd")
    (case,) = crash
    assert isinstance(outcome(case), Failure)


@given(st.text(max_size=30))
def test_any_text_is_xml(message: str) -> None:
    (suite,) = suites([], [Diagnostic(message, source=message)])
    (case,) = suite
    result = outcome(case)
    assert result is not None
    assert len(result.message) == len(message)
