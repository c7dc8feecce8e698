"""G.711 against its tables."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from speech import g711
from speech.g711 import Law

# G.711, tables 1a and 2a: where each segment ends, and the step within it, in units of the law.
ULAW_ENDS = (31, 95, 223, 479, 991, 2015, 4063, 8159)
ALAW_ENDS = (64, 128, 256, 512, 1024, 2048, 4096)


def ulaw_decisions() -> list[float]:
    """The decision values 0 to 8159, from the text of table 2a."""
    found = [0.0, 1.0]
    found += [1.0 + 2 * n for n in range(1, 16)]
    for segment, end in enumerate(ULAW_ENDS[:-1], start=2):
        found += [end + 2.0**segment * n for n in range(1, 17)]
    return found


def alaw_decisions() -> list[float]:
    """The decision values 0 to 4096, from the text of table 1a."""
    found = [2.0 * n for n in range(33)]
    for exponent, end in enumerate(ALAW_ENDS[:-1], start=2):
        found += [end + 2.0**exponent * n for n in range(1, 17)]
    return found


@pytest.mark.parametrize(
    ("law", "sample", "code"),
    [
        ("ulaw", 0, 0xFF),
        ("ulaw", -1, 0x7F),
        ("ulaw", 32767, 0x80),
        ("ulaw", -32768, 0x00),
        ("ulaw", 1000, 0xCE),
        ("ulaw", -1000, 0x4E),
        ("alaw", 0, 0xD5),
        ("alaw", -1, 0x55),
        ("alaw", 32767, 0xAA),
        ("alaw", -32768, 0x2A),
        ("alaw", 1000, 0xFA),
        ("alaw", -1000, 0x7A),
    ],
)
def test_known_codes(law: Law, sample: int, code: int) -> None:
    assert g711.encoded(np.array([sample / 32768], np.float32), law) == bytes([code])


@pytest.mark.parametrize(
    ("law", "code", "value"),
    [
        ("ulaw", 0xFF, 0),
        ("ulaw", 0x7F, 0),
        ("ulaw", 0x80, 32124),
        ("ulaw", 0x00, -32124),
        ("ulaw", 0xCE, 988),
        ("alaw", 0xD5, 8),
        ("alaw", 0x55, -8),
        ("alaw", 0xAA, 32256),
        ("alaw", 0x2A, -32256),
        ("alaw", 0xFA, 1008),
    ],
)
def test_known_values(law: Law, code: int, value: int) -> None:
    assert g711.decoded(bytes([code]), law)[0] * 32768 == value


@pytest.mark.parametrize(
    ("law", "decisions", "unit"),
    [("ulaw", ulaw_decisions(), 4), ("alaw", alaw_decisions(), 8)],
)
def test_codes_stand_between_the_decision_values(
    law: Law, decisions: list[float], unit: int
) -> None:
    """Of two neighbouring decision values, all that lies between has one code."""
    assert len(decisions) == 129
    for n, (low, high) in enumerate(pairwise(decisions)):
        steps = np.arange(low * unit, min(high * unit, 32768))
        inside = (steps / 32768).astype(np.float32)
        assert len(inside)
        (code,) = set(g711.encoded(inside, law))
        # Codes count from the loudest of mu-law, and A-law's have their even bits inverted.
        assert code == (0xFF - n if law == "ulaw" else (0x80 | n) ^ 0x55)
        (mirror,) = set(g711.encoded((-(steps + 1) / 32768).astype(np.float32), law))
        assert mirror == code ^ 0x80
        value = float(g711.decoded(bytes([code]), law)[0]) * 32768 / unit
        assert value == (0 if law == "ulaw" and n == 0 else (low + high) / 2)


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_a_code_decoded_and_encoded_is_itself(law: Law) -> None:
    codes = bytes(code for code in range(256) if not (law == "ulaw" and code == 0x7F))
    assert g711.encoded(g711.decoded(codes, law), law) == codes


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_what_is_too_loud_is_clipped(law: Law) -> None:
    loud = np.array([2.0, -2.0], np.float32)
    assert g711.encoded(loud, law) == g711.encoded(np.array([1.0, -1.0], np.float32), law)


@pytest.mark.parametrize(("law", "byte"), [("ulaw", 0xFF), ("alaw", 0xD5)])
def test_silence(law: Law, byte: int) -> None:
    assert g711.silence(law) == byte
    assert g711.decoded(b"", law).size == 0
