"""``result.json`` without what the policy masks: a result goes where recordings do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.records import CallerTurn, PerceptSeen, Record, Utterance
from agent.result import Result
from policies.policy import Policy
from system1.masking import Censor
from system1.percepts import Thought
from system1.thoughts import Progress


def discreet(result: Result, records: Sequence[Record], policy: Policy) -> Result:
    """The result as it may be written: its checks quote what was said. ``records``: the call's."""
    if not policy.privacy.mask:
        return result
    censor = Censor(policy, _values(records, policy), list(_turns(records)))
    checks = tuple(
        replace(one, name=censor.text(one.name), message=censor.text(one.message))
        for one in result.checks
    )
    return replace(result, checks=checks)


def _values(records: Sequence[Record], policy: Policy) -> Iterator[str]:
    """What the masked slots were ever taken to be."""
    for record in records:
        match record:
            case PerceptSeen(percept=Thought(content=Progress(task=task))) if task is not None:
                for slot in task.slots:
                    if slot.name in policy.privacy.mask and slot.value is not None:
                        yield slot.value
            case _:
                pass


def _turns(records: Sequence[Record]) -> Iterator[tuple[str, str]]:
    for record in records:
        match record:
            case CallerTurn(text=text):
                yield "caller", text
            case Utterance(heard=heard):
                yield "agent", heard
            case _:
                pass
