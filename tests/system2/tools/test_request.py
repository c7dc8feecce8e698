"""Requests as they are made of a tool's terms and its arguments."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.tools import HttpCall
from system2.tools.answers import ToolError
from system2.tools.request import request

HOST = "https://api.example.com"


def made(terms: dict[str, Any], **arguments: Any) -> tuple[str, bytes | None]:
    one = request(HttpCall.model_validate(terms), arguments)
    return one.url.removeprefix(HOST), one.body


def test_what_is_in_the_url_is_not_sent_twice() -> None:
    terms = {"url": f"{HOST}/p/{{a}}", "method": "POST"}
    assert made(terms, a="1", b=True, c=[1, "x"]) == ("/p/1", b'{"b": true, "c": [1, "x"]}')


def test_a_query_as_it_is_written() -> None:
    terms = {"url": f"{HOST}/p?v=1", "query": {"q": "in:{a}", "u": "metric", "n": "{b}"}}
    assert made(terms, a="x y", b=[1, 2]) == ("/p?v=1&q=in%3Ax+y&u=metric&n=1&n=2", None)
    assert made(terms, a="x")[0] == "/p?v=1&q=in%3Ax&u=metric"


def test_only_these_in_the_body() -> None:
    terms = {"url": f"{HOST}/p", "method": "PUT", "body": ["a"], "query": {"b": "{b}"}}
    assert made(terms, a=None, b=False) == ("/p?b=false", b'{"a": null}')


@pytest.mark.parametrize("value", ["", ".", "..", "...", None, {"a": 1}])
def test_no_argument_leads_elsewhere(value: Any) -> None:
    with pytest.raises(ToolError, match="cannot stand in its address"):
        made({"url": f"{HOST}/p/{{a}}/q"}, a=value)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_comes_through_whole(text: str) -> None:
    terms = HttpCall.model_validate({"url": f"{HOST}/p/{{a}}/q"})
    if text.strip(".") == "":
        return
    parts = urlsplit(request(terms, {"a": text}).url)
    assert (parts.hostname, parts.query, parts.fragment) == ("api.example.com", "", "")
    before, _, rest = parts.path.removeprefix("/").partition("/")
    assert (before, unquote(rest.removesuffix("/q"))) == ("p", text)
    search = HttpCall.model_validate({"url": f"{HOST}/p"})
    query = urlsplit(request(search, {"a": text}).url).query
    assert parse_qsl(query, keep_blank_values=True) == [("a", text)]
