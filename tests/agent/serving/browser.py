"""Chromium with a WAV as its microphone, and what its page's sound worklets say."""

from __future__ import annotations

import asyncio
import shutil
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from agent.conversation import Conversation
from speech.protocols import SAMPLE_RATE, Audio
from tests.agent.serving.stage import POLICY, pcm
from tests.agent.telephony.caller import speech

if TYPE_CHECKING:
    from playwright.async_api import Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
)

WATCH = """
window.watched = {capture: [], playback: [], violations: []};
addEventListener("securitypolicyviolation", ({blockedURI, violatedDirective}) =>
  watched.violations.push(`${violatedDirective} ${blockedURI}`));
window.AudioWorkletNode = class extends AudioWorkletNode {
  constructor(context, name, options) {
    super(context, name, options);
    watched.context = context;
    this.port.addEventListener("message", ({data: {pcm, ...told}}) => watched[name].push(told));
  }
};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    watched.sent = [];
    watched.came = [];
    this.addEventListener("message", ({data}) => {
      if (!data.includes("output_audio.delta")) watched.came.push(
        {...JSON.parse(data), came_at: watched.context.currentTime});
    });
  }
  send(data) {
    if (!data.includes("input_audio_buffer.append")) watched.sent.push(JSON.parse(data));
    super.send(data);
  }
};
"""
"""What the page's own code does is seen from outside; nothing in it knows of that."""


@dataclass
class Shown:
    """A page, and what went wrong in it."""

    page: Page
    errors: list[str] = field(default_factory=list)

    async def watched(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.page.evaluate(f"watched.{what}")
        return found

    async def until(self, expression: str, timeout_s: float = 40.0) -> None:
        # Playwright's own way of waiting is an eval, which the page's policy forbids.
        try:
            async with asyncio.timeout(timeout_s):
                while not await self.page.evaluate(expression):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            shows = await self.page.inner_text("body")
            raise AssertionError(f"never: {expression}\n{self.errors}\n{shows}") from None

    async def overflow(self) -> int:
        """How many px the page is wider than its window."""
        found: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return found


def microphone(path: Path, said: Sequence[tuple[float, str]], seconds: float) -> Path:
    """A WAV in which this is said at these times, over a little noise."""
    noise = np.random.default_rng(1).standard_normal(round(seconds * SAMPLE_RATE))
    sound: Audio = (1e-3 * noise).astype(np.float32)
    for at, text in said:
        words = speech(text)
        first = round(at * SAMPLE_RATE)
        sound[first : first + len(words)] += 0.5 * words
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm(np.clip(sound, -1, 1)))
    return path


async def rehearsed() -> None:
    """What is read once has been read, as when a server listens: the WAV begins when a call is
    asked for, and is not to run away from it."""
    async with Conversation.open(POLICY, clock="live"):
        pass


@asynccontextmanager
async def browsing(
    folder: Path, sound: Path | None = None, allowed: bool = True, **options: Any
) -> AsyncIterator[Shown]:
    """A browser without a page. ``sound``: from its microphone, once; ``allowed``: whether pages
    may have that."""
    playwright = pytest.importorskip("playwright.async_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is missing; `make test` installs it")
    flags = [
        *FLAGS,
        *(["--use-fake-ui-for-media-stream"] if allowed else ["--deny-permission-prompts"]),
    ]
    if sound is not None:
        flags.append(f"--use-file-for-fake-audio-capture={sound}%noloop")
    async with playwright.async_playwright() as driver:
        context = await driver.chromium.launch_persistent_context(
            folder / "profile", executable_path=chromium, headless=True, args=flags, **options
        )
        try:
            page = context.pages[0]
            await page.add_init_script(WATCH)
            shown = Shown(page)
            page.on("pageerror", lambda error: shown.errors.append(str(error)))
            page.on(
                "console",
                lambda told: shown.errors.append(told.text) if told.type == "error" else None,
            )
            yield shown
        finally:
            await context.close()
