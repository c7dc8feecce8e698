"""The page in a real browser: whole calls with a WAV as the microphone, by hand and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")
pytest.importorskip("playwright")

from agent.serving.page.words import told
from tests.agent.serving.browser import Shown, browsing, microphone, rehearsed
from tests.agent.serving.stage import POLICY, TOKEN, Stage, serving

pytestmark = [pytest.mark.alone, pytest.mark.slow]

OPEN = "!document.getElementById('lobby-form').hidden"
FILES = "document.querySelectorAll('#files a').length === 4"
ASKED = "What is your postcode?"


def said(who: str, text: str, rest: str = "") -> str:
    """Whether a caption of theirs has this text."""
    found = f"[...document.querySelectorAll('#captions .{who}{rest} .bubble')]"
    return f"{found}.some((one) => one.textContent.includes({text!r}))"


async def opened(shown: Shown, stage: Stage) -> None:
    await shown.page.goto(f"http://{stage.host}/")
    await shown.until(OPEN)


async def ended(shown: Shown) -> None:
    """The call is over and its files are offered; nothing went wrong on the way."""
    await shown.until("!document.getElementById('ending').hidden")
    await shown.until(FILES)
    assert shown.errors == []
    assert await shown.watched("violations") == []


async def loudest(shown: Shown) -> float:
    """The highest level (RMS of 20 ms) that went to the loudspeaker."""
    return max(float(one.get("level", 0.0)) for one in await shown.watched("playback"))


async def test_a_whole_call(tmp_path: Path) -> None:
    sound = microphone(tmp_path / "microphone.wav", [(8.5, "my internet is down")], 60.0)
    async with serving(tmp_path / "out", tokens=()) as stage, browsing(tmp_path, sound) as shown:
        await rehearsed()
        await opened(shown, stage)
        await shown.page.click("#start")
        await shown.until(said("agent", "Northwind"))
        assert await shown.page.inner_text("#floor-words") == "Agent has the floor"
        await shown.until(said("agent", POLICY.greeting))
        assert 0.02 < await loudest(shown) < 1.0
        await shown.until(said("agent", "This call may be recorded."))
        await shown.until(said("caller", "internet is down", ".settled"))
        await shown.until(said("agent", ASKED))
        assert await shown.page.inner_text("#plan-goal") == "report outage"
        assert await shown.page.inner_text("#plan-missing") == "postcode"
        decided = await shown.page.inner_text("#decisions")
        assert "takes the turn as over" in decided
        assert "waiting would cost more" in decided
        floors = [one for one in await shown.watched("came") if one["type"] == "kairos.floor"]
        assert {"USER", "SYSTEM", "FREE_S"} <= {one["to"] for one in floors}
        heard = "document.getElementById('live').innerText"
        assert ASKED in await shown.page.evaluate(heard)
        # All of the greeting came out of the loudspeaker, and not a moment early.
        over = [one.get("over") for one in await shown.watched("playback")]
        assert [one for one in over if one][:2] == ["item_1", "item_2"]
        await shown.page.click("#hang-up")
        await ended(shown)
        assert await shown.page.inner_text("#outcome") == "Caller hung up"
        report = await shown.page.get_attribute("#files a", "href")
        assert (await stage.http.get(f"/{report}")).status_code == 200
        (first, *_) = await shown.watched("sent")
        assert first == {"type": "session.update", "session": {"type": "realtime"}}
        await shown.page.click("#again")
        await shown.until(OPEN)


UNJOINED = """
const join = AudioContext.prototype.createMediaStreamSource;
AudioContext.prototype.createMediaStreamSource = function (stream) {
  if (this.sampleRate === 24000) throw new DOMException("another rate", "NotSupportedError");
  return join.call(this, stream);
};
"""
"""A browser that joins no microphone to a context of another rate."""


@pytest.mark.parametrize("converts", [True, False], ids=["browser-converts", "page-converts"])
async def test_who_interrupts_is_heard_at_once(converts: bool, tmp_path: Path) -> None:
    sound = microphone(tmp_path / "microphone.wav", [(2.2, "excuse me i have a question")], 30.0)
    async with serving(tmp_path / "out", tokens=()) as stage, browsing(tmp_path, sound) as shown:
        await rehearsed()
        if not converts:
            await shown.page.add_init_script(UNJOINED)
        await opened(shown, stage)
        await shown.page.click("#start")
        await shown.until("watched.playback.some((one) => one.cut === 'item_1')")
        assert (await shown.page.evaluate("watched.context.sampleRate") == 24000) is converts
        (cut,) = [one for one in await shown.watched("playback") if one.get("cut") == "item_1"]
        await shown.until("watched.sent.some((one) => one.type === 'conversation.item.truncate')")
        (sent,) = [one for one in await shown.watched("sent") if "truncate" in one["type"]]
        # What the loudspeaker had had, to the millisecond.
        assert sent["audio_end_ms"] == cut["played"] // 24
        assert sent["item_id"] == "item_1"
        caption = await shown.page.inner_text("#captions .cut .bubble")
        assert POLICY.greeting.startswith(caption.strip())
        assert caption.strip() != POLICY.greeting
        assert "cut off" in await shown.page.inner_text("#captions .cut")
        played = [one for one in await shown.watched("playback") if one.get("item") == "item_1"]
        assert all(one["played"] <= cut["played"] for one in played)
        truncated = "watched.came.filter((one) => one.type === 'conversation.item.truncated')"
        await shown.until(f"{truncated}.some((one) => one.audio_end_ms === {sent['audio_end_ms']})")
        await shown.page.click("#hang-up")
        await ended(shown)


async def tab_to(shown: Shown, name: str) -> None:
    """By the Tab key alone; wherever it stops, that can be seen."""
    for _ in range(40):
        await shown.page.keyboard.press("Tab")
        at: dict[str, Any] = await shown.page.evaluate(
            "(({id, type}, {outlineStyle}) => ({id, type, outlineStyle}))"
            "(document.activeElement, getComputedStyle(document.activeElement))"
        )
        assert at["outlineStyle"] != "none" or at["type"] == "radio"
        if at["id"] == name:
            return
    raise AssertionError(f"the Tab key does not come to {name}")


async def test_by_keyboard_on_a_small_screen_with_the_microphone_denied(tmp_path: Path) -> None:
    small: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
    async with (
        serving(tmp_path / "out", tokens=()) as stage,
        browsing(tmp_path, allowed=False, **small) as shown,
    ):
        await opened(shown, stage)
        assert await shown.overflow() == 0
        press = shown.page.keyboard.press
        await tab_to(shown, "start")
        await press("Enter")
        await shown.until("!document.getElementById('lobby-error').hidden")
        assert "Allow it beside the page's address" in await shown.page.inner_text("#lobby-error")
        await tab_to(shown, "type-instead")
        await press("Enter")
        await shown.until(said("agent", POLICY.greeting))
        assert await shown.overflow() == 0
        await tab_to(shown, "message")
        await shown.page.keyboard.type("my internet is down")
        await press("Enter")
        await shown.until(said("caller", "my internet is down"))
        await shown.until(said("agent", ASKED))
        await tab_to(shown, "keys")
        await press("Enter")
        assert await shown.overflow() == 0
        await press("5")
        await shown.until("watched.came.some(({event}) => event === '5')")
        await press("Escape")
        await shown.until("document.activeElement.id === 'keys'")
        await tab_to(shown, "hang-up")
        await press("Enter")
        await ended(shown)
        await shown.until("document.activeElement.id === 'outcome'")
        assert await shown.overflow() == 0
        assert await loudest(shown) > 0.02


async def test_a_token_is_asked_for_and_goes_with_everything(tmp_path: Path) -> None:
    async with serving(tmp_path / "out") as stage, browsing(tmp_path, locale="zh-CN") as shown:
        zh = told("zh")["words"]
        assert isinstance(zh, dict)
        await shown.page.goto(f"http://{stage.host}/")
        await shown.until("!document.getElementById('token-form').hidden")
        await shown.page.fill("#token", "a-token-that-is-not-known")
        await shown.page.keyboard.press("Enter")
        await shown.until("!document.getElementById('lobby-error').hidden")
        assert await shown.page.inner_text("#lobby-error") == zh["page.error.token"]
        await shown.page.fill("#token", TOKEN)
        await shown.page.keyboard.press("Enter")
        await shown.until(OPEN)
        shown.errors.clear()  # that the server refused, twice
        await shown.page.click("#type-instead")
        await shown.until(said("agent", "Northwind"))
        assert await shown.page.inner_text("#floor-words") == zh["floor.SYSTEM"]
        await shown.page.click("#language-en")
        await shown.until("document.getElementById('floor-words').innerText.includes('floor')")
        assert await shown.page.inner_text("#hang-up") == "Hang up"
        await shown.page.click("#hang-up")
        await ended(shown)
        async with shown.page.expect_download() as download:
            await shown.page.click("#files a")
        kept = await (await download.value).path()
        assert b"<html" in kept.read_bytes()
        assert TOKEN not in await shown.page.content()


async def test_a_line_that_is_taken_is_told_and_when_to_try_again(tmp_path: Path) -> None:
    async with (
        serving(tmp_path / "out", tokens=(), max_calls=1) as stage,
        browsing(tmp_path) as shown,
    ):
        await opened(shown, stage)
        async with stage.socket() as other:
            await other.recv()
            await shown.page.click("#type-instead")
            await shown.until("!document.getElementById('lobby-error').hidden")
            told = await shown.page.inner_text("#lobby-error")
            assert told == "All lines are taken. Try again in 5 seconds."
            assert await shown.page.is_disabled("#start")
        await stage.emptied()
        await shown.until("!document.getElementById('start').disabled")
        await shown.page.click("#type-instead")
        await shown.until(said("agent", POLICY.greeting))
        # The server goes away in mid-call.
        stage.server.stop()
        await shown.until("!document.getElementById('ending').hidden")
        assert await shown.page.inner_text("#outcome") == "Ended by an error"
