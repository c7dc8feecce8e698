"""Twilio's signature, held against values that Twilio publishes."""

from __future__ import annotations

import pytest

from agent.telephony.signature import is_signed, signature

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("To", "+18005551212"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("Caller", "+14158675309"),
]
SIGNED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_documentations_example() -> None:
    assert signature(TOKEN, URL, FORM) == SIGNED
    assert is_signed(TOKEN, SIGNED, URL, FORM)


def test_names_that_repeat_count_each_value_once() -> None:
    form = [
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        ("Digits", "5678"),
        ("Digits", "1234"),
        ("Digits", "1234"),
    ]
    assert signature(TOKEN, URL, form) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


def test_the_case_of_the_address_counts() -> None:
    url = "https://MyCompany.com/myapp.php?foo=1&bar=2"
    assert signature(TOKEN, url, FORM) == "g9IN/x4Cft2g517EjYvEvM/W7LU="


@pytest.mark.parametrize(
    ("signed", "asked"),
    [
        ("wss://voice.example.com/twilio", "wss://voice.example.com/twilio"),
        ("wss://voice.example.com:443/twilio", "wss://voice.example.com/twilio"),
        ("wss://voice.example.com/twilio", "wss://voice.example.com:443/twilio"),
        ("wss://voice.example.com:8443/twilio", "wss://voice.example.com:8443/twilio"),
    ],
)
def test_a_handshake_is_signed_over_its_address_with_or_without_the_port(
    signed: str, asked: str
) -> None:
    assert is_signed(TOKEN, signature(TOKEN, signed), asked)


@pytest.mark.parametrize(
    ("token", "given", "url", "form"),
    [
        ("54321", SIGNED, URL, FORM),
        (TOKEN, SIGNED, URL + "&baz=3", FORM),
        (TOKEN, SIGNED, URL, FORM[1:]),
        (TOKEN, SIGNED.lower(), URL, FORM),
        (TOKEN, "", URL, FORM),
        (TOKEN, None, URL, FORM),
        (TOKEN, "王\udcff", URL, FORM),
        ("", signature("", URL, FORM), URL, FORM),
        (TOKEN, SIGNED, "https://[", FORM),
        (TOKEN, SIGNED, "https://host:port/", FORM),
    ],
)
def test_whatever_else_is_refused(
    token: str, given: str | None, url: str, form: list[tuple[str, str]]
) -> None:
    assert not is_signed(token, given, url, form)
