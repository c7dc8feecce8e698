"""The report holds what happened, at its place, and nothing that is not its own."""

from __future__ import annotations

import base64
import io
import re
import wave
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from agent.records import CallEnded, CallerTurn, Decision, PerceptSeen, Record
from agent.report import render_report
from agent.report.sound import envelope
from agent.report.words import agent_words, caller_words
from agent.spans import Span
from speech.protocols import SAMPLE_RATE
from system1.acts import Kind
from system1.percepts import Heard, Word
from tests.agent import sample_call as sample
from tests.agent.parsed_page import Page


def page(told: list[Record], *checks: object, audio: bool = False) -> Page:
    return Page(html(told, *checks, audio=audio))


def html(told: list[Record], *checks: object, audio: bool = False) -> str:
    result = sample.result(told, *checks, audio=audio)  # type: ignore[arg-type]
    if not audio:
        return render_report(told, result, None, None)
    return render_report(
        told, result, sample.channel(sample.CALLER, 0.003), sample.channel(sample.AGENT)
    )


def test_the_page_needs_no_network() -> None:
    text = html(sample.records(), sample.STOPS, audio=True)
    assert re.findall(r"(?:https?:)?//[a-z0-9]", re.sub(r"data:[^\"]+", "", text)) == []
    for element in Page(text).elements:
        for name in ("src", "href"):
            address = element.attributes.get(name, "#")
            assert address.startswith(("#", "data:audio/wav;base64,"))
        assert element.tag != "link"


def test_what_a_caller_says_is_text() -> None:
    seen = page(sample.records(), sample.STOPS)
    assert len([one for one in seen.elements if one.tag == "script"]) == 1
    assert any("<script>alert(1)</script> wait" in one.text for one in seen.all("bubble"))
    assert any("<script>alert(1)</script>" in one.text for one in seen.all("w"))
    assert any("limit <0.2 s>" in one.text for one in seen.all("n-failure"))


def test_the_same_input_gives_the_same_bytes() -> None:
    assert html(sample.records(), sample.STOPS, audio=True) == html(
        sample.records(), sample.STOPS, audio=True
    )


def test_a_failed_check_is_flagged_at_its_moment() -> None:
    seen = page(sample.records(), sample.GREETS, sample.STOPS, sample.MEDIAN)
    (flag,) = seen.all("flag")
    assert flag.left == pytest.approx(100 * 5.7 / 15.0, abs=1e-3)
    assert flag.attributes["data-t"] == "5.700"
    assert (
        flag.attributes["aria-label"] == "0:05.7 agent stops: stopped after 0.30 s, limit <0.2 s>"
    )
    (listed,) = seen.all("failures")
    assert "gap_p50" in listed.text
    assert "2 of 3 checks failed" in [one.text for one in seen.all("pill")]


def test_checks_that_failed_at_one_moment_share_a_flag() -> None:
    checks = [replace(sample.STOPS, name=f"step {n}", step=n) for n in range(1, 7)]
    seen = page(sample.records(), *checks)
    (flag,) = seen.all("flag")
    assert "step 6" in flag.attributes["aria-label"]
    (note,) = seen.all("n-failure")
    assert note.text.endswith("+5")
    assert len([one for one in seen.all("failures")[0].inside if one.tag == "li"]) == 6


def test_a_call_that_passed_has_no_flag() -> None:
    seen = page(sample.records(), sample.GREETS)
    assert seen.all("flag") == seen.all("pole") == seen.all("failures") == []
    assert "The check passed" in [one.text for one in seen.all("pill", "good")]


def test_acts_stand_at_their_time_with_rule_and_evidence() -> None:
    seen = page(sample.records())
    (stop,) = seen.all("mark", "a-stop")
    assert stop.left == pytest.approx(100 * 5.66 / 15.0, abs=1e-3)
    assert stop.attributes["aria-label"] == "0:05.7 stops: bargein.long, speech 0.42 s"
    assert "bargein.long" in stop.text
    assert len(seen.all("mark", "a-say")) == 3
    assert len(seen.all("mark", "a-think")) == 1


def test_marks_at_one_moment_do_not_cover_each_other() -> None:
    told = [Decision(1.0, do, 1, sample.LONG) for do in ("duck", "stop", "think")]
    rows = [one.classes[-1] for one in page([*told]).all("mark")]
    assert rows == ["row0", "row1", "row2"]


def test_words_stand_at_their_times() -> None:
    seen = page(sample.records())
    words = {one.text: one for one in seen.all("w")}
    assert words["internet"].left == pytest.approx(100 * 2.4 / 15.0, abs=0.5)
    assert words["internet"].attributes["data-from"] == "2.40"
    assert words["there."].attributes["data-from"] == "0.80"
    assert words["Yes?"].attributes["data-from"] == "7.00"  # no word reported: the whole text


