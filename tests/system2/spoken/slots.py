"""Slots of each type, for the tests of spoken values."""

from __future__ import annotations

from datetime import date

from policies.dialogue import Collect
from system1.language import language_of
from system2.spoken.readback import speak_value
from system2.spoken.slots import read_slot

EN = language_of("en")
ZH = language_of("zh")
WEDNESDAY = date(2026, 2, 25)


def slot(kind: object) -> Collect:
    return Collect.model_validate({"slot": "value", "ask": "What is it?", "type": kind})


def read(kind: object, said: str, today: date = WEDNESDAY) -> str | None:
    language = ZH if any("\u4e00" <= one <= "\u9fff" for one in said) else EN
    return read_slot(slot(kind), said, language, today)


def spoken(kind: object, value: str, code: str = "en", today: date | None = None) -> str:
    return speak_value(slot(kind), value, ZH if code == "zh" else EN, today)
