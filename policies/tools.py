"""Tools: what the agent can look up and get done outside, and on what terms."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from policies.model import (
    ID_PATTERN,
    VARIABLE,
    EnvName,
    Finding,
    Id,
    Line,
    Place,
    Seconds,
    Section,
    Template,
    Text,
    refuse,
)
from policies.parameters import Parameters, names, required

ToolId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=64)]

SECRET = re.compile(rf"(?:[A-Za-z][A-Za-z0-9_-]* )?env:({VARIABLE})")
"""A header's value that is taken from the environment: ``env:NAME`` or ``Bearer env:NAME``."""

CONTROLS = ("transfer", "hang_up", "ask", "begin", "fill", "remember", "plan")
"""What a language model may decide about the talk itself, each a tool call of that name. No tool
of a policy is called so."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OURS = frozenset(
    "host content-length transfer-encoding connection accept-encoding idempotency-key".split()
)


def placeholders(template: str) -> tuple[str, ...]:
    """The names in braces."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(template)))


def is_loopback(host: str) -> bool:
    """Whether it is this machine, and nothing leaves it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """A server's name in lower case, without its port."""
    return (urlsplit(url).hostname or "").lower()


def _refuse(message: str) -> None:
    raise PydanticCustomError("text", "{message}", {"message": message})


def _address(value: str) -> str:
    parts = urlsplit(value)
    try:
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\\]", value):
        _refuse("must be an address such as https://api.example.com/parcels/{number}")
    if "@" in parts.netloc or parts.fragment:
        _refuse("must hold no name, password or fragment: a key comes in a header, by env:NAME")
    if "{" in parts.netloc or "{" in parts.scheme:
        _refuse("an argument cannot choose the server; write its name out")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", value)):
        _refuse("has a brace without its partner; write {argument}")
    if parts.scheme == "http" and not is_loopback(host_of(value)):
        _refuse("must begin with https: what callers say is not sent in the clear")
    return value


def _header(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        _refuse("a header's value is printable ASCII, on one line")
    if "env:" in value and not SECRET.fullmatch(value):
        _refuse("a value from the environment is written env:NAME or Bearer env:NAME")
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]*:[0-9a-f]*:[0-9a-f:.]*", value):
        _refuse("must be a server's name in lower case and nothing else, such as api.example.com")
    return value


