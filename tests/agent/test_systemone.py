"""The adviser over HTTP, against a server of ``/v1/systemone`` that misbehaves on demand."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agent.advising import AdviserError, Advising
from agent.systemone import QUESTIONS, SystemOne, probabilities, request
from policies.advising import Adviser, Matter
from system1.acts import Because, Consult
from system1.consultation import ADVISER, OPTIONS, Moment
from system1.percepts import Completion, Unadvised

NOUL = {"type": "noul", "noul": 0.83}
CHOICE = {
    "type": "choice",
    "choice": "interrupts",
    "confidence": 0.55,
    "probabilities": {"interrupts": 0.7, "listens": 0.2, "aside": 0.1},
}


def consult(about: Matter = Matter.DONE, language: str = "en") -> Consult:
    moment = Moment("my number is", "digits", "What is your number?", language, 5.4)
    return Consult(1, about, moment, Because("adviser.done"))


class Double(ThreadingHTTPServer):
    """Answers as ``transformers serve`` does; ``mode`` says how it goes wrong instead."""

    daemon_threads = True
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode = "well"
        self.seen: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.connections = 0
        self.came = threading.Event()
        self.go_on = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Double

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, dict(self.headers), body))
        self.server.came.set()
        known = {"done": NOUL, "overlap": CHOICE}
        answers: object = {name: known[name] for name in body["questions"]}
        match self.server.mode:
            case "hangs up":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            case "slow":
                self.server.go_on.wait(5.0)
                self.close_connection = True
            case "babbles":
                self.wfile.write(b"\x00\xff no protocol at all\r\n\r\n")
                self.close_connection = True
            case "page":
                self.reply(200, b"<html>Hello</html>")
            case "huge":
                self.reply(200, b" " * 200_000)
            case "422":
                # transformers quotes the request in its errors.
                detail = [{"loc": ["body"], "msg": "Field required", "input": body}]
                self.reply(422, json.dumps({"detail": detail}).encode())
            case "redirect":
                self.reply(307, b"", Location="http://example.invalid/")
            case "closes":
                self.reply(200, told(answers), Connection="close")
                self.close_connection = True
            case "drops idle":
                self.reply(200, told(answers))
                self.close_connection = True
            case _:
                self.reply(200, told(answers))

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def told(answers: object) -> bytes:
    usage = {"input_tokens": 137, "output_tokens": 0}
    return json.dumps({"model": "tiny", "answers": answers, "usage": usage}).encode()


@pytest.fixture
def server() -> Iterator[Double]:
    with Double() as double:
        thread = threading.Thread(target=double.serve_forever, args=(0.01,))
        thread.start()
        yield double
        double.go_on.set()
        double.shutdown()
        thread.join()


def client(server: Double, key: str | None = None, timeout_s: float = 5.0) -> SystemOne:
    return SystemOne(Adviser(url=server.url, model="tiny"), key, timeout_s)


async def test_it_sends_what_the_documentation_says_and_reads_the_answer(server: Double) -> None:
    adviser = client(server, "secret")
    assert await adviser.ask(consult()) == {"done": 0.83, "goes_on": pytest.approx(0.17)}
    assert await adviser.ask(consult(Matter.OVERLAP)) == CHOICE["probabilities"]
    await adviser.close()
    path, headers, body = server.seen[0]
    assert path == "/v1/systemone"
    assert headers["Authorization"] == "Bearer secret"
    assert set(body) == {"model", "state", "questions"}, "the server refuses other keys"
    assert body["model"] == "tiny"
    assert body["state"] == {
        "agent": "What is your number?",
        "asked_for": "digits",
        "caller": "my number is",
    }
    assert body["questions"]["done"]["type"] == "noul"
    assert set(body["questions"]["done"]["criteria"]) == {"true", "false"}
    assert list(server.seen[1][2]["questions"]) == ["overlap"]


async def test_the_connection_is_kept_and_no_key_is_sent_without_one(server: Double) -> None:
    adviser = client(server)
    for _ in range(3):
        await adviser.ask(consult())
    await adviser.close()
    assert server.connections == 1
    assert "Authorization" not in server.seen[0][1]


@pytest.mark.parametrize("mode", ["closes", "drops idle"])
async def test_a_connection_that_the_server_closed_is_opened_again(
    server: Double, mode: str
) -> None:
    server.mode = mode
    adviser = client(server)
    for _ in range(3):
        assert (await adviser.ask(consult()))["done"] == 0.83
    await adviser.close()
    assert server.connections == 3


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("hangs up", "cannot be asked: RemoteDisconnected"),
        ("babbles", "cannot be asked: BadStatusLine"),
        ("page", "not that of a decision model"),
        ("huge", "cannot be asked: ConnectionAbortedError"),
        ("422", "answers 422"),
        ("redirect", "answers 307"),
    ],
)
async def test_what_goes_wrong_is_said_in_few_words_and_none_of_the_callers(
    server: Double, mode: str, says: str
) -> None:
    server.mode = mode
    adviser = client(server)
    with pytest.raises(AdviserError, match=says) as caught:
        await adviser.ask(consult())
    assert "number" not in str(caught.value)
    server.mode = "well"
    assert (await adviser.ask(consult()))["done"] == 0.83, "the next question is asked as ever"
    await adviser.close()


async def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    adviser = SystemOne(Adviser(url=f"http://127.0.0.1:{port}", model="tiny"), None, 1.0)
    with pytest.raises(AdviserError, match="ConnectionRefusedError"):
        await adviser.ask(consult())
    await adviser.close()


async def test_live_a_slow_answer_is_given_up_at_the_deadline(server: Double) -> None:
    server.mode = "slow"
    advising = Advising(client(server, timeout_s=30.0), "live", 0.05)
    advising.start(consult(), 5.6)
    await asyncio.wait(advising._background)
    assert advising.take(5.66) == Unadvised(5.66, 1, "late")
    server.mode = "well"
    server.go_on.set()
    advising.start(consult(), 8.0)
    await asyncio.wait(advising._background)
    found = advising.take(8.02)
    assert found in (Completion(8.02, ADVISER, 0.83, 5.4), Unadvised(8.02, 1, "late"))
    await advising.close()


async def test_what_waits_for_a_slow_server_is_let_go_at_once(server: Double) -> None:
    server.mode = "slow"
    adviser = client(server, timeout_s=30.0)
    asking = asyncio.ensure_future(adviser.ask(consult()))
    assert await asyncio.to_thread(server.came.wait, 5.0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await adviser.close()
    threads = [one for one in threading.enumerate() if one.name.startswith("adviser")]
    for thread in threads:
        thread.join(5.0)
        assert not thread.is_alive(), "no thread outlives the question for long"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"answers": {}}',
        b'{"answers": {"done": {"type": "noul"}}}',
        b'{"answers": {"done": {"type": "noul", "noul": "certainly"}}}',
        b'{"answers": {"done": {"type": "noul", "noul": null}}}',
        b'{"answers": [0.5]}',
        b"\xff\xfe{}",
        b"[" * 100_000,
    ],
)
def test_an_answer_that_is_none(body: bytes) -> None:
    with pytest.raises(AdviserError, match="not that of a decision model"):
        probabilities(Matter.DONE, body)


@pytest.mark.parametrize("language", ["en", "zh-CN", "fr"])
@pytest.mark.parametrize("about", list(Matter))
def test_questions_have_the_options_that_answers_are_read_by(about: Matter, language: str) -> None:
    asked = request("tiny", consult(about, language))["questions"]
    assert isinstance(asked, dict)
    wording = asked[about.value]
    if about is Matter.OVERLAP:
        assert tuple(wording["criteria"]) == OPTIONS[about]
    chinese = bool(re.search(r"[\u4e00-\u9fff]", wording["instructions"]))
    assert chinese is language.startswith("zh")
    assert set(QUESTIONS) == {"en", "zh"}
