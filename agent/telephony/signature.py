"""Twilio's signature: whether a request really comes from Twilio.

HMAC-SHA1, keyed with the account's token, over the address as Twilio knows it and, for a form, its
parameters in order of their names; in base64. As Twilio's documentation tells it:
https://www.twilio.com/docs/usage/security#validating-requests. The WebSocket's handshake is signed
over the ``wss://`` address that stands in the answer, with no parameters. Behind a proxy the
address is the public one, not the one that the server sees.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

HEADER = "X-Twilio-Signature"

_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


def signature(token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """What Twilio signs a request with; ``form``: its parameters, names may repeat."""
    # Of a name that repeats, each value counts once.
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_signed(
    token: str, given: str | None, url: str, form: Iterable[tuple[str, str]] = ()
) -> bool:
    """Whether a header's value is the signature, in a time that tells nothing of it.

    The address holds with the port of its scheme and without it: Twilio's own libraries take both.
    """
    if not token or not given:
        return False
    pairs = tuple(form)
    expected = [signature(token, one, pairs).encode() for one in _with_and_without_port(url)]
    sent = given.encode(errors="replace")
    matches = [hmac.compare_digest(one, sent) for one in expected]
    return any(matches)


def _with_and_without_port(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return (url,)
    usual = _PORTS.get(parts.scheme)
    if port is None and usual is not None:
        return (url, urlunsplit(parts._replace(netloc=f"{parts.netloc}:{usual}")))
    if port is not None:
        return (url, urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0])))
    return (url,)
