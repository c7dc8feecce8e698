"""Which day is meant: the next Tuesday, the next third of March. Nothing of any language."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

_JUST_PAST = timedelta(days=60)
"""Longer ago, a wrong weekday is a slip of the caller's rather than another year."""


def coming(weekday: int, today: date) -> date:
    """The first ``weekday`` (0: Monday) after today; today itself never counts."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def in_week(weekday: int, weeks: int, today: date) -> date:
    """The ``weekday`` of the calendar week (from Monday) ``weeks`` after this one."""
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=weekday, weeks=weeks)


def day(year: int, month: int, number: int) -> date | None:
    """That day, or None where the calendar has none."""
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    return date(year, month, number) if 1 <= number <= monthrange(year, month)[1] else None


def months_later(today: date, months: int) -> tuple[int, int]:
    """Year and month, ``months`` after this one."""
    count = today.year * 12 + today.month - 1 + months
    return count // 12, count % 12 + 1


def next_day_of_month(number: int, today: date, weekday: int | None = None) -> date | None:
    """The first day, today or later, with this number (and weekday, if one fits in a year)."""
    fitting = [
        found
        for months in range(13)
        if (found := day(*months_later(today, months), number)) and found >= today
    ]
    same = [found for found in fitting if weekday is not None and found.weekday() == weekday]
    return next(iter([*same, *fitting]), None)


def next_date(month: int, number: int, today: date, weekday: int | None = None) -> date | None:
    """The first such day, today or later; one just past, if only that had the ``weekday``."""
    fitting = [
        found
        for year in range(today.year, today.year + 9)
        if (found := day(year, month, number)) and found >= today
    ]
    if not fitting:
        return None
    last = day(fitting[0].year - 1, month, number)
    wrong = weekday is not None and fitting[0].weekday() != weekday
    if wrong and last is not None and last >= today - _JUST_PAST and last.weekday() == weekday:
        return last
    return fitting[0]


def end_of_month(today: date, months: int = 0) -> date:
    """The last day of the month ``months`` after this one."""
    year, month = months_later(today, months)
    return date(year, month, monthrange(year, month)[1])


def same_day_later(today: date, months: int) -> date:
    """The same day of the month, ``months`` later, or that month's last."""
    year, month = months_later(today, months)
    return date(year, month, min(today.day, monthrange(year, month)[1]))
