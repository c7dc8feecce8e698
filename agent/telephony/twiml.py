"""TwiML: what Twilio is told to do with a call, as XML.

https://www.twilio.com/docs/voice/twiml/stream, .../twiml/dial. SignalWire's cXML has the same
elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from agent.telephony.target import Target

MOST_OF_A_PARAMETER = 500
"""Characters of a parameter's name and value together, as Twilio's documentation bounds them."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def stream_answer(url: str, parameters: Mapping[str, str] | None = None) -> str:
    """The answer to a call that connects it to our media stream, in both directions.

    ``url``: public, ``wss``, without a query, which Twilio would drop. ``parameters`` come back in
    the stream's start. Raises ``ValueError`` for what Twilio would refuse.
    """
    parts = urlsplit(url)
    if parts.scheme != "wss" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("a stream's address is wss://HOST/PATH, without a query")
    lines = []
    for name, value in (parameters or {}).items():
        if len(name) + len(value) > MOST_OF_A_PARAMETER:
            raise ValueError(f"a parameter is longer than {MOST_OF_A_PARAMETER} characters")
        lines.append(f"<Parameter name={_attribute(name)} value={_attribute(value)}/>")
    stream = f"<Stream url={_attribute(url)}>{''.join(lines)}</Stream>"
    return f"{_HEAD}<Response><Connect>{stream}</Connect></Response>"


REFUSAL = f'{_HEAD}<Response><Reject reason="busy"/></Response>'
"""The answer to a call that we cannot take: the caller hears that the line is busy."""


def dial(target: Target) -> str:
    """Puts the caller through."""
    element = "Sip" if target.is_sip else "Number"
    return (
        f"{_HEAD}<Response><Dial><{element}>{_text(target.address)}</{element}></Dial></Response>"
    )


def _attribute(value: str) -> str:
    return quoteattr(_printable(value), {"\n": "&#10;", "\t": "&#9;"})


def _text(value: str) -> str:
    return escape(_printable(value))


def _printable(value: str) -> str:
    """Without what XML cannot hold at all."""
    return "".join(
        char
        for char in value
        if char in "\t\n"
        or (
            char >= " "
            and char != "\x7f"
            and not "\ud800" <= char <= "\udfff"
            and char not in "\ufffe\uffff"
        )
    )
