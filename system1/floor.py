"""Who has the floor: Raux and Eskenazi's finite-state turn-taking machine as a statechart.

Theory of operation
-------------------
Two parties share one resource, the floor. Six states say who has it: ``USER`` and ``SYSTEM``
hold it alone; ``FREE_U`` and ``FREE_S`` are silences after the user's or the system's turn;
``BOTH_U`` and ``BOTH_S`` are overlaps where the floor was the user's or the system's. Four
actions move it: GRAB, RELEASE, WAIT, KEEP (Raux & Eskenazi, *A finite-state turn-taking model
for spoken dialog systems*, NAACL 2009).

``FREE_U`` covers both a pause within the caller's turn and the wait for our answer: from outside
they look the same, and telling them apart is what endpointing is for. A filler ends in
``FREE_U`` again, since the answer is still owed; any other agent turn ends in ``FREE_S``, where
the silence ladder counts. An answer over which the caller's turn goes on at once was begun in
that turn: the overlap is ``BOTH_U``, and any other speech over the agent is ``BOTH_S``.

Beside the floor run two small regions: the phase of the call and the presence of the caller.
Rule 1: everything that moves the floor is in this file. Events are edges (a few a second), never
audio frames; the chart keeps no time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from statemachine import State, StateChart

from system1.notices import FloorAction, FloorMoved, FloorState


class FloorEvent(StrEnum):
    """The edges that the chart is sent; nothing else is."""

    CALLER_STARTS = "caller_starts"
    CALLER_STOPS = "caller_stops"
    CALLER_DISMISSED = "caller_dismissed"
    AGENT_STARTS = "agent_starts"
    AGENT_STOPS = "agent_stops"
    OPENED = "opened"
    HANDING_OVER = "handing_over"
    CLOSING = "closing_down"
    RECONSIDERED = "reconsidered"
    ENDED = "call_ends"
    FELL_SILENT = "fell_silent"
    SPOKE_UP = "spoke_up"
    LEFT = "left"


class Phase(StrEnum):
    """How far the call is."""

    OPENING = "opening"
    SERVING = "serving"
    TRANSFERRING = "transferring"
    CLOSING = "closing"
    ENDED = "ended"


class Presence(StrEnum):
    """Is the caller there? ``silent``: a check-in has gone unanswered."""

    PRESENT = "present"
    SILENT = "silent"
    GONE = "gone"


@dataclass(slots=True)
class ChartModel:
    """The chart's state, copyable.

    ``owes_answer``: the caller's turn has no answer yet. ``too_soon``: the agent has grabbed the
    floor in the caller's turn.
    """

    state: object = None
    owes_answer: bool = False
    too_soon: bool = False


class CallChart(StateChart[ChartModel]):
    """Floor, phase and presence as parallel regions."""

    # Else an exception in a callback is swallowed and the machine moves on.
    catch_errors_as_events = False

    class call(State.Parallel):
        class floor(State.Compound):
            FREE_S = State(initial=True)
            FREE_U = State()
            USER = State()
            SYSTEM = State()
            BOTH_U = State()
            BOTH_S = State()

            caller_starts = (
                FREE_S.to(USER)
                | FREE_U.to(USER)
                | SYSTEM.to(BOTH_U, cond="too_soon")
                | SYSTEM.to(BOTH_S)
            )
            caller_stops = USER.to(FREE_U) | BOTH_S.to(SYSTEM) | BOTH_U.to(SYSTEM)
            caller_dismissed = FREE_U.to(FREE_S, unless="owes_answer")
            agent_starts = FREE_S.to(SYSTEM) | FREE_U.to(SYSTEM) | USER.to(BOTH_U)
            agent_stops = (
                SYSTEM.to(FREE_U, cond="owes_answer")
                | SYSTEM.to(FREE_S)
                | BOTH_S.to(USER)
                | BOTH_U.to(USER)
            )

        class phase(State.Compound):
            opening = State(initial=True)
            serving = State()
            transferring = State()
            closing = State()
            ended = State(final=True)

            opened = opening.to(serving)
            handing_over = opening.to(transferring) | serving.to(transferring)
            closing_down = opening.to(closing) | serving.to(closing)
            reconsidered = transferring.to(serving) | closing.to(serving)
            call_ends = (
                opening.to(ended) | serving.to(ended) | transferring.to(ended) | closing.to(ended)
            )

        class presence(State.Compound):
            present = State(initial=True)
            silent = State()
            gone = State(final=True)

            fell_silent = present.to(silent)
            spoke_up = silent.to(present)
            left = present.to(gone) | silent.to(gone)

    def owes_answer(self) -> bool:
        return self.model.owes_answer

    def too_soon(self) -> bool:
        return self.model.too_soon


ACTIONS: dict[FloorEvent, dict[FloorState, tuple[FloorAction, Literal["caller", "agent"]]]] = {
    FloorEvent.CALLER_STARTS: {
        FloorState.FREE_S: (FloorAction.GRAB, "caller"),
        FloorState.FREE_U: (FloorAction.KEEP, "caller"),
        FloorState.SYSTEM: (FloorAction.GRAB, "caller"),
    },
    FloorEvent.CALLER_STOPS: {
        FloorState.USER: (FloorAction.RELEASE, "caller"),
        FloorState.BOTH_S: (FloorAction.KEEP, "agent"),
        FloorState.BOTH_U: (FloorAction.RELEASE, "caller"),
    },
    FloorEvent.CALLER_DISMISSED: {FloorState.FREE_U: (FloorAction.WAIT, "agent")},
    FloorEvent.AGENT_STARTS: {
        FloorState.FREE_S: (FloorAction.GRAB, "agent"),
        FloorState.FREE_U: (FloorAction.GRAB, "agent"),
        FloorState.USER: (FloorAction.GRAB, "agent"),
    },
    FloorEvent.AGENT_STOPS: {
        FloorState.SYSTEM: (FloorAction.RELEASE, "agent"),
        FloorState.BOTH_S: (FloorAction.RELEASE, "agent"),
        FloorState.BOTH_U: (FloorAction.RELEASE, "agent"),
    },
}
"""What each edge means in the model's own terms, by the state in which it comes."""


