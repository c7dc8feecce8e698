"""Business hours: when it is open, and what is wrong with those that cannot be."""

from datetime import datetime

import pytest

from policies import DocumentError, Policy, parse_document
from policies.hours import Hours, local_time

HEAD = "policy: x\npersona: {name: Ann}\ngreeting: Hello\n"
HOURS = Hours(
    timezone="Europe/London",
    open={"mon-fri": "08:00-12:00, 13:00-18:00", "sat": "09:00-24:00"},
    closed=("2026-12-25",),
)


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-20T07:59", False),
        ("2026-11-20T08:00", True),
        ("2026-11-20T12:00", False),
        ("2026-11-20T17:59:59", True),
        ("2026-11-20T18:00", False),
        ("2026-11-21T23:59", True),
        ("2026-11-22T10:00", False),
        ("2026-12-25T10:00", False),
    ],
)
def test_when_it_is_open(local: str, is_open: bool) -> None:
    assert HOURS.is_open(datetime.fromisoformat(local)) is is_open


def test_a_range_of_days_may_pass_sunday() -> None:
    weekend = Hours(timezone="UTC", open={"fri-mon": "10:00-11:00"})
    days = [day for day in range(16, 23) if weekend.is_open(datetime(2026, 11, day, 10))]
    assert days == [16, 20, 21, 22]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            'hours:\n  timezone: Moon/Crater\n  open: {mon: "08:00-18:00"}\n',
            "f.yaml:5:13: hours.timezone: 'Moon/Crater' is no time zone",
        ),
        (
            'hours:\n  timezone: UTC\n  open:\n    monday: "08:00-18:00"\n',
            "f.yaml:7:13: hours.open.monday: 'monday' is neither a day (mon to sun) nor a range of "
            "days (mon-fri)",
        ),
        (
            'hours:\n  timezone: UTC\n  open:\n    mon-wed: "08:00-18:00"\n'
            '    wed: "09:00-10:00"\n',
            "f.yaml:8:10: hours.open.wed: names a day that another line has already",
        ),
        (
            "hours:\n  timezone: UTC\n  open: {mon: 8-18}\n",
            "f.yaml:6:15: hours.open.mon: '8-18' is no span of time as in 08:00-18:00",
        ),
        (
            "hours:\n  timezone: UTC\n  open: {mon: 18:00-08:00}\n",
            "f.yaml:6:15: hours.open.mon: '18:00-08:00' must end after it begins, at 24:00 at the "
            "latest",
        ),
        (
            "hours:\n  timezone: UTC\n  open: {}\n  closed: [2026-13-01]\n",
            "f.yaml:7:12: hours.closed.0: '2026-13-01' is no date as in 2026-12-25",
        ),
        (
            "rules:\n  - {id: late, when: {hours: closed}, say: We are closed.}\n",
            "f.yaml:5:30: rules.0.when.hours: needs an hours section at the top of the policy",
        ),
        (
            "tasks:\n  - {id: t, when: {says: [x], duration: 5}, then: {say: Done.}}\n",
            "f.yaml:5:41: tasks.0.when.duration: is of use only in rules",
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_is(text: str, line: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_document(Policy, HEAD + text, "f.yaml")
    assert str(caught.value) == line


def test_local_time_goes_on_with_the_call_and_nonsense_is_no_time() -> None:
    assert local_time("2026-11-20T17:59", 90.0) == datetime(2026, 11, 20, 18, 0, 30)
    assert local_time("2026-11-20T17:59+01:00", 0.0) == datetime(2026, 11, 20, 17, 59)
    assert local_time(None, 0.0) is None
    assert local_time("soon", 0.0) is None
    assert local_time("9999-12-31T23:59", 90.0) is None
