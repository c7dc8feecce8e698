"""System 1 again over a recorded call's percepts: what it would decide differently.

With the policy of the call nothing differs; that is a test of the recording. With another policy
the difference is a counterfactual up to the first one, and an indication from there on, since
the recorded caller answered what was really said.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from agent.decisions import decision
from agent.journal import JournalError, read_journal
from agent.records import CallOpened, Decision, PerceptSeen, Record
from policies.loading import load_policy
from policies.policy import Policy
from system1.mind import System1


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision only of the recording (``would`` None), only of the replay, or changed."""

    at: float
    was: Decision | None
    would: Decision | None

    def __str__(self) -> str:
        was, would = _told(self.was), _told(self.would)
        return f"{self.at:8.2f}  was: {was}  would be: {would}"


def redecide(records: list[Record], policy: Policy) -> list[Decision]:
    """What System 1 decides with ``policy`` on the percepts among ``records``."""
    system1 = System1(policy)
    decisions: list[Decision] = []
    now = 0.0
    for record in records:
        if not isinstance(record, PerceptSeen):
            continue
        now = max(now, record.percept.at)
        for output in system1.step(record.percept):
            if (decided := decision(output, now)) is not None:
                decisions.append(decided)
    return decisions


def replay(path: Path, policy: str | Path | None = None) -> list[Difference]:
    """Differences between a recorded call and its replay, in time order.

    ``policy``: a name or path in place of the call's own. Raises ``JournalError`` for a file
    that is no journal and ``DocumentError`` for a policy.
    """
    records = read_journal(path)
    opened = next((record for record in records if isinstance(record, CallOpened)), None)
    if opened is None:
        raise JournalError(f"{path}:1: not a call's journal: it has no call_started")
    chosen = load_policy(policy if policy is not None else opened.policy)
    recorded = [record for record in records if isinstance(record, Decision)]
    return compare(recorded, redecide(records, chosen))


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


def _told(one: Decision | None) -> str:
    if one is None:
        return "nothing"
    said = f" {one.text!r}" if one.text else ""
    return f"{one.do}{said} at {one.at:.2f} ({one.because.rule})"
