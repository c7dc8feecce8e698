"""What a model may decide beside its words: typed tool calls that change the talk, not the world.

The model asks; the policy's own types say what stands. A value that does not fit its slot, a task
or a target that the policy does not have, comes back to the model as a sentence about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policies.policy import Policy
from policies.timing import Ending
from policies.tools import CONTROLS
from system1.brief import Brief
from system1.plan import Plan
from system1.questions import AnswerKind, Question, TaskState
from system1.thoughts import Advice, Note, Planned, Progress, Propose, SetOut, ThoughtContent
from system2.chat.model import ToolOffer
from system2.desk import Json
from system2.reply import Reply, sentences
from system2.tasks import TaskRun

DONE = "done"
"""What a model is told of a call that stands."""


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Transfer(_Wish):
    """Hand the call to a person once your words are said."""

    to: str


class HangUp(_Wish):
    """End the call once your words are said: only after goodbyes."""


class Ask(_Wish):
    """Say what kind of answer your question wants, so that the caller is given the time for it."""

    kind: AnswerKind


class Begin(_Wish):
    """Begin a task that the caller wants."""

    task: str


class Fill(_Wish):
    """A value of the task under way that the caller has given, in the caller's words; once more
    when they agree to it."""

    slot: str
    value: Annotated[str, Field(max_length=400)]


class Remember(_Wish):
    """A fact about the caller for the next call, told by the caller."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    value: Annotated[str, Field(min_length=1, max_length=200)]


class Keep(_Wish):
    """Your plan where no task covers what the caller wants: the goal, and the next thing to say."""

    goal: Annotated[str, Field(min_length=1, max_length=120)]
    next: Annotated[str, Field(max_length=200)]
    missing: Annotated[tuple[Annotated[str, Field(max_length=60)], ...], Field(max_length=6)] = ()


_WISHES: Mapping[str, type[_Wish]] = dict(
    zip(CONTROLS, (Transfer, HangUp, Ask, Begin, Fill, Remember, Keep), strict=True)
)


def offers(policy: Policy) -> tuple[ToolOffer, ...]:
    """What the models of a policy are offered, the same in every turn."""
    slots = sorted({one.slot for task in policy.tasks for one in task.collect})
    choices: dict[str, tuple[str, list[str]]] = {
        "transfer": ("to", list(policy.transfer)),
        "begin": ("task", [task.id for task in policy.tasks]),
        "fill": ("slot", slots),
    }
    offered: list[ToolOffer] = []
    for name, wish in _WISHES.items():
        key, allowed = choices.get(name, ("", []))
        if key and not allowed:
            continue
        schema = _schema(wish)
        if key:
            schema["properties"] = _limited(schema["properties"], key, allowed)
        offered.append(ToolOffer(name, " ".join((wish.__doc__ or "").split()), schema))
    return tuple(offered)


