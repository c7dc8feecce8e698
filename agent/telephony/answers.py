"""What each provider beside Twilio is told to do with a call, and what proves that it asks.

A table: one line a provider. Each is told to open a media stream in both directions to an address
of ours, in sound that ``agent.telephony.providers`` knows; the ticket that lets the stream in is
part of that address.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from agent.telephony import proofs
from agent.telephony.proofs import Asked
from agent.telephony.twiml import REFUSAL, stream_answer

Proof: TypeAlias = Callable[[str, Asked, float], bool]
"""Whether a request is the provider's, by its secret or key and the time since 1970."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True, slots=True)
class Document:
    """An answer to a provider."""

    text: str
    media_type: str = "text/xml"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and the provider's id of the call; empty where it does not tell."""

    caller: str
    id: str


@dataclass(frozen=True, slots=True)
class Answering:
    """One provider. ``env``: the environment variable with its secret or key, where the policy
    names none. ``call``: reads a request; ``stream``: connects the call to an address; ``busy``:
    the answer to a call that cannot be taken."""

    name: str
    env: str
    proof: Proof
    call: Callable[[Asked], Call]
    stream: Callable[[str, Call], Document]
    busy: Document


def _form(caller: str, call: str) -> Callable[[Asked], Call]:
    def read(asked: Asked) -> Call:
        form = dict(asked.form)
        return Call(form.get(caller, "").strip(), form.get(call, "").strip())

    return read


def _json(asked: Asked) -> Call:
    said = asked.json
    caller, call = said.get("from"), said.get("uuid")
    return Call(
        caller.strip() if isinstance(caller, str) else "", call if isinstance(call, str) else ""
    )


def _twiml(url: str, call: Call) -> Document:
    return Document(stream_answer(url))


def _texml(url: str, call: Call) -> Document:
    # Without the mode Telnyx plays whole files alone; the codec in either direction is asked for.
    sound = 'bidirectionalMode="rtp" bidirectionalCodec="PCMU" codec="PCMU"'
    stream = f'<Stream url={quoteattr(url)} track="inbound_track" {sound}/>'
    return Document(f"{_HEAD}<Response><Connect>{stream}</Connect></Response>")


def _plivo(url: str, call: Call) -> Document:
    # Kept alive: what follows the stream, which is nothing, comes when it is over.
    how = 'bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000"'
    return Document(f"{_HEAD}<Response><Stream {how}>{escape(url)}</Stream></Response>")


def _ncco(url: str, call: Call) -> Document:
    endpoint = {
        "type": "websocket",
        "uri": url,
        "content-type": "audio/l16;rate=8000",
        # It comes back in the stream's first message, which has no id of its own.
        "headers": {"call": call.id},
    }
    connect = [{"action": "connect", "endpoint": [endpoint]}]
    return Document(json.dumps(connect), "application/json")


_REJECT = Document(REFUSAL)
_HANG_UP = Document(f'{_HEAD}<Response><Hangup reason="busy"/></Response>')
_TRY_ELSEWHERE = Document("[]", "application/json", 503)
"""Vonage then asks once more, and after that at the application's fallback address."""

ANSWERS: Mapping[str, Answering] = MappingProxyType(
    {
        one.name: one
        for one in (
            Answering(
                "signalwire",
                "SIGNALWIRE_SIGNING_KEY",
                proofs.signalwire,
                _form("From", "CallSid"),
                _twiml,
                _REJECT,
            ),
            Answering(
                "telnyx",
                "TELNYX_PUBLIC_KEY",
                proofs.telnyx,
                _form("From", "CallSid"),
                _texml,
                _REJECT,
            ),
            Answering(
                "plivo",
                "PLIVO_AUTH_TOKEN",
                proofs.plivo,
                _form("From", "CallUUID"),
                _plivo,
                _HANG_UP,
            ),
            Answering(
                "vonage",
                "VONAGE_SIGNATURE_SECRET",
                proofs.vonage,
                _json,
                _ncco,
                _TRY_ELSEWHERE,
            ),
        )
    }
)
"""By the name that a policy gives."""