class Floor:
    """The chart with a cached view of its configuration.

    Reading a configuration costs tens of microseconds and reflexes ask for it often; it changes
    a few times a second.
    """

    def __init__(self, model: ChartModel | None = None) -> None:
        self.model = model or ChartModel()
        self._chart = CallChart(model=self.model)
        self._read()

    def _read(self) -> None:
        values = {str(value) for value in self._chart.configuration_values}
        self.state = next(state for state in FloorState if state in values)
        self.phase = next(phase for phase in Phase if phase in values)
        self.presence = next(presence for presence in Presence if presence in values)

    def send(self, event: FloorEvent, at: float) -> FloorMoved | None:
        """Send an edge; the notice, if the floor changed hands. An edge that does not apply to
        the present state changes nothing."""
        before = self.state
        self._chart.send(event)
        self._read()
        if self.state is before:
            return None
        action, by = ACTIONS[event][before]
        return FloorMoved(at, before, self.state, action, by)


def diagram() -> str:
    """The floor region as a Mermaid state diagram, from the machine itself."""
    lines = ["stateDiagram-v2", "    [*] --> FREE_S"]
    for event, moves in ACTIONS.items():
        for source in moves:
            lines += [
                f"    {source} --> {target}: {_label(event, source)}"
                for target in _targets(event, source)
            ]
    return "\n".join(lines)


def _targets(event: FloorEvent, source: FloorState) -> list[str]:
    state = next(s for s in CallChart.states_map.values() if s.id == source.value)
    found = [
        transition.target.id
        for transition in state.transitions
        if transition.target is not None and transition.match(event.value)
    ]
    return sorted(set(found))


def _label(event: FloorEvent, source: FloorState) -> str:
    action, by = ACTIONS[event][source]
    return f"{by} {action}"
