"""Business hours: when the policy's people are at work, in their own time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import Field, model_validator

from policies.model import Finding, Section, Text, refuse

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")

Span = tuple[int, int]
"""From when to when, in minutes since midnight; the second is at most 1440."""


class Hours(Section):
    """When rules with ``hours: open`` hold, and when those with ``hours: closed`` do."""

    timezone: Text = Field(description="IANA time zone of the hours, such as Europe/London.")
    open: dict[str, Text] = Field(
        description="Days, and from when to when: mon-fri or sat, to 08:00-18:00; several spans "
        "with commas between."
    )
    closed: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        (), description="Dates on which it is closed all day, such as 2026-12-25."
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        findings: list[Finding] = []
        if not _is_zone(self.timezone):
            findings.append((("timezone",), f"{self.timezone!r} is no time zone"))
        taken: set[int] = set()
        for days, spans in self.open.items():
            listed = days_of(days)
            if not listed:
                say = f"{days!r} is neither a day (mon to sun) nor a range of days (mon-fri)"
                findings.append((("open", days), say))
            elif taken.intersection(listed):
                findings.append((("open", days), "names a day that another line has already"))
            taken.update(listed)
            findings += ((("open", days), say) for say in _slips(spans))
        for at, day in enumerate(self.closed):
            if _date(day) is None:
                findings.append((("closed", at), f"{day!r} is no date as in 2026-12-25"))
        refuse(findings)
        return self

    def is_open(self, local: datetime) -> bool:
        """Whether it is open at ``local``, a time without a zone, in ``timezone``."""
        if local.date().isoformat() in self.closed:
            return False
        minute = local.hour * 60 + local.minute
        return any(
            start <= minute < end
            for days, text in self.open.items()
            if local.weekday() in days_of(days)
            for start, end in spans_of(text)
        )


def local_time(text: str | None, after_s: float) -> datetime | None:
    """The local time ``after_s`` seconds after the one that ``text`` names; None if it is none."""
    try:
        began = None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)
        return None if began is None else began + timedelta(seconds=after_s)
    except (ValueError, OverflowError):
        return None


def days_of(text: str) -> tuple[int, ...]:
    """The weekdays (0: Monday) of ``mon`` or ``fri-sun``; () if the text is no such thing."""
    first, dash, last = text.strip().lower().partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        return ()
    start = DAYS.index(first)
    length = (DAYS.index(last) - start) % 7 if dash else 0
    return tuple((start + n) % 7 for n in range(length + 1))


def spans_of(text: str) -> tuple[Span, ...]:
    """The spans of ``08:00-12:00, 13:00-18:00``; those that are none are left out."""
    found = [_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    return tuple(
        (int(one[1]) * 60 + int(one[2]), int(one[3]) * 60 + int(one[4])) for one in found if one
    )


def noon_of(day: date) -> datetime:
    """A time of a day for calls that take place at no declared one."""
    return datetime.combine(day, time(12, 0))


def _slips(text: str) -> Iterator[str]:
    for part in text.split(","):
        spans = spans_of(part)
        if not spans:
            yield f"{part.strip()!r} is no span of time as in 08:00-18:00"
        elif spans[0][1] > 24 * 60 or spans[0][1] <= spans[0][0]:
            yield f"{part.strip()!r} must end after it begins, at 24:00 at the latest"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # Without a time zone database none can be told from a slip.
        return not available_timezones()
    return True


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
