"""What the agent is about: System 2's small plan, as System 1 can read it at any moment.

A mind may state its own. Where it has none, the task under way is the plan: its goal is the task,
what is missing are the slots without a value, and the next step is the question for one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.dialogue import Collect
from policies.policy import Policy
from system1.questions import TaskState


@dataclass(frozen=True, slots=True)
class Plan:
    """``goal``: what is to be got done. ``step``: what the agent would say next towards it, such as
    a question. ``missing``: what is still needed for it.
    """

    goal: str
    step: str | None = None
    missing: tuple[str, ...] = ()


def plan_of(policy: Policy, own: Plan | None, task: TaskState | None) -> Plan | None:
    """The plan in force: the task's while it wants something, else the mind's own."""
    if task is None or task.asking is None:
        return own
    asked = collected(policy, task, task.asking)
    missing = tuple(slot.name for slot in task.slots if slot.value is None)
    return Plan(task.task, asked.ask if asked is not None else None, missing)


def collected(policy: Policy, task: TaskState, slot: str | None) -> Collect | None:
    """How the policy has a slot of a task asked for."""
    of_task = [one for task_ in policy.tasks if task_.id == task.task for one in task_.collect]
    return next((one for one in of_task if one.slot == slot), None)
