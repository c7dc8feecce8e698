"""Changes to a policy: validated like a file, refused in one line."""

from __future__ import annotations

import pytest

from policies.changes import ChangeError, changed
from policies.loading import load_policy, shipped_policies


@pytest.mark.parametrize("name", shipped_policies())
def test_nothing_but_what_is_named_changes(name: str) -> None:
    policy = load_policy(name)
    other = changed(policy, ["turn_taking.endpointing.patience=1.5"])
    assert other.turn_taking.endpointing.patience == 1.5
    assert other.model_copy(update={"turn_taking": policy.turn_taking}) == policy


def test_entries_of_lists_and_several_at_once() -> None:
    policy = changed(
        load_policy("broadband"),
        ["noinput.0.after=5", "turn_taking.endpointing.min_silence=3",
         "turn_taking.endpointing.max_silence=4"],
    )  # fmt: skip
    assert policy.noinput[0].after == 5
    assert policy.turn_taking.endpointing.min_silence == 3


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("turn_taking.endpointing.patienc=1", "unknown key"),
        ("turn_taking.endpointing.patience=-1", "must be more than 0"),
        ("turn_taking.endpointing.patience=much", "must be a number"),
        ("turn_taking.endpointing.max_silence=0.1", "must not be less than min_silence"),
        ("patience", "write it as section.key=value"),
        ("noinput.9.after=3", "has entries 0 to"),
        ("policy.x=3", "is a single value"),
        ("rules=[1", "expected"),
    ],
)
def test_what_a_policy_does_not_allow_is_one_line(change: str, says: str) -> None:
    with pytest.raises(ChangeError) as refused:
        changed(load_policy("broadband"), [change])
    (line,) = str(refused.value).splitlines()
    assert line.startswith(change)
    assert says in line
