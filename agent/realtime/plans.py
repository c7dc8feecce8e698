"""What System 2 means to do, out of records: the plan in force, whenever it is another one."""

from __future__ import annotations

from typing import TypeVar

from agent.records import Decision, PerceptSeen, Record
from policies.policy import Policy
from system1.percepts import Thought
from system1.plan import Plan, plan_of
from system1.questions import TaskState
from system1.thoughts import Planned, Progress

_T = TypeVar("_T")


class Plans:
    """A thought that is dropped leaves no plan behind: what it said counts as unsaid."""

    def __init__(self, policy: Policy) -> None:
        self.now: Plan | None = None
        self._policy = policy
        self._own: dict[int, Plan | None] = {}
        self._tasks: dict[int, TaskState | None] = {}

    def record(self, record: Record) -> bool:
        """Whether a record makes the plan another one."""
        match record:
            case PerceptSeen(percept=Thought(think=think, content=Planned(plan=plan))):
                self._own[think] = plan
            case PerceptSeen(percept=Thought(think=think, content=Progress(task=task))):
                self._tasks[think] = task
            case Decision(do="abandon", to=int(think)):
                self._own.pop(think, None)
                self._tasks.pop(think, None)
            case _:
                return False
        found = plan_of(self._policy, _last(self._own), _last(self._tasks))
        changed, self.now = found != self.now, found
        return changed


def _last(given: dict[int, _T]) -> _T | None:
    """What the last thought of them said."""
    return given[max(given)] if given else None
