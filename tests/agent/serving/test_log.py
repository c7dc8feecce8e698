"""What others have to say is told in lines of this log, without what a client sent."""

from __future__ import annotations

import logging

import pytest

pytest.importorskip("structlog")

from agent.serving.log import as_lines


def test_uvicorns_warnings_are_lines_and_its_exceptions_types(
    capsys: pytest.CaptureFixture[str],
) -> None:
    as_lines()
    as_lines()
    logger = logging.getLogger("uvicorn.error")
    logger.info("not this")
    try:
        raise ValueError("what the caller said")
    except ValueError:
        logger.exception("Invalid %s received.\n", "sequence")
    (line,) = capsys.readouterr().err.splitlines()
    assert "server.trouble" in line
    assert "Invalid sequence received." in line
    assert "ValueError" in line
    assert "caller" not in line
