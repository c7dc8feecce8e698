"""``kairos serve`` as a process, and what it refuses. (tests.agent.serving has calls.)"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

import httpx2

from agent.cli.app import main


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["nosuch"], "nosuch"),
        (["broadband", "broadband"], "kairos: two policies are called 'broadband'"),
        (["broadband", "--host", "0.0.0.0"], "kairos: 0.0.0.0 can be reached by others: set"),
        (["broadband", "--out", __file__], "is a file, not a folder"),
        (["broadband", "--host", "no.such.invalid"], "kairos: "),
    ],
)
def test_bad_input_is_one_line(
    options: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAIROS_TOKENS", raising=False)
    if "0.0.0.0" not in options:
        monkeypatch.setenv("KAIROS_TOKENS", "a-token-for-the-tests")
    assert main(["serve", *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not list(tmp_path.iterdir())


def test_a_short_token_is_refused_and_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("KAIROS_TOKENS", "hunter2")
    assert main(["serve", "broadband", "--out", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "fewer than 16 characters" in line
    assert "hunter2" not in line


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = ["serve", "broadband", "--port", str(port), "--out", str(tmp_path)]
        assert main(command) == 2
    assert capsys.readouterr().err == f"kairos: 127.0.0.1:{port}: Address already in use\n"


def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "agent.serving.server", raising=False)
    assert main(["serve", "broadband", "--port", "0", "--out", str(tmp_path)]) == 2
    line = capsys.readouterr().err
    assert line == "kairos: uvicorn is missing: pip install 'kairos-voice[serve]'\n"


@pytest.mark.slow
def test_a_model_that_cannot_be_used_is_refused_before_anybody_calls(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ["serve", "broadband", "--port", "0", "--out", str(tmp_path), "--model", "nosuch"]
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "nosuch" in line


@pytest.mark.slow
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(kind: signal.Signals, tmp_path: Path) -> None:
    code = "from agent.cli.app import main; raise SystemExit(main())"
    environment = {**os.environ, "KAIROS_TOKENS": ""}
    with subprocess.Popen(
        [sys.executable, "-c", code, "serve", "broadband", "--port", "0", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line.startswith("serving broadband at http://127.0.0.1:")
            answer = httpx2.get(f"{line.split()[-1]}/readyz", trust_env=False)
            assert answer.json() == {"status": "ready"}
        finally:
            process.send_signal(kind)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "server.open" in errors
    assert "server.draining" in errors
    assert "Traceback" not in errors


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a warm process is forked")
def test_where_no_process_can_be_forked_calls_are_held_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    held: list[object] = []

    async def served(terms: object, bound: object, ready: object, nursery: object) -> None:
        held.append(nursery)

    # A program that ends at once, where Python is wanted.
    monkeypatch.setattr("agent.serving.server.serve", served)
    monkeypatch.setattr(sys, "executable", "/bin/true")
    assert main(["serve", "broadband", "--port", "0", "--out", str(tmp_path)]) == 0
    assert held == [None]
    assert "server.together" in capsys.readouterr().err
