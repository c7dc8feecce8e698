"""A suite's results as JUnit XML, which every CI system reads: one test case for each scenario."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from scenarios.suite import Finished

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(done: Sequence[Finished]) -> str:
    """The report's text. A check that failed is in its message, with the moment; all are listed."""
    failed = sum(not one.passed and one.result is not None for one in done)
    broken = sum(one.result is None for one in done)
    seconds = sum(one.result.wall_s for one in done if one.result is not None)
    totals = {
        "name": "kairos",
        "tests": str(len(done)),
        "failures": str(failed),
        "errors": str(broken),
        "time": f"{seconds:.3f}",
    }
    root = ElementTree.Element("testsuites", totals)
    suite = ElementTree.SubElement(root, "testsuite", totals)
    for one in done:
        _case(suite, one)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode("utf-8") + "\n"


def write_junit(path: Path, done: Sequence[Finished]) -> None:
    """Write ``junit_xml`` to a file."""
    path.write_text(junit_xml(done), encoding="utf-8")


def _case(suite: ElementTree.Element, one: Finished) -> None:
    result = one.result
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=one.name,
        classname="scenarios" if result is None else f"{result.policy}.{result.fidelity}",
        file=str(one.path),
        time="0" if result is None else f"{result.wall_s:.3f}",
    )
    if one.passed:
        return
    lines = [_NOT_XML.sub("\ufffd", line) for line in one.failures]
    tag = "error" if result is None else "failure"
    problem = ElementTree.SubElement(case, tag, message=lines[0])
    problem.text = "\n".join(lines)
