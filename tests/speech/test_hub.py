from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from speech.hub import hub, offline

constants = pytest.importorskip("huggingface_hub.constants")


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A hub that answers once, and that it knows no such page."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_hub_that_answers_is_asked(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with hub():
        assert constants.HF_HUB_OFFLINE is False


def test_one_that_does_not_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(constants, "ENDPOINT", nobody)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with hub():
        assert constants.HF_HUB_OFFLINE is True
    assert constants.HF_HUB_OFFLINE is False


def test_who_is_offline_on_purpose_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://nobody.invalid")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with hub():
        assert constants.HF_HUB_OFFLINE is True
    assert constants.HF_HUB_OFFLINE is True


def _breaks() -> None:
    with offline():
        assert constants.HF_HUB_OFFLINE is True
        raise OSError("broken")


def test_nothing_is_fetched_offline_and_everything_again_after_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with pytest.raises(OSError, match="broken"):
        _breaks()
    assert constants.HF_HUB_OFFLINE is False