class Conduct:
    """What one answer decides. ``reply``: the policy's own words that follow from it."""

    def __init__(
        self, policy: Policy, runs: Mapping[str, TaskRun], brief: Brief, known: dict[str, str]
    ) -> None:
        self._policy = policy
        self._runs = runs
        self._brief = brief
        self._known = known
        self._task = brief.task
        self._changed = False
        self._said_first: str | None = None
        self.question: Question | None = None
        self.advice: Advice | None = None
        self.notes: list[Note] = []
        self.plan: Plan | None = None
        self.reply: Reply | None = None

    def knows(self, name: str) -> bool:
        """Whether a tool call of this name is one of these."""
        return name in _WISHES

    def do(self, name: str, arguments: str) -> str:
        """Take a call; ``DONE``, or what is wrong with it."""
        try:
            wish = _WISHES[name].model_validate_json(arguments or "{}")
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "arguments"
            return f"refused: {where}: {first['msg']}"
        match wish:
            case Transfer(to=to):
                if to not in self._policy.transfer:
                    return f"refused: no target {to!r}"
                self.advice = Advice(Ending.TRANSFER, to)
            case HangUp():
                self.advice = Advice(Ending.HANG_UP)
            case Ask(kind=kind):
                self.question = Question(kind)
            case Begin(task=task):
                return self._begin(task)
            case Fill(slot=slot, value=value):
                return self._fill(slot, value)
            case Remember(name=called, value=value):
                self.notes.append(Note(called, " ".join(value.split())))
            case Keep(goal=goal, next=step, missing=missing):
                self.plan = Plan(goal, step or None, missing)
            case _:
                raise AssertionError(name)
        return DONE

    def changes(self) -> list[ThoughtContent]:
        """What becomes of the talk, but for its question."""
        found: list[ThoughtContent] = list(self.notes)
        if self.plan is not None:
            found.append(Planned(self.plan))
        elif self._changed and self._brief.plan is not None:
            found.append(Planned(None))
        if self._changed:
            found.append(Progress(self._task))
        if self.reply is not None and self.reply.set_out is not None:
            found.append(SetOut(self.reply.set_out))
        if self.reply is not None and self.reply.proposal is not None:
            found.append(Propose(self.reply.proposal))
        advice = self.reply.advice if self.reply is not None and self.reply.advice else self.advice
        return [*found, advice] if advice is not None else found

    def asked(self, said: str) -> Question | None:
        """What the answer ends with; ``said``: the model's own last words."""
        if self.reply is not None:
            return self.reply.question
        if not said.rstrip("\"'”’)）」").endswith(("?", "？")):
            return None
        if self.question is not None:
            return self.question
        run = self._runs.get(self._task.task) if self._task is not None else None
        awaited = run.awaited(self._task) if run is not None and self._task is not None else None
        # While a task is under way the model is told to end with the task's open question.
        return awaited or Question(AnswerKind.FREE)

    def _begin(self, task: str) -> str:
        run = self._runs.get(task)
        if run is None:
            return f"refused: no task {task!r}"
        if self._under_way(task):
            return "refused: it is under way already"
        self._said_first = run.task.say
        self._take(run.start(self._brief.said, tuple(self._known.items())).reply)
        return DONE

    def _fill(self, slot: str, value: str) -> str:
        state = self._task
        run = self._runs.get(state.task) if state is not None else None
        if state is None or run is None:
            return "refused: no task is under way; begin one first"
        reply = run.given(state, slot, value)
        if reply is None:
            return f"refused: that is no value for {slot!r}"
        if self._said_first:
            reply = reply.after(sentences(self._said_first, (state.task,)))
        self._take(reply)
        return DONE

    def _under_way(self, task: str) -> bool:
        state: TaskState | None = self._task
        return state is not None and state.task == task and state.asking is not None

    def _take(self, reply: Reply) -> None:
        self.reply = reply
        if reply.progress is not None:
            self._task, self._changed = reply.progress.task, True


def _schema(wish: type[_Wish]) -> dict[str, Json]:
    """The JSON Schema of a wish, without what only costs tokens."""
    schema: dict[str, Json] = json.loads(json.dumps(wish.model_json_schema()))
    kinds: Json = [kind.value for kind in AnswerKind]
    properties = schema.get("properties", {})
    lean: dict[str, Json] = {}
    if isinstance(properties, dict):
        for key, one in properties.items():
            kept = dict(one) if isinstance(one, dict) else {}
            kept.pop("title", None)
            lean[key] = {"type": "string", "enum": kinds} if "$ref" in kept else kept
    required = schema.get("required", [])
    return {
        "type": "object",
        "properties": lean,
        "required": required,
        "additionalProperties": False,
    }


def _limited(properties: Json, key: str, allowed: list[str]) -> Json:
    assert isinstance(properties, dict)
    choices: list[Json] = list(allowed)
    return {**properties, key: {"type": "string", "enum": choices}}
