"""A conversation: one frame of the caller's audio in, one frame of the agent's out.

The audio is the clock. Input is cut into ticks of 10 ms; whatever the size of the frames, each
tick is heard, decided upon and answered in the same order. The agent's audio is made one tick
ahead, so that a frame's answer never has to wait for a tick that the frame did not complete.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from agent import files
from agent.advising import DEFAULT_ADVICE_S, Adviser
from agent.call import Call
from agent.clock import Clock
from agent.figures import measure
from agent.listening import ear_terms, voice_terms
from agent.opening import Opening, Options, loaded, prepare
from agent.overhearing import DEFAULT_LISTENING_S, Listener
from agent.recording import Recording, read_recording
from agent.records import EchoMeasured, Outcome, Record
from agent.remembering import UNKNOWN, Recalled, recalled
from agent.result import sum_up
from agent.think_time import DEFAULT_THINK_S, ThinkTime, charged
from agent.tidying import DECIMALS
from agent.trouble import log_failure
from agent.unfinished import finished
from policies.policy import Policy
from speech.microphone import Microphone, open_microphone
from speech.playback.mouth import AudioMouth
from speech.profiles import open_ears, open_voice
from speech.protocols import SAMPLE_RATE, Audio, Ears
from speech.trouble import log_trouble
from system1.percepts import CallerLeft, HeardLess, Silenced, SoundEvent, TurnGiven, Typed
from system2.memory.extraction import Extractor
from system2.memory.store import LongTermMemory
from system2.tools.answers import Toolbox

TICK_SAMPLES = SAMPLE_RATE // 100
DEFAULT_PROFILE = "embedded"

_ByHand: TypeAlias = CallerLeft | SoundEvent | Typed | TurnGiven | Silenced | HeardLess
"""What reaches a call beside its sound."""


class Conversation:
    """A call at audio fidelity. Make one with ``open``."""

    sample_rate = SAMPLE_RATE

    def __init__(
        self,
        opening: Opening,
        ears: Ears,
        mouth: AudioMouth,
        line: Microphone | None = None,
    ) -> None:
        self.policy = opening.policy
        self._ears = ears
        self._mouth = mouth
        self._call = Call(
            opening.policy,
            opening.thinking,
            mouth,
            self._ears.expect,
            opening.journal,
            advising=opening.advising,
            errands=opening.errands,
            remembering=opening.remembering,
            overhearing=opening.overhearing,
        )
        self._recording = (
            Recording(opening.folder / files.RECORDING, opening.keep)
            if opening.folder is not None
            else None
        )
        self._received = 0
        self._ticks = 0
        self._line = line
        self._played = np.zeros(TICK_SAMPLES, np.float32)
        self._heard = np.zeros(0, np.float32)
        self._ready = np.zeros(TICK_SAMPLES, np.float32)
        self._pending: list[_ByHand] = []
        self._hold = opening.hold
        self._folder = opening.folder
        self._voice = opening.voice
        self._duplex = opening.duplex
        self._opened = opening.opened
        self._known: Recalled = UNKNOWN
        self._begun = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        policy: str | Path | Policy,
        *,
        speech: str | None = None,
        model: str | None = None,
        caller_id: str | None = None,
        out: str | Path | None = None,
        clock: Clock = "virtual",
        think: float | ThinkTime = DEFAULT_THINK_S,
        scenario: str | None = None,
        today: date | None = None,
        adviser: Adviser | None = None,
        advice: float = DEFAULT_ADVICE_S,
        tools: Toolbox | None = None,
        starts: datetime | None = None,
        extra_words: tuple[str, ...] = (),
        report: bool = True,
        memory: LongTermMemory | None = None,
        extractor: Extractor | None = None,
        listener: Listener | None = None,
        listening: float = DEFAULT_LISTENING_S,
        channel: str | None = None,
    ) -> AsyncIterator[Conversation]:
        """Open a call; leaving the context ends it as if the caller had hung up.

        ``policy``: a shipped name, a path or a ``Policy``. ``speech``: a profile, else the
        policy's, else ``embedded``. ``caller_id``: whom long-term memory knows the caller as;
        without one nothing is recalled or kept.
        ``out``: a folder for ``call.wav`` and ``events.jsonl``, written while the call goes on,
        and, unless ``report`` is False, for ``result.json`` and ``report.html`` at its end.
        ``clock``: ``virtual`` waits for the mind and charges ``think`` (s, or a model's speed) to
        each thought;
        ``live`` never waits. ``today``: what "tomorrow" is counted from. ``starts``: local date and
        time of the call's start, which the policy's hours are held against; noon in a virtual call
        where it is not given. ``extra_words``: phrases that the ears may recognise beside the
        policy's. ``adviser``: asked in place of the server that a policy with an adviser names;
        ``advice``: seconds charged to its answers in virtual time. ``tools``: where the policy's
        tools are used, in place of what they go to. ``memory``: kept in place of the store that the
        policy names, and left open; ``extractor``: learns from the call once it is over, beside the
        rules. ``listener``: hears the caller in place of the model that the policy names;
        ``listening``: seconds charged to its answers in virtual time. ``channel``: what carries the
        call, for whoever may have to finish it in place of this process (``agent.recovery``).

        Raises ``DocumentError``, ``SpeechError``, ``ModelError`` or ``OSError``, each with one
        clear line.
        """
        chosen = loaded(policy)
        profile = speech or chosen.speech or DEFAULT_PROFILE
        # Ears and voice first: they refuse what they cannot do before a file is touched.
        live = clock == "live"
        line = open_microphone(chosen.line)
        hears, says = ear_terms(chosen, live, extra_words), voice_terms(chosen, live)
        if live:
            # It takes several frames, and there may be other calls.
            ears = await asyncio.to_thread(open_ears, profile, hears)
            voice = await asyncio.to_thread(open_voice, profile, says)
        else:
            ears, voice = open_ears(profile, hears), open_voice(profile, says)
        options = Options(
            model=model,
            out=out,
            clock=clock,
            think=charged(think),
            scenario=scenario,
            today=today,
            starts=starts,
            adviser=adviser,
            advice=advice,
            tools=tools,
            caller_id=caller_id,
            memory=memory,
            extractor=extractor,
            listener=listener,
            listening=listening,
            channel=channel,
        )
        opening = prepare(chosen, profile, options)
        mouth = AudioMouth(voice if opening.duplex is None else opening.duplex.voice(voice))
        conversation = cls(opening, ears, mouth, line)
        began = time.perf_counter()  # wall seconds are for result.json alone
        try:
            conversation._known = await recalled(opening.remembering)
            yield conversation
        except BaseException as error:
            conversation._call.fail()
            log_failure(error)
            raise
        finally:
            await conversation._close()
        if report and opening.folder is not None:
            conversation._report(opening.folder, time.perf_counter() - began)

    @property
    def now(self) -> float:
        """Seconds of the caller's audio received."""
        return self._received / SAMPLE_RATE

    @property
    def journal(self) -> list[Record]:
        """The records of ``events.jsonl`` so far."""
        return self._call.journal.records

    @property
    def ended(self) -> Outcome | None:
        """How the call ended; None while it goes on."""
        return self._call.ended

    def subscribe(self, listener: Callable[[Record], None]) -> None:
        """Call ``listener`` with each record as it is written."""
        self._call.journal.subscribe(listener)

    def press_by(self, press: Callable[[str], None]) -> None:
        """Have the keys that the agent presses sent by ``press``, in place of sounding them."""
        self._call.press = press

    def caller_hangs_up(self) -> None:
        """The caller hangs up; takes effect at the next step."""
        self._pending.append(CallerLeft(self.now))

    def stop(self, outcome: Literal["time_out", "error"]) -> None:
        """Whoever carries the call ends it now; nothing happens to one that has ended."""
        self._call.stop(outcome)

    def caller_dtmf(self, digit: str) -> None:
        """The caller pressed a key; takes effect at the next step."""
        self._pending.append(SoundEvent(self.now, "dtmf", digit))

    def caller_types(self, text: str) -> None:
        """The caller wrote this, as a turn of its own; takes effect at the next step."""
        self._pending.append(Typed(self.now, text))

    def caller_gives_turn(self) -> None:
        """The caller's turn is over, as a key says; takes effect at the next step."""
        self._pending.append(TurnGiven(self.now))

    def caller_silences(self) -> None:
        """The caller wants to hear no more of this utterance; takes effect at the next step."""
        self._pending.append(Silenced(self.now))

    def caller_heard(self, utterance: int, chars: int) -> None:
        """Of an utterance that was played the caller heard so much; takes effect at the next
        step."""
        self._pending.append(HeardLess(self.now, utterance, chars))

    async def step(self, frame: Audio) -> Audio:
        """A frame of the caller's audio in, the agent's for the same time out.

        float32 mono in [-1, 1] of any length n > 0 at ``sample_rate``; n samples come back.
        After the end of the call the answer is silence.
        """
        caller = np.asarray(frame, dtype=np.float32)
        if caller.ndim != 1 or caller.size == 0:
            raise ValueError(f"a frame is mono and not empty, got shape {caller.shape}")
        if not self._begun:
            self._begun = True
            if self._duplex is not None:
                self._duplex.begin()
            self._call.begin(self._opened, self._known)
        # In virtual time nothing else here waits; without this nobody could interrupt a call.
        await asyncio.sleep(0)
        self._received += caller.size
        self._heard = np.concatenate((self._heard, caller))
        parts = [self._ready]
        while self._heard.size >= TICK_SAMPLES:
            block, self._heard = self._heard[:TICK_SAMPLES], self._heard[TICK_SAMPLES:]
            parts.append(await self._tick(block))
        ready = np.concatenate(parts)
        answer, self._ready = ready[: caller.size], ready[caller.size :]
        if self._recording is not None:
            self._recording.add(caller, answer)
        return answer

    async def _tick(self, block: Audio) -> Audio:
        self._ticks += 1
        at = self._ticks * TICK_SAMPLES / SAMPLE_RATE
        if self._call.ended is not None:
            return np.zeros(TICK_SAMPLES, np.float32)
        if self._line is not None:
            block = self._line.near(block, self._played)
        if self._voice is not None:
            self._voice.add(block)
        if self._duplex is not None:
            self._duplex.hear(block)
        # What was due before this block became known happens first.
        await self._call.advance(at)
        for percept in self._ears.hear(block, at):
            self._call.perceive(percept)
        later: list[_ByHand] = []
        for pending in self._pending:
            if isinstance(pending, HeardLess) and pending.utterance in self._call.under_way:
                later.append(pending)  # it says how an utterance ended, which it has not yet
            else:
                self._call.perceive(replace(pending, at=at))
        self._pending = later
        await self._call.advance(at)
        if self._call.ended is not None:
            return np.zeros(TICK_SAMPLES, np.float32)
        audio, played = self._mouth.play(TICK_SAMPLES, at)
        self._ears.played(audio)
        self._played = audio
        for percept in played:
            self._call.perceive(percept)
        return audio

    def _report(self, folder: Path, wall_s: float) -> None:
        if not self._begun:
            return
        caller, agent = read_recording(folder / files.RECORDING)
        figures = measure(self.journal, caller, agent)
        result = sum_up(self.journal, figures, fidelity="audio", wall_s=wall_s)
        files.write_outcome(folder, result, self.journal, caller, agent, policy=self.policy)

    async def _close(self) -> None:
        if self._line is not None and (loss_db := self._line.echo_loss_db) is not None:
            self._call.journal.write(EchoMeasured(round(self.now, DECIMALS), loss_db))
        if self._mouth.underruns:
            log_trouble(
                "speech.underruns", count=self._mouth.underruns, seconds=self._mouth.underrun_s
            )
        try:
            await self._call.close()
            self._let_go()
        finally:
            self._ears.close()
            if self._recording is not None:
                self._recording.close()
            if self._hold is not None:
                self._hold.close()

    def _let_go(self) -> None:
        """The call was remembered; of one that never began nothing is left to do."""
        if self._hold is None:
            return
        self._hold.forget_caller()
        if not self._begun and self._folder is not None:
            finished(self._folder)