def test_a_later_hearing_replaces_the_earlier() -> None:
    first = Heard(1.0, 0, (Word("mine", 0.5, 0.9),), False)
    second = Heard(1.5, 0, (Word("my", 0.5, 0.7), Word("net", 0.7, 1.2)), True)
    assert [word.text for word in caller_words([first, second])] == ["my", "net"]


def test_fast_words_are_not_drawn_over_each_other() -> None:
    words = tuple(Word(f"wordnumber{n}", n * 0.2, n * 0.2 + 0.2) for n in range(20))
    placed = caller_words([Heard(5.0, 0, words, True)])
    for row in (0, 1):
        drawn = [word.drawn for word in placed if word.row == row]
        assert all(b - a > 0.35 for a, b in pairwise(drawn))
    assert all(0.0 <= word.drawn - word.start <= 0.4 + 1e-6 for word in placed)


def test_the_floor_is_a_band_from_end_to_end() -> None:
    seen = page(sample.records())
    (lane,) = seen.all("lane", "floor")
    states = [one.classes[0] for one in lane.inside]
    assert states == [
        "f-FREE_S", "f-SYSTEM", "f-FREE_S", "f-USER", "f-FREE_U", "f-SYSTEM", "f-BOTH_S",
        "f-USER", "f-FREE_U", "f-FREE_S",
    ]  # fmt: skip
    widths = [
        float(re.findall(r"width:([\d.]+)%", one.attributes["style"])[0]) for one in lane.inside
    ]
    assert sum(widths) == pytest.approx(100.0, abs=0.02)


def test_thoughts_overlaps_and_barge_ins_are_drawn() -> None:
    seen = page(sample.records())
    (think,) = seen.all("think")
    assert "guess" in think.classes
    assert think.left == pytest.approx(100 * 3.2 / 15.0, abs=1e-3)
    assert [one.left for one in seen.all("first")] == [pytest.approx(100 * 4.4 / 15.0, abs=1e-3)]
    (track,) = seen.all("track")
    assert [one.left for one in track.all("overlap")] == [pytest.approx(36.0)]
    assert [one.text for one in seen.all("bargein")] == ["0.30 s"]


def test_what_was_cut_off_is_struck_through() -> None:
    seen = page(sample.records())
    (line,) = seen.all("agent", "cut", "k-reply")
    assert line.text.startswith("What is your postcode, please?")
    assert [one.text for one in line.inside if one.tag == "s"] == ["your postcode, please?"]
    assert [one.text for one in seen.all("rest")] == ["your postcode, please?"]


def test_every_line_of_the_agent_says_why() -> None:
    seen = page(sample.records())
    lines = [one for one in seen.all("agent") if one.tag == "li"]
    assert [one.all("why") != [] for one in lines] == [True] * 5
    (check_in,) = [one for one in lines if "k-check_in" in one.classes]
    assert "noinput" in check_in.text
    assert "silence 7 s" in check_in.text
    (filler,) = [one for one in lines if "k-filler" in one.classes]
    assert "after 0.80 s" in filler.text


def test_the_conversation_is_in_order_and_a_click_goes_there() -> None:
    seen = page(sample.records(), sample.STOPS)
    (talk,) = seen.all("talk")
    starts = [float(one.attributes["data-from"]) for one in talk.inside if one.tag == "li"]
    assert starts == sorted(starts)
    bubbles = [one.attributes["data-t"] for one in talk.all("bubble")]
    assert bubbles == ["0.300", "2.000", "3.800", "4.500", "5.400", "7.000", "14.000"]


def test_a_turn_says_why_it_was_taken_as_over() -> None:
    seen = page(sample.records())
    turn = next(one for one in seen.all("caller", "k-turn"))
    assert "end_of_turn" in turn.text
    assert "pi 0.94" in turn.text


def test_a_turn_that_was_reopened_is_told_once() -> None:
    told: list[Record] = [
        CallerTurn(2.4, 1.0, 2.0, "it is"),
        Decision(2.6, "reopen_turn", None, sample.LONG),
        CallerTurn(4.4, 1.0, 4.0, "it is the second house"),
    ]
    seen = page(told)
    assert [one.text for one in seen.all("bubble")] == ["it is the second house"]


def test_what_was_said_over_the_agent_is_no_turn_but_is_told() -> None:
    told: list[Record] = [
        sample.said(0, Kind.REPLY, "A long answer.", 1.0, 4.0),
        sample.heard(0, ("嗯", 2.0, 2.2), ("嗯", 2.2, 2.4)),
    ]
    (aside,) = page(told).all("k-aside")
    assert aside.text.startswith("嗯嗯")
    assert "over the agent" in aside.text


