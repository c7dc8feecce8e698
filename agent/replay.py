"""System 1 again over a recorded call's percepts: what it would decide differently.

With the policy of the call nothing differs; that is a test of the recording. With another policy
the difference is a counterfactual up to the first one, and an indication from there on, since
the recorded caller answered what was really said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path

from agent.decisions import decision
from agent.journal import read_journal
from agent.recorded import held_with
from agent.records import Decision, PerceptSeen, Record
from agent.tidying import DECIMALS
from policies.loading import load_policy
from policies.policy import Policy
from system1.acts import Kind, SetTimer
from system1.mind import System1
from system1.percepts import Percept, Tick


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision only of the recording (``would`` None), only of the replay, or changed."""

    at: float
    was: Decision | None
    would: Decision | None

    def __str__(self) -> str:
        was, would = _told(self.was), _told(self.would)
        return f"{self.at:8.2f}  was: {was}  would be: {would}"


def redecide(
    records: Sequence[Record], policy: Policy, *, own_time: bool = False
) -> list[Decision]:
    """What System 1 decides with ``policy`` on the percepts among ``records``.

    ``own_time``: it is woken when it asks to be, as another policy must be, and not when the
    recorded one did.
    """
    system1 = System1(policy)
    decisions: list[Decision] = []
    wake: float | None = None

    def step(percept: Percept, now: float) -> float | None:
        following = wake
        for output in system1.step(percept):
            if isinstance(output, SetTimer):
                following = output.at
            elif (decided := decision(output, now)) is not None:
                decisions.append(decided)
        return following

    now = 0.0
    for record in records:
        if not isinstance(record, PerceptSeen):
            continue
        percept = record.percept
        if own_time:
            while wake is not None and wake < percept.at:
                now = max(now, round(wake, DECIMALS))
                wake = None
                wake = step(Tick(now), now)
            if isinstance(percept, Tick):
                continue
        now = max(now, percept.at)
        wake = step(percept, now)
    return decisions


def diverges_at(records: Sequence[Record], policy: Policy) -> float | None:
    """When ``policy`` would first have acted otherwise than the call did (s); None if never.

    Up to then the recorded percepts are those that it would have met itself, so that what it
    decides on them is exact. The reason given for an act is no act.
    """
    recorded = [one for one in records if isinstance(one, Decision)]
    would = redecide(records, policy, own_time=True)
    for was, now in zip_longest(map(_act, recorded), map(_act, would)):
        if was != now:
            return min(one[0] for one in (was, now) if one is not None)
    return None


def replay(path: Path, policy: str | Path | None = None) -> list[Difference]:
    """Differences between a recorded call and its replay, in time order.

    ``policy``: a name or path in place of the call's own. Raises ``JournalError`` for a file
    that is no journal and ``DocumentError`` for a policy.
    """
    records = read_journal(path)
    chosen = load_policy(policy) if policy is not None else held_with(path, records)
    return redecided(records, chosen)


def redecided(records: Sequence[Record], policy: Policy) -> list[Difference]:
    """What System 1 decides otherwise, woken when the call was: none with the call's own policy."""
    recorded = [record for record in records if isinstance(record, Decision)]
    return compare(recorded, redecide(records, policy))


def compare(was: list[Decision], would: list[Decision]) -> list[Difference]:
    """Line up two lists of decisions; what is equal in both is left out."""
    matcher = SequenceMatcher(
        None, [_key(one) for one in was], [_key(one) for one in would], autojunk=False
    )
    found: list[Difference] = []
    for tag, from_a, to_a, from_b, to_b in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = was[from_a:to_a], would[from_b:to_b]
        for at in range(max(len(old), len(new))):
            before = old[at] if at < len(old) else None
            after = new[at] if at < len(new) else None
            moment = before or after
            if moment is not None:
                found.append(Difference(moment.at, before, after))
    return found


def _key(one: Decision) -> tuple[object, ...]:
    return (one.at, one.do, one.to, one.because, one.text, one.kind)


def _act(one: Decision) -> tuple[float, str, int | str | None, str | None, Kind | None]:
    return (one.at, one.do, one.to, one.text, one.kind)


def _told(one: Decision | None) -> str:
    if one is None:
        return "nothing"
    said = f" {one.text!r}" if one.text else ""
    return f"{one.do}{said} at {one.at:.2f} ({one.because.rule})"
