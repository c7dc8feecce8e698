"""What Twilio is told to do, read back as XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from agent.telephony.target import Target, target
from agent.telephony.twiml import REFUSAL, dial, stream_answer


def test_an_answer_connects_the_call_to_our_stream() -> None:
    nasty = {"policy": "broadband", "a\"b'<&>": '5 < 6 & "7"\n\ttwo\x00 lines 你好'}
    root = ElementTree.fromstring(stream_answer("wss://voice.example.com/twilio", nasty).encode())
    assert root.tag == "Response"
    stream = root.find("Connect/Stream")
    assert stream is not None
    assert stream.attrib == {"url": "wss://voice.example.com/twilio"}
    given = {one.attrib["name"]: one.attrib["value"] for one in stream.findall("Parameter")}
    assert given == {"policy": "broadband", "a\"b'<&>": '5 < 6 & "7"\n\ttwo lines 你好'}


@pytest.mark.parametrize(
    "url", ["https://voice.example.com/twilio", "wss://", "wss://host/twilio?a=1", "wss://host/#x"]
)
def test_an_address_that_twilio_would_not_take(url: str) -> None:
    with pytest.raises(ValueError, match="without a query"):
        stream_answer(url)


def test_a_parameter_that_is_too_long() -> None:
    with pytest.raises(ValueError, match="longer than 500"):
        stream_answer("wss://host/twilio", {"name": "x" * 497})


def test_a_refusal_is_busy() -> None:
    reject = ElementTree.fromstring(REFUSAL.encode()).find("Reject")
    assert reject is not None
    assert reject.attrib == {"reason": "busy"}


@pytest.mark.parametrize(
    ("written", "element", "address"),
    [
        ("tel:+44 20 7946 0000", "Number", "+442079460000"),
        ("+1 (415) 867-5309", "Number", "+14158675309"),
        ("112", "Number", "112"),
        ("SIP:desk@example.com;transport=tls", "Sip", "sip:desk@example.com;transport=tls"),
        ("sips:a&b@[2001:db8::1]:5061", "Sip", "sips:a&b@[2001:db8::1]:5061"),
    ],
)
def test_who_is_dialled(written: str, element: str, address: str) -> None:
    chosen = target(written)
    assert chosen == Target(address, element == "Sip")
    dialled = ElementTree.fromstring(dial(chosen).encode()).find(f"Dial/{element}")
    assert dialled is not None
    assert dialled.text == address


@pytest.mark.parametrize(
    "written",
    ["", "support", "sip:", "sip:desk", "+", "tel:", "+44x", "sip:a@b c", "<Hangup/>", "1" * 16],
)
def test_what_cannot_be_dialled(written: str) -> None:
    with pytest.raises(ValueError, match=r"SIP address|telephone number"):
        target(written)
