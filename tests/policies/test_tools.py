"""Tools in a policy: what may be written, and what is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from policies.documents import parse_document
from policies.policy import Policy
from policies.problems import DocumentError
from policies.tools import CONTROLS, Tool, is_loopback

HOST = "https://api.example.com"
NUMBER = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}


def written(tools: list[dict[str, Any]], **more: Any) -> Policy:
    """A policy with these tools, read from YAML."""
    top = {"policy": "x", "persona": {"name": "Anna"}, "greeting": "Hello.", "tools": tools}
    text = yaml.safe_dump({**top, "allowed_hosts": ["api.example.com"], **more}, sort_keys=False)
    return parse_document(Policy, text, "x.yaml")


def tool(**more: Any) -> dict[str, Any]:
    base = {"id": "track", "description": "Tracks.", "parameters": NUMBER}
    if not {"http", "python", "mcp"} & set(more):
        more["http"] = {"url": f"{HOST}/p/{{number}}"}
    return base | more


def problems(tools: list[dict[str, Any]], **more: Any) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        written(tools, **more)
    assert all(one.line > 1 for one in caught.value.problems), "each has its line"
    return [f"{one.path}: {one.message}" for one in caught.value.problems]


def task(use: dict[str, Any], say: str = "It is {tool.city}.", **more: Any) -> dict[str, Any]:
    then = {"say": say, "use": use, **more}
    collect = [{"slot": "parcel", "ask": "Which?"}]
    return {"id": "t", "when": {"says": ["track"]}, "collect": collect, "then": then}


def test_what_is_left_out() -> None:
    (one,) = written([tool()]).tools
    assert (one.timeout, one.background_after, one.most_bytes) == (10.0, 2.0, 16384)
    assert (one.side_effects, one.confirm, one.tries_again) == (False, None, 2)
    (book,) = written([tool(side_effects=True, confirm="Book {number}?")]).tools
    assert book.tries_again == 0


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (tool(http=None, python=None), "tools.0: needs exactly one of http, python, mcp"),
        (tool(python="a:b", http={"url": f"{HOST}/{{number}}"}), "tools.0: needs exactly one of"),
        (tool(python="a.b"), "tools.0.python: must be written module:function"),
        (tool(http={"url": "https://other.example/a"}), "'other.example' is not listed under"),
        (tool(http={"url": "http://api.example.com/a"}), "must begin with https"),
        (tool(http={"url": "ftp://api.example.com/a"}), "must be an address such as"),
        (tool(http={"url": "https://me:pw@api.example.com/a"}), "must hold no name, password"),
        (tool(http={"url": "https://{number}.example.com/a"}), "cannot choose the server"),
        (tool(http={"url": f"{HOST}/{{nmber}}"}), "{nmber} is not among the parameters (number)"),
        (tool(http={"url": f"{HOST}/{{number"}), "has a brace without its partner"),
        (tool(http={"url": f"{HOST}/a", "query": {"q": "1"}}), "nothing is done with number"),
        (tool(http={"url": f"{HOST}/a", "body": ["number"]}), "is of no use with GET"),
        (
            tool(http={"url": f"{HOST}/a", "headers": {"Host": "x"}}),
            "tools.0.http.headers.Host: is set by Kairos itself",
        ),
        (
            tool(http={"url": f"{HOST}/a", "headers": {"X": "my env:TOKEN here"}}),
            "is written env:NAME or Bearer env:NAME",
        ),
        (tool(http={"url": f"{HOST}/a", "headers": {"X": "a\nb"}}), "on one line"),
        (tool(http={"url": f"{HOST}/a", "method": "POST"}), "needs side_effects: true or false"),
        (tool(side_effects=True), "needs confirm, the question asked before, or confirm: null"),
        (tool(side_effects=True, confirm="Do {it}?"), "{it} is not among the parameters (number)"),
        (tool(side_effects=True, confirm=None, retries=2), "nothing is done twice"),
        (tool(python="a:b", retries=1), "is of use only with http"),
        (tool(mcp={"tool": "x"}), "tools.0.mcp: needs either command or url"),
        (tool(mcp={"tool": "x", "command": ["a"], "headers": {"a": "b"}}), "only with url"),
        (tool(mcp={"tool": "x", "url": "https://b.example/mcp"}), "'b.example' is not listed"),
        (tool(mcp={"tool": "x", "url": f"{HOST}/m", "env": ["A"]}), "is of use only with command"),
        (tool(timeout=0), "tools.0.timeout: must be more than 0"),
        (tool(most_bytes=1), "tools.0.most_bytes: must be at least 64"),
    ],
)
def test_slips(given: dict[str, Any], line: str) -> None:
    (problem,) = problems([given])
    assert line in problem


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        ({"type": "string"}, "tools.0.parameters.type: the parameters of a tool are an object"),
        ({"properties": {"a": {"type": "text"}}}, "properties.a.type: must be one of string,"),
        ({"properties": {"a": {"minimun": 1}}}, "properties.a.minimun: is not checked"),
        ({"properties": {"a": {"$ref": "#/x"}}}, "write the schema out in its place"),
        ({"properties": {"a b": {}}}, "a parameter's name has only letters"),
        ({"properties": {"a": {"pattern": "("}}}, "is no regular expression"),
        ({"properties": {"a": {"maxLength": -1}}}, "must be a whole number, 0 or more"),
        ({"properties": {"a": {"minimum": True}}}, "must be a number"),
        ({"properties": {"a": {"enum": []}}}, "must be a list of values"),
        ({"properties": {"a": "string"}}, "must be a JSON Schema"),
        ({"required": ["b"], "properties": {"a": {}}}, "'b' is not among the properties"),
        ({"properties": {"a": {"items": {"type": 1}}}}, "a.items.type: must be one of"),
    ],
)
def test_parameters_are_checked_at_load(schema: dict[str, Any], line: str) -> None:
    (problem,) = problems([tool(python="a:b", parameters=schema)])
    assert line in problem


@pytest.mark.parametrize("host", ["https://api.example.com", "API.example.com", "a/b", "a:80"])
def test_a_host_is_a_name_alone(host: str) -> None:
    (problem,) = problems([], allowed_hosts=["::1", "api.example.com", host])
    assert problem.startswith("allowed_hosts.2: must be a server's name in lower case")


def test_two_of_one_name() -> None:
    assert problems([tool(), tool()]) == ["tools.1.id: id 'track' is used twice"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (task({"tool": "trak", "with": {}}), "tasks.0.then.use.tool: 'trak' is not listed"),
        (task({"tool": "track"}), "tasks.0.then.use: with lacks number, which 'track' must have"),
        (
            task({"tool": "track", "with": {"number": "{parcel}", "x": 1}}),
            "then.use.with.x: is not among the tool's parameters (number)",
        ),
        (
            task({"tool": "track", "with": {"number": "{pracel}"}}),
            "then.use.with.number: {pracel} is not among the collected slots (parcel)",
        ),
    ],
)
def test_what_a_task_wants_of_a_tool(given: dict[str, Any], line: str) -> None:
    (problem,) = problems([tool()], tasks=[given])
    assert line in problem


def test_an_answer_is_told_only_where_a_tool_is_used() -> None:
    without = task({"tool": "track"}, failed="It failed.")
    del without["then"]["use"]
    assert problems([], tasks=[without])
    given = task({"tool": "track", "with": {"number": "{parcel}"}})
    given["give_up"] = {"say": "It is {tool.city}."}
    (problem,) = problems([tool()], tasks=[given])
    assert problem.endswith("{tool.city} is a tool's answer, and no tool is used here: needs use")


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("127.0.0.1.example.com", False),
        ("10.0.0.1", False),
    ],
)
def test_only_this_machine_is_asked_in_the_clear(host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours


def test_every_number_has_its_bounds() -> None:
    for name in ("timeout", "background_after", "most_bytes", "retries"):
        field = Tool.model_json_schema()["properties"][name]
        bounds = [field, *field.get("anyOf", [])]
        assert any("maximum" in one for one in bounds), name
        assert "nit" in field["description"], name


@pytest.mark.parametrize("name", CONTROLS)
def test_a_tool_is_not_named_like_what_directs_the_call(name: str) -> None:
    assert problems([tool(id=name)]) == [
        f"tools.0.id: {name!r} is what a language model directs the call with; take another"
    ]
