"""Whole calls with a tool's server on a bad day: the caller hears something sensible."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from agent.records import ErrandDone, Utterance
from agent.wordwise import WordConversation
from policies.policy import Policy
from tests.stage import speech

FAILED = "I could not look it up just now."


@contextmanager
def serving(status: int, body: bytes) -> Iterator[str]:
    """A server with one answer to everything."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is told."""

    class Quiet(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that has read enough leaves."""

    with Quiet(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def policy(url: str) -> Policy:
    return Policy.model_validate(
        {
            "policy": "parcels",
            "persona": {"name": "Anna"},
            "greeting": "Hello.",
            "fillers": [],
            "allowed_hosts": ["127.0.0.1"],
            "tools": [
                {
                    "id": "track",
                    "description": "Where a parcel is.",
                    "http": {"method": "GET", "url": url + "/track"},
                }
            ],
            "tasks": [
                {
                    "id": "track-parcel",
                    "when": {"says": ["where is my parcel"]},
                    "then": {
                        "use": {"tool": "track"},
                        "say": "It is in {tool.city}.",
                        "failed": FAILED,
                    },
                }
            ],
        }
    )


@pytest.mark.parametrize(
    ("status", "body", "heard"),
    [
        (200, b'{"city": "Leeds"}', "It is in Leeds."),
        (200, b'"' + b"x" * 5_000_000 + b'"', FAILED),
        (200, b'{"town": "Leeds"}', FAILED),
        (200, b"<html>", FAILED),
        (500, b"{}", FAILED),
    ],
    ids=["good", "5 MB", "other JSON", "no JSON", "500"],
)
async def test_what_the_caller_hears(status: int, body: bytes, heard: str) -> None:
    with serving(status, body) as url:
        async with WordConversation.open(policy(url)) as call:
            percepts, end = speech(3.0, "where is my parcel", 0)
            call.expect_percepts(percepts)
            await call.advance(end + 8.0)
            said = [one.text for one in call.journal if isinstance(one, Utterance)]
            done = [one for one in call.journal if isinstance(one, ErrandDone)]
    assert said[1:2] == [heard]
    assert [one.tool for one in done] == ["track"]
