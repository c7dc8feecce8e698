"""Whether a request that asks what to do with a call really comes from its provider.

Each provider signs its requests in a way of its own, as its documentation tells:

- SignalWire: as Twilio does, by a header of its own or by Twilio's, keyed with the project's
  signing key: https://developer.signalwire.com/guides/webhook-security
- Plivo: HMAC-SHA256, keyed with the auth token, over the address, the form and a nonce:
  https://www.plivo.com/docs/voice/concepts/signature-validation
- Telnyx: Ed25519, by the account's public key, over the time and the body:
  https://developers.telnyx.com/docs/development/sdk/python/webhooks
- Vonage: a JSON Web Token by HMAC-SHA256, keyed with the signature secret, that holds the time and
  the body's hash: https://developer.vonage.com/en/getting-started/concepts/webhooks
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from agent.telephony.signature import HEADER as TWILIO_HEADER
from agent.telephony.signature import is_signed

FRESH_S = 300.0
"""How old a signed time may be, or how far ahead of our clock."""


class ProofError(Exception):
    """It cannot be found out; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. ``urls``: the addresses that the provider may know it by, with their query;
    ``headers``: their names in lower case, or looked up without regard to it."""

    urls: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        """The body's fields, in order."""
        return parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty where it is none."""
        return _object(self.body)


def signalwire(key: str, asked: Asked, now: float) -> bool:
    """See the module. ``now``: seconds since 1970, which SignalWire does not sign."""
    names = ("x-signalwire-signature", TWILIO_HEADER.lower())
    given = next((asked.headers[name] for name in names if name in asked.headers), None)
    return any(is_signed(key, given, url, asked.form) for url in asked.urls)


def plivo(token: str, asked: Asked, now: float) -> bool:
    """See the module. Plivo may sign with several tokens, the signatures separated by commas."""
    given = asked.headers.get("x-plivo-signature-v3", "")
    nonce = asked.headers.get("x-plivo-signature-v3-nonce", "")
    if not given or not nonce:
        return False
    sent = [one.strip().encode(errors="replace") for one in given.split(",")]
    try:
        expected = [plivo_signature(token, url, asked.form, nonce).encode() for url in asked.urls]
    except ValueError:
        return False  # an address that is none
    return any(hmac.compare_digest(one, other) for one in expected for other in sent)


def plivo_signature(token: str, url: str, form: Iterable[tuple[str, str]], nonce: str) -> str:
    """What Plivo signs a POST with."""
    parts = urlsplit(url)
    query = "&".join(f"{name}={value}" for name, value in sorted(_fields(parts.query)))
    fields = "".join(name + value for name, value in sorted(form))
    base = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    if query or fields:
        base += f"?{query}"
    if query and fields:
        base += "."
    return _hmac_sha256(token, f"{base}{fields}.{nonce}")


def telnyx(key: str, asked: Asked, now: float) -> bool:
    """See the module. Raises ``ProofError`` where the public key is none."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        why = "cryptography is missing: pip install 'kairos-voice[serve]'"
        raise ProofError(why) from None
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
    except ValueError:
        raise ProofError("Telnyx's public key is no Ed25519 key in base64") from None
    stamp = asked.headers.get("telnyx-timestamp", "")
    known = stamp.isascii() and stamp.isdecimal() and len(stamp) < 16
    if not _fresh(int(stamp) if known else None, now):
        return False
    try:
        given = base64.b64decode(asked.headers.get("telnyx-signature-ed25519", ""), validate=True)
        public.verify(given, f"{stamp}|".encode() + asked.body)
    except (ValueError, InvalidSignature):
        return False
    return True


def vonage(secret: str, asked: Asked, now: float) -> bool:
    """See the module. A token that holds no hash of the body is none."""
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    head, _, rest = token.strip().partition(".")
    claims, _, given = rest.partition(".")
    if scheme.lower() != "bearer" or _object(_unpadded(head)).get("alg") != "HS256":
        return False
    signed = hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(signed, _unpadded(given)):
        return False
    said = _object(_unpadded(claims))
    expires = said.get("exp")
    over = isinstance(expires, int | float) and expires <= now
    return not over and _fresh(said.get("iat"), now) and _hashed(said.get("payload_hash"), asked)


def _hashed(given: object, asked: Asked) -> bool:
    # The documentation has the hash of the object without spaces, however it was sent.
    compact = json.dumps(asked.json, ensure_ascii=False, separators=(",", ":")).encode()
    hashes = [hashlib.sha256(body).hexdigest() for body in (asked.body, compact)]
    sent = given.encode(errors="replace") if isinstance(given, str) else b""
    return any(hmac.compare_digest(one.encode(), sent) for one in hashes)


def _fresh(stamp: object, now: float) -> bool:
    known = isinstance(stamp, int | float) and not isinstance(stamp, bool)
    return known and abs(now - float(stamp)) <= FRESH_S  # type: ignore[arg-type]


def _fields(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _hmac_sha256(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(errors="replace"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _unpadded(text: str) -> bytes:
    """Base64 as a token has it; empty where it is none."""
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded.encode(errors="replace"), altchars=b"-_", validate=True)
    except binascii.Error:
        return b""


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
