"""The turn-taking machine: its table, its regions, and that its state is a value."""

import copy

import pytest

from system1.floor import ACTIONS, Floor, FloorEvent, Phase, Presence, diagram
from system1.notices import FloorAction, FloorState

F, E = FloorState, FloorEvent

PATHS = {
    F.FREE_S: [],
    F.USER: [E.CALLER_STARTS],
    F.FREE_U: [E.CALLER_STARTS, E.CALLER_STOPS],
    F.SYSTEM: [E.AGENT_STARTS],
    F.BOTH_S: [E.AGENT_STARTS, E.CALLER_STARTS],
    F.BOTH_U: [E.CALLER_STARTS, E.AGENT_STARTS],
}
TARGETS = {
    (F.FREE_S, E.CALLER_STARTS): F.USER,
    (F.FREE_U, E.CALLER_STARTS): F.USER,
    (F.SYSTEM, E.CALLER_STARTS): F.BOTH_S,
    (F.USER, E.CALLER_STOPS): F.FREE_U,
    (F.BOTH_S, E.CALLER_STOPS): F.SYSTEM,
    (F.BOTH_U, E.CALLER_STOPS): F.SYSTEM,
    (F.FREE_U, E.CALLER_DISMISSED): F.FREE_S,
    (F.FREE_S, E.AGENT_STARTS): F.SYSTEM,
    (F.FREE_U, E.AGENT_STARTS): F.SYSTEM,
    (F.USER, E.AGENT_STARTS): F.BOTH_U,
    (F.SYSTEM, E.AGENT_STOPS): F.FREE_S,
    (F.BOTH_S, E.AGENT_STOPS): F.USER,
    (F.BOTH_U, E.AGENT_STOPS): F.USER,
}
FLOOR_EVENTS = [
    E.CALLER_STARTS,
    E.CALLER_STOPS,
    E.CALLER_DISMISSED,
    E.AGENT_STARTS,
    E.AGENT_STOPS,
]


def in_state(state: FloorState) -> Floor:
    floor = Floor()
    for event in PATHS[state]:
        floor.send(event, 0.0)
    assert floor.state is state
    return floor


@pytest.mark.parametrize("event", FLOOR_EVENTS)
@pytest.mark.parametrize("state", list(FloorState))
def test_each_edge_in_each_state(state: FloorState, event: FloorEvent) -> None:
    floor = in_state(state)
    notice = floor.send(event, 1.5)
    target = TARGETS.get((state, event))
    if target is None:
        assert notice is None
        assert floor.state is state
    else:
        assert notice is not None
        assert (notice.source, notice.target, notice.at) == (state, target, 1.5)
        assert (notice.action, notice.by) == ACTIONS[event][state]


def test_a_filler_ends_in_the_silence_after_the_user() -> None:
    floor = in_state(F.SYSTEM)
    floor.model.owes_answer = True
    notice = floor.send(E.AGENT_STOPS, 0.0)
    assert notice is not None
    assert notice.target is F.FREE_U
    assert notice.action is FloorAction.RELEASE


def test_speech_over_an_answer_begun_too_soon_is_in_the_callers_turn() -> None:
    floor = in_state(F.SYSTEM)
    floor.model.too_soon = True
    notice = floor.send(E.CALLER_STARTS, 0.0)
    assert notice is not None
    assert (notice.target, notice.action, notice.by) == (F.BOTH_U, FloorAction.GRAB, "caller")
    back = floor.send(E.AGENT_STOPS, 0.1)
    assert back is not None
    assert (back.target, back.action, back.by) == (F.USER, FloorAction.RELEASE, "agent")
    assert "    SYSTEM --> BOTH_U: caller GRAB" in diagram().splitlines()


def test_phase_and_presence_are_their_own_regions() -> None:
    floor = Floor()
    floor.send(E.AGENT_STARTS, 0.0)
    floor.send(E.OPENED, 0.0)
    floor.send(E.FELL_SILENT, 0.0)
    assert (floor.state, floor.phase, floor.presence) == (
        F.SYSTEM,
        Phase.SERVING,
        Presence.SILENT,
    )
    floor.send(E.LEFT, 0.0)
    floor.send(E.ENDED, 0.0)
    assert (floor.phase, floor.presence) == (Phase.ENDED, Presence.GONE)
    assert floor.send(E.OPENED, 0.0) is None
    assert floor.phase is Phase.ENDED


def test_the_state_is_a_value() -> None:
    floor = in_state(F.BOTH_S)
    twin = Floor(copy.deepcopy(floor.model))
    twin.send(E.AGENT_STOPS, 0.0)
    assert (twin.state, floor.state) == (F.USER, F.BOTH_S)


def test_the_diagram_has_every_move() -> None:
    lines = diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    for (source, event), target in TARGETS.items():
        action, by = ACTIONS[event][source]
        assert f"    {source} --> {target}: {by} {action}" in lines
    assert "    SYSTEM --> FREE_U: agent RELEASE" in lines