def test_with_audio_there_are_waveforms_and_a_player() -> None:
    seen = page(sample.records(), audio=True)
    assert seen.id("play").tag == "button"
    for side in ("wave-caller", "wave-agent"):
        paths = [
            one.attributes["d"]
            for one in seen.elements
            if one.tag == "path" or one.attributes.get("d")
        ]
        assert seen.id(side).tag == "g"
        assert len(paths) >= 4
    sound = seen.id("audio").attributes["src"].removeprefix("data:audio/wav;base64,")
    with wave.open(io.BytesIO(base64.b64decode(sound))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        assert file.getnframes() == 15 * 16_000
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    assert np.abs(pcm[int(2.2 * 16_000) : int(2.8 * 16_000)]).max() > 8_000  # the caller
    assert np.abs(pcm[int(0.5 * 16_000) : int(1.0 * 16_000)]).max() > 8_000  # the agent
    assert np.abs(pcm[10 * 16_000 : 13 * 16_000]).max() < 1_000


def test_without_audio_there_is_neither() -> None:
    seen = page(sample.records())
    assert [one for one in seen.elements if one.tag == "audio"] == []
    (lane,) = seen.all("lane", "sound", "caller")
    assert [one.left for one in lane.all("block")] == [
        pytest.approx(100 * span.start / 15.0, abs=1e-3) for span in sample.CALLER
    ]


def test_known_speech_of_the_caller_is_taken_over_the_channel() -> None:
    told = sample.records()
    text = render_report(
        told, sample.result(told), sample.channel(sample.CALLER), None, [Span(4.0, 5.7)]
    )
    (track,) = Page(text).all("track")
    assert [one.left for one in track.all("overlap")] == [pytest.approx(100 * 4.0 / 15.0, abs=1e-3)]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param([], id="nothing"),
        pytest.param([sample.opened()], id="opened"),
        pytest.param([CallEnded(0.0, "error", "system", 0.0)], id="ended-at-once"),
        pytest.param(sample.records()[5:6], id="one-record"),
        pytest.param(sample.records()[::3], id="every-third"),
    ],
)
def test_any_part_of_a_journal_makes_a_page(told: list[Record]) -> None:
    assert page(told).id("track").tag == "div"


def test_a_page_about_a_call_without_sound_in_its_channels() -> None:
    empty = sample.result([])
    silence = np.zeros(0, np.float32)
    seen = Page(render_report([], replace(empty, duration_s=0.0), silence, silence))
    assert seen.id("audio").tag == "audio"


@pytest.mark.slow
def test_thousands_of_percepts_make_one_page_of_reasonable_size() -> None:
    told: list[Record] = [sample.opened()]
    for n in range(4_000):
        word = Word("word", n * 0.3, n * 0.3 + 0.2)
        told.append(PerceptSeen(word.end, Heard(word.end, n, (word,), True)))
    told.append(CallEnded(1_200.0, "time_out", "agent", 1_200.0))
    assert len(html(told)) < 3_000_000


def test_a_minute_of_audio_keeps_the_page_small() -> None:
    told = sample.records()
    spans = tuple(Span(n * 2.0, n * 2.0 + 1.0) for n in range(30))
    caller, agent = sample.channel(spans, 0.01, 60.0), sample.channel(spans, 0.0, 60.0)
    assert len(render_report(told, sample.result(told), caller, agent)) < 3_000_000


def test_chinese_calls_are_told_in_chinese() -> None:
    seen = page(sample.records("zh-CN"), sample.STOPS)
    (root,) = [one for one in seen.elements if one.tag == "html"]
    assert root.attributes["lang"] == "zh-CN"
    assert seen.id("conversation").text == "对话"
    assert "来电者挂断" in [one.text for one in seen.all("pill")]


def test_everything_that_can_be_clicked_has_a_name() -> None:
    seen = page(sample.records(), sample.STOPS, audio=True)
    buttons = [one for one in seen.elements if one.tag == "button"]
    assert len(buttons) > 15
    assert [one for one in buttons if not (one.attributes.get("aria-label") or one.text)] == []
    assert seen.id("overview").attributes["role"] == "slider"


def test_the_envelope_rises_where_there_is_sound() -> None:
    audio = np.zeros(2 * SAMPLE_RATE, np.float32)
    audio[SAMPLE_RATE:] = -0.5
    found = envelope(audio, 2.0)
    assert found.columns == "100"
    assert found.peaks == found.loudness == "M-.5 100h50l1 -100h49V100z"


def test_a_word_that_was_cut_is_told_to_where_it_was_heard() -> None:
    told = sample.records()
    percepts = [one.percept for one in told if isinstance(one, PerceptSeen)]
    cut = next(one for one in told if getattr(one, "cut", False))
    assert [word.text for word in agent_words(percepts, [cut])] == ["What"]  # type: ignore[list-item]
