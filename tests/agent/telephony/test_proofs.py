"""Requests as the providers sign them, and as others would like to.

The tokens are PyJWT's and the keys cryptography's: neither is what checks them here, but for the
curve itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agent.telephony import proofs
from agent.telephony.proofs import Asked, ProofError
from agent.telephony.signature import signature

NOW = 1_700_000_000.0
URL = "https://voice.example.com/telephony/x?policy=broadband"
FORM = {"From": "+442079460000", "CallUUID": "u-1", "To": "+442079460001"}
SECRET = "a secret of the account's, long enough for each of the algorithms of a token"
PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
JSON_BODY = json.dumps({"from": "442079460000", "uuid": "u-1"}, separators=(",", ":")).encode()


def by_signalwire(form: dict[str, str] = FORM, secret: str = SECRET) -> Asked:
    given = signature(secret, URL, form.items())
    return Asked((URL,), {"x-signalwire-signature": given}, urlencode(form).encode())


def by_plivo(form: dict[str, str] = FORM, secret: str = SECRET, url: str = URL) -> Asked:
    """From its documentation: the address with its query in order and a full stop, names and
    values of the form in order, a full stop and the nonce."""
    base, _, query = url.partition("?")
    if query or form:
        base += f"?{query}"
    if query and form:
        base += "."
    signed = base + "".join(name + form[name] for name in sorted(form)) + ".77"
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    given = base64.b64encode(digest).decode()
    headers = {"x-plivo-signature-v3": f"other,{given}", "x-plivo-signature-v3-nonce": "77"}
    return Asked((url,), headers, urlencode(form).encode())


def by_telnyx(at: float = NOW, key: Ed25519PrivateKey = PRIVATE) -> Asked:
    body = urlencode(FORM).encode()
    given = base64.b64encode(key.sign(f"{at:.0f}|".encode() + body)).decode()
    headers = {"telnyx-timestamp": f"{at:.0f}", "telnyx-signature-ed25519": given}
    return Asked((URL,), headers, body)


def by_vonage(
    body: bytes = JSON_BODY,
    secret: str = SECRET,
    algorithm: str = "HS256",
    claims: Mapping[str, object] = MappingProxyType({}),
) -> Asked:
    about = {
        "iat": NOW,
        "jti": "1",
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        **claims,
    }
    token = jwt.encode({k: v for k, v in about.items() if v is not None}, secret, algorithm)
    return Asked((URL,), {"authorization": f"Bearer {token}"}, body)


GOOD: dict[str, tuple[Callable[[str, Asked, float], bool], str, Asked]] = {
    "signalwire": (proofs.signalwire, SECRET, by_signalwire()),
    "plivo": (proofs.plivo, SECRET, by_plivo()),
    "telnyx": (proofs.telnyx, PUBLIC, by_telnyx()),
    "vonage": (proofs.vonage, SECRET, by_vonage()),
}


@pytest.mark.parametrize("provider", GOOD)
def test_a_providers_request_is_known(provider: str) -> None:
    proof, secret, asked = GOOD[provider]
    assert proof(secret, asked, NOW)
    # It may know the server by another of its addresses.
    assert proof(secret, replace(asked, urls=("http://voice.example.com/x", *asked.urls)), NOW)


@pytest.mark.parametrize("provider", GOOD)
def test_another_body_or_none_of_the_headers_is_refused(provider: str) -> None:
    proof, secret, asked = GOOD[provider]
    assert not proof(secret, replace(asked, body=asked.body + b"&a=b"), NOW)
    assert not proof(secret, replace(asked, headers={}), NOW)


@pytest.mark.parametrize("provider", ["signalwire", "plivo"])
def test_another_address_is_refused(provider: str) -> None:
    proof, secret, asked = GOOD[provider]
    assert not proof(secret, replace(asked, urls=(URL.replace("broadband", "other"),)), NOW)
    assert not proof(secret, replace(asked, urls=("https://[/x",)), NOW)


@pytest.mark.parametrize(
    ("proof", "asked"),
    [
        (proofs.signalwire, by_signalwire(secret="another")),
        (proofs.plivo, by_plivo(secret="another")),
        (proofs.vonage, by_vonage(secret="another secret that is as long as it has to be")),
    ],
)
def test_another_secret_is_refused(
    proof: Callable[[str, Asked, float], bool], asked: Asked
) -> None:
    assert not proof(SECRET, asked, NOW)


def test_signalwire_may_use_twilios_header() -> None:
    asked = by_signalwire()
    named = {"x-twilio-signature": asked.headers["x-signalwire-signature"]}
    assert proofs.signalwire(SECRET, replace(asked, headers=named), NOW)


@pytest.mark.parametrize("url", [URL, URL.partition("?")[0], f"{URL}&a=1&b="])
@pytest.mark.parametrize("form", [{}, FORM])
def test_plivo_signs_with_and_without_a_query_and_a_form(url: str, form: dict[str, str]) -> None:
    query = url.partition("?")[2]
    ordered = "&".join(sorted(query.split("&")))
    asked = by_plivo(form, url=url.replace(query, ordered) if query else url)
    assert proofs.plivo(SECRET, replace(asked, urls=(url,)), NOW)


def test_what_telnyx_signed_with_another_key_or_long_ago_is_refused() -> None:
    assert not proofs.telnyx(PUBLIC, by_telnyx(key=Ed25519PrivateKey.generate()), NOW)
    for off in (-301, 301):
        assert not proofs.telnyx(PUBLIC, by_telnyx(NOW + off), NOW)
    late = by_telnyx(NOW - 301)
    moved = {**late.headers, "telnyx-timestamp": f"{NOW:.0f}"}
    assert not proofs.telnyx(PUBLIC, replace(late, headers=moved), NOW)


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "9" * 5000, "١٧"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    asked = by_telnyx()
    headers = {**asked.headers, "telnyx-timestamp": stamp}
    assert not proofs.telnyx(PUBLIC, replace(asked, headers=headers), NOW)


@pytest.mark.parametrize("key", ["", "x", base64.b64encode(b"short").decode()])
def test_a_public_key_that_is_none_is_said(key: str) -> None:
    with pytest.raises(ProofError, match="no Ed25519 key"):
        proofs.telnyx(key, by_telnyx(), NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": NOW - 301},
        {"iat": NOW + 301},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"exp": NOW - 1},
        {"payload_hash": None},
        {"payload_hash": "0" * 64},
        {"payload_hash": 7},
    ],
)
def test_a_token_that_is_old_or_for_another_body_is_refused(claims: dict[str, object]) -> None:
    assert not proofs.vonage(SECRET, by_vonage(claims=claims), NOW)


def test_a_hash_of_the_body_without_its_spaces_holds() -> None:
    spaced = json.dumps(json.loads(JSON_BODY)).encode()
    assert spaced != JSON_BODY
    claim = hashlib.sha256(JSON_BODY).hexdigest()
    assert proofs.vonage(SECRET, by_vonage(spaced, claims={"payload_hash": claim}), NOW)


def test_a_token_of_another_algorithm_is_refused() -> None:
    assert not proofs.vonage(SECRET, by_vonage(algorithm="HS512"), NOW)
    unsigned = by_vonage(secret="", algorithm="none")
    assert not proofs.vonage(SECRET, unsigned, NOW)
    basic = {"authorization": GOOD["vonage"][2].headers["authorization"].replace("Bearer", "Basic")}
    assert not proofs.vonage(SECRET, replace(GOOD["vonage"][2], headers=basic), NOW)


_NAMES = (
    "authorization",
    "telnyx-timestamp",
    "telnyx-signature-ed25519",
    "x-plivo-signature-v3",
    "x-plivo-signature-v3-nonce",
    "x-signalwire-signature",
)


@given(
    st.dictionaries(st.sampled_from(_NAMES), st.text(max_size=40) | st.just("Bearer e30.e30.e30")),
    st.binary(max_size=60),
)
def test_anything_else_is_refused_in_peace(headers: dict[str, str], body: bytes) -> None:
    asked = Asked((URL,), headers, body)
    for proof, secret, _ in GOOD.values():
        assert not proof(secret, asked, NOW)
