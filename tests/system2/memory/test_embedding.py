"""Search by meaning: vectors beside words, and what happens where there are none."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from numpy.typing import NDArray

from system2.errors import EmbeddingError
from system2.memory.embedding import OpenAIEmbedder, fused, nearest, vectors
from system2.memory.grams import grams
from system2.memory.profile import NewFact
from tests.system2.memory.conftest import Opener
from tests.system2.memory.lives import START, call, values

ALIKE = {"wlan": "wifi", "车": "汽车", "router": "box", "invoice": "bill"}
"""What the tests' model takes for the same."""


class Bags:
    """A model of the tests': a bag of hashed words, in which some words are the same."""

    name = "bags"
    floor = 0.3

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.down = False

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.down:
            raise EmbeddingError("down")
        self.texts += texts
        matrix = np.zeros((len(texts), 256), np.float32)
        for row, text in enumerate(texts):
            for word in grams(text):
                digest = hashlib.sha256(ALIKE.get(word, word).encode()).digest()
                matrix[row, digest[0]] += 1.0
        return matrix


def remember(opened: Opener, model: Bags, *texts: str) -> None:
    facts = [NewFact(f"n{at}", text) for at, text in enumerate(texts)]
    assert opened(model).write("ann", call("c1", summary="-"), facts, START).embedded


def test_what_means_the_same_is_found(opened: Opener) -> None:
    model = Bags()
    remember(opened, model, "the wifi is slow", "开汽车上班", "the bill was high")
    store = opened(model)
    assert values(store.search("ann", "wlan slow")) == ["the wifi is slow"]
    assert values(store.search("ann", "invoice")) == ["the bill was high"]
    assert opened().search("ann", "invoice") == ()


def test_who_is_first_by_both_is_first(opened: Opener) -> None:
    model = Bags()
    remember(opened, model, "a box", "a router", "a router router broken box")
    assert values(opened(model).search("ann", "router broken"))[0] == "a router router broken box"


def test_vectors_of_another_model_are_left_alone(opened: Opener) -> None:
    remember(opened, Bags(), "the bill was high")
    other = Bags()
    other.name = "other"
    assert opened(other).search("ann", "invoice") == ()


def test_words_serve_while_the_model_is_down(opened: Opener) -> None:
    model = Bags()
    model.down = True
    store = opened(model)
    written = store.write("ann", call("c1", summary="-"), [NewFact("n", "the bill")], START)
    assert not written.embedded
    assert values(store.search("ann", "bill")) == ["the bill"]


def test_ranks_are_fused() -> None:
    assert fused([["a", "b", "c"], ["c", "a"]], 9) == ["a", "c", "b"]
    assert fused([["a", "b"], []], 1) == ["a"]


def test_the_nearest_come_first_and_the_far_not_at_all() -> None:
    rows = vectors(Bags(), ["wifi slow", "wifi", "bill", "wlan slow"])
    stored = [(name, rows[at].tobytes()) for at, name in enumerate("abc")]
    stored.append(("short", rows[0, :9].tobytes()))
    assert nearest(rows[3], stored, 0.3, 5) == ["a", "b"]
    assert nearest(rows[3], stored, 0.3, 1) == ["a"]
    assert nearest(rows[3], [], 0.3, 1) == []


class Matrix:
    """A model that gives what it is told to."""

    name, floor = "matrix", 0.0

    def __init__(self, *rows: Sequence[float]) -> None:
        self.rows = rows

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array(self.rows, np.float32)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (((1.0, 0.0),), "another number"),
        (((1.0,), (float("nan"),)), "no number"),
        (((), ()), "another number"),
        ((1.0, 2.0), "another number"),
    ],
)
def test_a_model_that_gives_nonsense_is_refused(rows: Sequence[Sequence[float]], why: str) -> None:
    with pytest.raises(EmbeddingError, match=why):
        vectors(Matrix(*rows), ["one", "two"])


def test_nothing_has_no_direction() -> None:
    assert np.abs(vectors(Matrix((0.0, 0.0)), ["one"])).max() == 0.0


class Endpoint(ThreadingHTTPServer):
    """An embeddings server of the tests'."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status = 200
        self.body: bytes | None = None
        self.asked: list[dict[str, object]] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Answering(BaseHTTPRequestHandler):
    """Vectors in another order than they were asked for, as a server may send them."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Endpoint)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append(asked | {"path": self.path})
        server.keys.append(self.headers.get("Authorization"))
        rows = Bags().embed(asked["input"])
        data = [
            {"object": "embedding", "index": at, "embedding": [float(x) for x in row]}
            for at, row in enumerate(rows)
        ]
        whole = {"object": "list", "model": asked["model"], "data": data[::-1]}
        body = server.body if server.body is not None else json.dumps(whole).encode()
        self.send_response(server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        # What the SDK's waiting would cost the tests, without its being tried less often.
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def remote(url: str, key: str | None = None) -> OpenAIEmbedder:
    return OpenAIEmbedder(url, "bags", key, timeout_s=5.0, floor=0.3)


@pytest.mark.slow
def test_a_server_is_asked(endpoint: Endpoint) -> None:
    texts = [f"wifi {number}" for number in range(130)]
    assert np.array_equal(remote(endpoint.url, "secret").embed(texts), Bags().embed(texts))
    assert [one["path"] for one in endpoint.asked] == ["/v1/embeddings"] * 2
    assert [len(list(str(one["input"]).split(", "))) for one in endpoint.asked] == [128, 2]
    assert endpoint.keys == ["Bearer secret"] * 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (500, b"{}", "answers 500"),
        (401, b"{}", "answers 401"),
        (302, b"{}", "answers 302"),
        (200, b"<html>", "no vectors|cannot be asked"),
        (200, b'{"data": [{"index": 0, "embedding": ["x"]}]}', "no vectors"),
        (200, b'{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": []}]}', "no v"),
        (200, b"{}", "no vectors"),
    ],
)
def test_a_server_that_is_of_no_use(endpoint: Endpoint, status: int, body: bytes, why: str) -> None:
    endpoint.status, endpoint.body = status, body
    with pytest.raises(EmbeddingError, match=why) as caught:
        vectors(remote(endpoint.url), ["a secret"])
    assert "secret" not in str(caught.value)


@pytest.mark.slow
def test_no_server_at_all(endpoint: Endpoint) -> None:
    with pytest.raises(EmbeddingError, match="cannot be asked"):
        remote("http://127.0.0.1:9/v1").embed(["a"])
