"""What kairos demo prints while a call unfolds."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from agent.records import (
    CallEnded,
    CallerTurn,
    Decision,
    ErrandDone,
    PerceptSeen,
    Record,
    Remembered,
    ThinkDone,
)
from agent.transcript import LiveTranscript
from system1.acts import Because, Kind
from system1.notices import FloorState
from system1.percepts import PlaybackStarted, SoundEvent
from tests.agent import sample_call as sample


def printed(told: list[Record], language: str = "en") -> list[str]:
    console = Console(file=io.StringIO(), width=60)
    listener = LiveTranscript(console, language)
    for record in told:
        listener(record)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_call_line_by_line() -> None:
    assert printed(sample.records()) == [
        "outage  broadband · embedded · grounded",
        " 0:00.3 ▌ Agent   Hello there.  greeting · greeting",
        " 0:03.4 ▌ Caller  my internet  turn over +0.40 s · end_of_turn: silence 0.31 s · pi 0.94",
        " 0:03.8 ▌ Agent   One moment.  filler · filler: waited 0.8 s",
        " 0:04.4 ▌         ✦ thought 1.20 s · answered · speculative · 143 → 22 tokens",
        " 0:04.5 ▌ Agent   What is your postcode, please?  reply · reply: think 1 · waited 0.25 s",
        " 0:05.7 ▌         ↳ stops  bargein.long: speech 0.42 s",
        " 0:05.7 ▌         ✂ cut off  your postcode, please?",
        " 0:06.8 ▌ Caller  <script>alert(1)</script> wait  turn over +0.40 s",
        " 0:07.0 ▌ Agent   Yes?  reply · reply: think 1 · waited 0.25 s",
        " 0:14.0 ▌ Agent   Are you there?  check-in · noinput: silence 7 s · count 1",
        " 0:15.0 ▌         Caller hung up  15.0 s",
    ]


def test_a_file_gets_plain_text() -> None:
    assert "\x1b" not in "".join(printed(sample.records()))


def test_a_terminal_gets_colours_unless_it_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def terminal() -> str:
        console = Console(
            file=io.StringIO(), force_terminal=True, width=100, color_system="truecolor"
        )
        LiveTranscript(console, "en")(CallEnded(9.0, "error", "system", 9.0))
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31mEnded by an error" in terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in terminal()


def test_long_words_hang_below_themselves_on_a_terminal() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=40, color_system=None)
    LiveTranscript(console, "en")(CallerTurn(9.0, 1.0, 8.0, "word " * 12))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert len(lines) > 2
    assert all(line.startswith(" " * 18) for line in lines[1:])


def test_markup_in_what_was_said_is_not_obeyed() -> None:
    (line,) = printed([CallerTurn(2.0, 1.0, 1.6, "[bold]no[/bold] [/]")])
    assert "[bold]no[/bold] [/]" in line


def test_a_backchannel_is_shown_when_the_agent_keeps_the_floor() -> None:
    (line,) = printed(
        [
            sample.heard(0, ("uh-huh", 2.0, 2.4)),
            sample.moved(2.6, FloorState.BOTH_S, FloorState.SYSTEM),
        ]
    )
    assert line == " 0:02.6 ▌ Caller  uh-huh  over the agent"


def test_a_hearing_that_became_a_turn_is_shown_once() -> None:
    lines = printed(
        [
            sample.heard(0, ("no", 2.0, 2.4)),
            CallerTurn(2.8, 2.0, 2.4, "no"),
            sample.moved(3.0, FloorState.BOTH_S, FloorState.SYSTEM),
        ]
    )
    assert len(lines) == 1


def test_words_that_come_later_follow_on_a_line_of_their_own() -> None:
    lines = printed(
        [
            Decision(1.0, "say", 0, sample.ANSWERED, "First.", Kind.REPLY),
            PerceptSeen(1.1, PlaybackStarted(1.1, 0)),
            Decision(1.5, "say_more", 0, sample.ANSWERED, " Second."),
        ]
    )
    assert lines[1] == " 0:01.5 ▌ Agent   … Second."


def test_words_that_come_before_the_first_sound_are_one_line() -> None:
    (line,) = printed(
        [
            Decision(1.0, "say", 0, sample.ANSWERED, "First.", Kind.REPLY),
            Decision(1.05, "say_more", 0, sample.ANSWERED, " Second."),
            PerceptSeen(1.1, PlaybackStarted(1.1, 0)),
        ]
    )
    assert "First. Second." in line


def test_one_reason_for_two_acts_is_told_once() -> None:
    lines = printed([Decision(2.0, do, 0, sample.LONG) for do in ("disregard", "resume")])
    assert [line[18:] for line in lines] == [
        "↳ lets it pass  bargein.long: speech 0.42 s",
        "↳ carries on",
    ]


def test_a_dropped_thought_says_why() -> None:
    (line,) = printed(
        [
            Decision(2.0, "abandon", 3, Because("goes_on", (("words", "it is"),))),
            ThinkDone(2.0, 3, True, 90, 1.5, None, None, 0, 0, "abandoned"),
        ]
    )
    assert line.endswith("thought 0.50 s · abandoned · speculative · goes_on: words it is")


def test_the_rest_of_a_call() -> None:
    assert printed(
        [
            PerceptSeen(1.0, SoundEvent(1.0, "dtmf", "5")),
            PerceptSeen(1.5, SoundEvent(1.5, "beep")),
            Remembered(2.0, "recall", "2 facts"),
            ErrandDone(2.1, 1, "track", 0.5, 2.0, True, 1.5, 12, False),
            ErrandDone(2.2, 2, "refund", 0.5, 2.0, False, 1.5, 0, True, "late"),
            Decision(3.0, "transfer", "support", sample.LONG),
            CallEnded(3.0, "transferred", "agent", 3.0, "support"),
        ]
    ) == [
        " 0:01.0 ▌ Caller  [dtmf 5]",
        " 0:01.5 ▌ Caller  [beep]",
        " 0:02.0 ▌         memory: recall 2 facts",
        " 0:02.1 ▌         ✦ tool track 1.50 s",
        " 0:02.2 ▌         ✦ tool refund 1.50 s · too late · in the background",
        " 0:03.0 ▌         ↳ transfers the call → support  bargein.long: speech 0.42 s",
        " 0:03.0 ▌         Transferred → support  3.00 s",
    ]


def test_in_chinese() -> None:
    lines = printed(sample.records("zh-CN"), "zh-CN")
    assert lines[1] == " 0:00.3 ▌ 客服    Hello there.  问候 · greeting"
    assert lines[-1] == " 0:15.0 ▌         来电者挂断  15.0 s"
