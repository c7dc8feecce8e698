"""JUnit XML: a test case for each scenario, failures with their moment."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from agent.figures import Figures
from agent.result import Check, Result
from scenarios.junit import junit_xml, write_junit
from scenarios.suite import Finished, suite_rows


def result(*checks: Check) -> Result:
    return Result(
        outcome="caller_hung_up",
        by="caller",
        duration_s=20.0,
        scenario="a",
        policy="broadband",
        profile="text",
        fidelity="text",
        passed=all(check.passed for check in checks),
        checks=checks,
        figures=Figures(20.0, gap_p50_s=0.5),
        wall_s=0.25,
        speed=80.0,
    )


GOOD = Check("agent gives a greeting", True, 0.1, "fine", 1)
LATE = Check("agent speaks", False, 61.25, "came after 3.1 s, wanted within 2.5 s", 2)
BELL = Check("never", False, 3.0, 'the agent said "\x07<&>"')

DONE = [
    Finished("a", Path("a.yaml"), result(GOOD)),
    Finished("b", Path("b.yaml"), result(GOOD, LATE, BELL)),
    Finished("c", Path("c.yaml"), None, "ValueError: boom"),
]


def test_the_totals() -> None:
    suite = ElementTree.fromstring(junit_xml(DONE)).find("testsuite")
    assert suite is not None
    assert suite.attrib | {"name": ""} == {
        "name": "",
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "time": "0.500",
    }


def test_failures_with_their_moment() -> None:
    cases = ElementTree.fromstring(junit_xml(DONE)).findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == ["a", "b", "c"]
    assert len(cases[0]) == 0
    failure = cases[1].find("failure")
    assert failure is not None
    assert failure.text == (
        '0:03.0  never: the agent said "\ufffd<&>"\n'
        "1:01.2  step 2: agent speaks: came after 3.1 s, wanted within 2.5 s"
    )
    error = cases[2].find("error")
    assert error is not None
    assert error.get("message") == "ValueError: boom"


def test_a_file(tmp_path: Path) -> None:
    write_junit(tmp_path / "j.xml", DONE)
    assert ElementTree.parse(tmp_path / "j.xml").getroot().tag == "testsuites"


def test_rows() -> None:
    rows = suite_rows(DONE)
    assert [row.passed for row in rows] == [True, False, False]
    assert rows[1].checks_failed[0].startswith("0:03.0  never")
    assert rows[2].checks_failed == ("ValueError: boom",)
    assert rows[0].report is None
