"""The request that a tool's terms and its arguments make. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from policies.tools import HttpCall, placeholders
from system2.desk import Json
from system2.tools.answers import ToolError


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, but for its headers. ``body``: JSON, None for none."""

    method: str
    url: str
    body: bytes | None


def request(terms: HttpCall, arguments: Mapping[str, Json]) -> Request:
    """See ``Request``; ``ToolError`` where an argument cannot stand in an address."""
    in_url = placeholders(terms.url)
    path = placeholders(urlsplit(terms.url).path)
    url = terms.url
    for name in in_url:
        text = _text(arguments.get(name, ""))
        if name in path and text.strip(".") == "":
            # Dots and nothing lead to another path of the server.
            raise ToolError("an argument cannot stand in its address")
        url = url.replace(f"{{{name}}}", quote(text, safe=""))
    used = set(in_url)
    pairs: list[tuple[str, str]] = []
    if terms.query is not None:
        for key, template in terms.query.items():
            names = placeholders(template)
            used |= set(names)
            if all(arguments.get(name) is not None for name in names):
                pairs += [(key, one) for one in _filled(template, names, arguments)]
    elif not terms.sends_body:
        for name, value in arguments.items():
            if name not in used and value is not None:
                pairs += [(name, one) for one in _texts(value)]
    if pairs:
        url += ("&" if "?" in url else "?") + urlencode(pairs)
    if not terms.sends_body:
        return Request(terms.method, url, None)
    sent = {
        name: value
        for name, value in arguments.items()
        if (name not in used if terms.body is None else name in terms.body)
    }
    return Request(terms.method, url, json.dumps(sent, ensure_ascii=False).encode())


def _filled(template: str, names: tuple[str, ...], arguments: Mapping[str, Json]) -> list[str]:
    if len(names) == 1 and template == f"{{{names[0]}}}":
        return _texts(arguments[names[0]])
    for name in names:
        template = template.replace(f"{{{name}}}", _text(arguments[name]))
    return [template]


def _texts(value: Json) -> list[str]:
    return [_text(one) for one in value] if isinstance(value, list) else [_text(value)]


def _text(value: Json) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return f"{value}"
        case _:
            raise ToolError("an argument cannot stand in its address")
