"""The report in a real browser: its script runs, without a network and without an error."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent.report import render_report
from tests.agent.sample_call import records, result

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
