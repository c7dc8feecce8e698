"""The report in a real browser: its script runs, without a network and without an error."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent.report import render_report
from tests.agent.sample_call import records, result
from tests.agent.test_report_moments import POLICY, call
from tests.agent.test_report_moments import result as moments_result

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=3000",
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The report of a short call."""
    told = records()
    path = tmp_path / "report.html"
    path.write_text(render_report(told, result(told), None, None), encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_script_opens_the_page_at_a_linked_moment(page: Path, tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is missing; `make test` installs it")
    shown = subprocess.run(
        [
            browser,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr",
            "--dump-dom",
            f"file://{page}#t=7.5",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ">0:07.5<" in shown.stdout
    assert "Uncaught" not in shown.stderr


@pytest.mark.slow
def test_a_moment_opens_its_evidence_below_the_time_line(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is missing; `make test` installs it")
    told = call()
    path = tmp_path / "report.html"
    text = render_report(told, moments_result(told), None, None, policy=POLICY)
    path.write_text(text, encoding="utf-8")
    shown = subprocess.run(
        [
            browser,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr",
            "--dump-dom",
            f"file://{path}#p7-00",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "Uncaught" not in shown.stderr
    panel = shown.stdout.split('<div id="panel"')[1].split("</div>\n\n")[0]
    assert "hidden" not in panel.split(">")[0]
    assert "turn taken after" in panel
