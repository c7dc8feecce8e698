"""A server that hostile clients meet, and somebody who calls it beside them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agent.serving.bystander import IDLE_S, OPENED, Bystander
from tests.agent.serving.process import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It holds out to the end."""
    folder = tmp_path_factory.mktemp("hostile")
    with served(folder, "--idle", str(IDLE_S), "--max-calls", "12") as one:
        yield one
        assert one.stop() == 0
        log = one.log.read_text()
    assert "Traceback" not in log
    assert "call.not_written" not in log


@pytest.fixture
def bystander(server: Served) -> Iterator[Bystander]:
    """Its call is under way, and is looked at when the others have done what they wanted."""
    one = Bystander(server)
    try:
        server.until(lambda: bool(one.caller.came))
        yield one
    finally:
        while OPENED:
            OPENED.pop().close()
        one.leave()
    server.emptied()