def _entry(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", value):
        _refuse("must be written module:function, such as shop.parcels:track")
    return value


Address = Annotated[Text, AfterValidator(_address)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
HeaderValue = Annotated[Text, AfterValidator(_header)]
Headers = Annotated[
    dict[HeaderName, HeaderValue],
    Field(
        description="Headers of the request. env:NAME, or Bearer env:NAME, stands for what the "
        "environment variable NAME holds: no secret stands in a policy."
    ),
]
Host = Annotated[Text, AfterValidator(_host)]
EntryPoint = Annotated[Text, AfterValidator(_entry)]


class HttpCall(Section):
    """A request to a server. Redirects to another server and proxies are not followed."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        "GET", description="The request's method."
    )
    url: Address = Field(
        description="Its address; {argument} is replaced, percent-encoded. Its host must be one of "
        "allowed_hosts, and it must be https except on this machine."
    )
    headers: Headers = Field(default_factory=dict)
    query: dict[Text, Text] | None = Field(
        None,
        description="What follows the ?: name and value, in which {argument} is replaced; one "
        "whose argument is not given is left out. Left out with GET and DELETE: every argument "
        "that is not in the url.",
    )
    body: Annotated[tuple[Id, ...], Field(strict=False)] | None = Field(
        None,
        description="The arguments that are sent as a JSON object. Left out with POST, PUT and "
        "PATCH: all that are neither in the url nor in the query.",
    )
    returns: Text | None = Field(
        None,
        description="Where in the JSON answer the result stands, such as data.parcels.0. "
        "Left out: the whole answer.",
    )
    connect: Seconds = Field(
        3.0, gt=0, le=60, description="To connect it takes so long at most. Unit: s."
    )
    backoff: Seconds = Field(
        0.2,
        gt=0,
        le=10,
        description="Wait before the first retry; twice as long before each one after it. Unit: s.",
    )

    def slips(self, known: tuple[str, ...]) -> Iterator[Finding]:
        """What does not go with the parameters of its tool."""
        query = self.query or {}
        used = {*placeholders(self.url), *(self.body or ())}
        used |= {name for value in query.values() for name in placeholders(value)}
        takes_all = (self.body if self.sends_body else self.query) is None
        for name in placeholders(self.url):
            if name not in known:
                yield ("url",), _unknown(name, known)
        for key, value in query.items():
            for name in placeholders(value):
                if name not in known:
                    yield ("query", key), _unknown(name, known)
        for at, name in enumerate(self.body or ()):
            if name not in known:
                yield ("body", at), _unknown(name, known)
        if self.body is not None and not self.sends_body:
            yield ("body",), f"is of no use with {self.method}"
        for name in self.headers:
            if name.lower() in _OURS:
                yield ("headers", name), "is set by Kairos itself"
        unused = [name for name in known if name not in used]
        if unused and not takes_all:
            listed = ", ".join(unused)
            yield ("url",), f"nothing is done with {listed}; put it into url, query or body"

    @property
    def sends_body(self) -> bool:
        """Whether a request of this kind has a body."""
        return self.method in ("POST", "PUT", "PATCH")


class McpCall(Section):
    """A tool of an MCP server, started as a program or reached at an address."""

    command: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)] | None = Field(
        None, description="The program and its arguments; it talks over its standard input."
    )
    env: Annotated[tuple[EnvName, ...], Field(strict=False)] = Field(
        (), description="Environment variables that the program is given, by name."
    )
    url: Address | None = Field(
        None, description="Its address; its host must be one of allowed_hosts."
    )
    headers: Headers = Field(default_factory=dict)
    tool: Text = Field(description="The tool's name, as the server knows it.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        findings: list[Finding] = []
        if (self.command is None) == (self.url is None):
            findings.append(((), "needs either command or url"))
        if self.url is not None and placeholders(self.url):
            findings.append((("url",), "an MCP server has one address, without {argument}"))
        if self.headers and self.url is None:
            findings.append((("headers",), "are of use only with url"))
        if self.env and self.command is None:
            findings.append((("env",), "is of use only with command"))
        refuse(findings)
        return self


class Tool(Section):
    """Something that the agent can look up or get done."""

    id: ToolId = Field(description="Named in tasks, in the journal, and to a language model.")
    description: Text = Field(description="What it does, as a language model is told.")
    parameters: Parameters = Field(default_factory=dict)
    http: HttpCall | None = Field(None, description="A request to a server.")
    python: EntryPoint | None = Field(
        None,
        description="A function, as module:function, called with the arguments by name; what it "
        "returns must be JSON. An ordinary one runs in a thread of its own.",
    )
    mcp: McpCall | None = Field(None, description="A tool of an MCP server.")
    side_effects: bool = Field(
        False,
        description="It changes something outside: it is done once, only when the caller has "
        "finished, and not cut off. Must be written for every http method but GET.",
    )
    confirm: Template | None = Field(
        None,
        description="Asked before it is used, and waited for a yes; {argument} is replaced. "
        "A tool with side effects that needs no leave says so with null.",
    )
    timeout: Seconds = Field(
        10.0, gt=0, le=600, description="It may take so long, with all retries. Unit: s."
    )
    background_after: Seconds = Field(
        2.0,
        ge=0,
        le=60,
        description="An answer waits so long for it; then it goes on while the call does, and its "
        "result is reported when it comes. Unit: s.",
    )
    announce: Line | None = Field(
        None, description="Said when it goes on. Left out: a line in the policy's language."
    )
    most_bytes: int = Field(
        16 * 1024,
        ge=64,
        le=1024 * 1024,
        description="A longer answer is not read on, and counts as failed. Unit: bytes.",
    )
    retries: int | None = Field(
        None,
        ge=0,
        le=10,
        description="How often a request without side effects is sent again when no connection "
        "can be made or the server answers 429 or 5xx. Left out: 2. No unit.",
    )

    @property
    def tries_again(self) -> int:
        """Retries at most."""
        if self.http is None or self.side_effects:
            return 0
        return 2 if self.retries is None else self.retries

    @property
    def address(self) -> str | None:
        """Where it goes over the network, if it does."""
        if self.http is not None:
            return self.http.url
        return self.mcp.url if self.mcp is not None else None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = names(self.parameters)
        given = [way for way in ("http", "python", "mcp") if getattr(self, way) is not None]
        findings: list[Finding] = []
        if self.id in CONTROLS:
            message = f"{self.id!r} is what a language model directs the call with; take another"
            findings.append((("id",), message))
        if len(given) != 1:
            findings.append(((), "needs exactly one of http, python, mcp"))
        if self.http is not None:
            findings += [(("http", *at), say) for at, say in self.http.slips(known)]
            must = required(self.parameters)
            path = urlsplit(self.http.url).path
            findings += [
                (("http", "url"), f"{{{name}}} must be listed under required: no path without it")
                for name in placeholders(path)
                if name in known and name not in must
            ]
        changes = self.http is not None and self.http.method != "GET"
        if changes and "side_effects" not in self.model_fields_set:
            findings.append(((), "a request that is no GET needs side_effects: true or false"))
        if self.side_effects and "confirm" not in self.model_fields_set:
            message = "has side effects: needs confirm, the question asked before, or confirm: null"
            findings.append(((), message))
        if self.retries and (self.http is None or self.side_effects):
            message = "is of use only with http and without side effects: nothing is done twice"
            findings.append((("retries",), message))
        findings += [
            (("confirm",), _unknown(name, known))
            for name in placeholders(self.confirm or "")
            if name not in known
        ]
        if re.search(r"[{}]", _PLACEHOLDER.sub("", self.confirm or "")):
            findings.append((("confirm",), "has a brace without its partner; write {argument}"))
        refuse(findings)
        return self


def strangers(tools: tuple[Tool, ...], allowed: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
    """The tools that go to hosts which are not allowed."""
    for at, tool in enumerate(tools):
        host = host_of(tool.address) if tool.address is not None else None
        if host is not None and host not in allowed:
            way = "http" if tool.http is not None else "mcp"
            yield ("tools", at, way, "url"), f"{host!r} is not listed under allowed_hosts"


def _unknown(name: str, known: tuple[str, ...]) -> str:
    return f"{{{name}}} is not among the parameters ({', '.join(known) or 'none'})"
