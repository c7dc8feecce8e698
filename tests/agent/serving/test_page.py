"""What the browser is sent: the page, what belongs to it, and who can be talked to."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from agent.serving.page import endpoint
from agent.serving.page.endpoint import assets
from agent.serving.page.words import PAGE, told
from agent.wording import wording
from tests.agent.serving.stage import POLICY, serving, until

STATIC = Path(endpoint.__file__).parent / "static"
NAMES = sorted(one.name for one in STATIC.iterdir())


@pytest.mark.slow
async def test_anybody_gets_the_page_and_none_of_it_comes_from_elsewhere(tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        bare = {"Authorization": ""}
        page = await stage.http.get("/", headers=bare)
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        allowed = {word for one in policy for word in one.split()[1:]}
        assert allowed == {"'none'", "'self'"}
        for name in assets():
            answer = await stage.http.get(f"/page/{name}", headers=bare)
            assert answer.status_code == 200
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-type"] != "text/plain"
        assert (await stage.http.get("/page/endpoint.py")).status_code == 404
        assert (await stage.http.get("/page/..%2Fendpoint.py")).status_code == 404


@pytest.mark.slow
async def test_what_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        first = await stage.http.get("/page/main.js")
        assert first.headers["cache-control"] == "no-cache"
        known = {"If-None-Match": first.headers["etag"]}
        again = await stage.http.get("/page/main.js", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        other = await stage.http.get("/page/call.js", headers=known)
        assert other.status_code == 200


@pytest.mark.slow
async def test_who_can_be_talked_to_is_for_those_who_may(tmp_path: Path) -> None:
    async with serving(tmp_path, max_calls=1) as stage:
        refused = await stage.http.get("/policies", headers={"Authorization": ""})
        assert refused.status_code == 401
        found = (await stage.http.get("/policies")).json()
        assert found == {
            "policies": [
                {
                    "name": "broadband",
                    "language": "en",
                    "agent": "Anna",
                    "company": "Northwind Broadband",
                    "greeting": POLICY.greeting,
                }
            ],
            "default": "broadband",
            "room": {"free": 1},
        }
        async with stage.socket() as socket:
            await socket.recv()
            full = (await stage.http.get("/policies")).json()["room"]
            assert full == {"free": 0, "why": "full", "retry_s": 5}
        await stage.emptied()


@pytest.mark.slow
async def test_a_server_that_is_to_stop_has_no_line(tmp_path: Path) -> None:
    async with serving(tmp_path, drain_s=3600.0) as stage, stage.socket() as socket:
        await socket.recv()
        stage.server.stop()
        await until(lambda: stage.calls.draining)
        room = (await stage.http.get("/policies")).json()["room"]
        assert room == {"free": 0, "why": "draining", "retry_s": 30}
        await socket.close()


class Marked(HTMLParser):
    """What a page says in the elements that take their words from the table."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self._key: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._key = given.get("data-t")
        for key, place in (("data-t-label", "aria-label"), ("data-t-hint", "placeholder")):
            if (name := given.get(key)) is not None:
                self.said.append((name, given.get(place) or ""))

    def handle_data(self, data: str) -> None:
        if self._key is not None:
            self.said.append((self._key, data))
            self._key = None


def test_the_page_says_in_english_what_the_table_says() -> None:
    page = Marked()
    page.feed((STATIC / "index.html").read_text(encoding="utf-8"))
    words = told("en")["words"]
    assert isinstance(words, dict)
    assert len(page.said) > 25
    assert page.said == [(key, words[key]) for key, _ in page.said]


def test_every_word_that_the_scripts_want_is_there() -> None:
    text = "".join((STATIC / name).read_text(encoding="utf-8") for name in NAMES)
    wanted = set(re.findall(r'"(page\.[a-z_.]*[a-z])"', text))
    assert len(wanted) > 20
    assert wanted <= set(PAGE)
    # Those whose last part is put in: page.error.full, page.files.report and so on.
    made = {key for key in PAGE if key.startswith(("page.error.", "page.files."))}
    assert {key for key in PAGE if key not in text} <= made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_call_is_told_in_the_words_of_its_report(language: str) -> None:
    found = told(language)
    words, report = found["words"], wording(language)
    assert isinstance(words, dict)
    assert words["floor.BOTH_S"] == report("floor.BOTH_S")
    assert words["act.stop"] == report("act.stop")
    assert words["kind.check_in"] == report("kind.check_in")
    rules = found["rules"]
    assert isinstance(rules, dict)
    assert rules["end_of_turn"] == report.rule("end_of_turn")
    json.dumps(found)


def test_nothing_is_asked_of_another_machine() -> None:
    outside = re.compile(r"""(?:src|href|import|url|fetch)\W{1,3}(?:https?:)?//""")
    for name, one in assets().items():
        text = one.content.decode()
        assert not outside.search(text), name
        assert "eval(" not in text, name
