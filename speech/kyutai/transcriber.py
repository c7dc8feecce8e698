"""A call's words and pauses from Kyutai's model: frames in, percepts out, and the flush between.

The model writes a word half a second after it was said. So that the last words of a turn need not
wait, silence is pushed through the model as soon as the caller is quiet (Kyutai's flush trick); if
the caller goes on, the audio follows the silence and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from speech.kyutai.guards import PauseGuard
from speech.kyutai.stt_batch import FRAME, Frame, Source, Step
from speech.kyutai.stt_model import HORIZONS_S
from speech.kyutai.words import WordReader, Written, lengths
from speech.protocols import SAMPLE_RATE, Sound
from speech.slots import Slot
from speech.terms import KyutaiStt
from system1.percepts import EndOfTurn, Heard, Word
from system1.questions import Question

_LONG_WORD = 12
"""Frames that a flush goes on for, at most, while a word is still being written."""

_BEFORE_ONSET_S = 0.3
"""Words are timed in steps of 80 ms: one that seems to begin so little before its stretch begins
with it. Unit: s."""

_TWO_S = HORIZONS_S.index(2.0)


class KyutaiTranscriber:
    """``Transcriber`` for one call, in one slot of the model."""

    def __init__(
        self,
        slot: Slot[Frame, Step],
        reader: WordReader,
        settings: KyutaiStt,
        *,
        prefix_frames: int,
        flush_frames: int,
    ) -> None:
        self._slot = slot
        self._reader = reader
        self._settings = settings
        self._guard = PauseGuard(settings)
        self._prefix_frames = prefix_frames
        self._flush_frames = flush_frames
        self._pending = np.zeros(0, np.float32)
        self._sent_to: float | None = None
        self._stretch = -1
        self._open = False
        self._onset: float | None = None
        self._words: list[Written] = []
        self._told = (0, "")
        self._quiet: float | None = None
        self._flushed_for: float | None = None
        self._flushing = False
        self._flushed_at = 0.0
        self._extra = 0
        self._fresh_words = False

    def expect(self, question: Question | None) -> None:
        """Digits and spelling make the pause heads jump: they are not believed then."""
        self._guard.expect(question)

    def close(self) -> None:
        """Leave the slot to another call."""
        self._slot.leave()

    def step(self, sound: Sound) -> Sequence[Heard | EndOfTurn]:
        """32 ms more."""
        percepts: list[Heard | EndOfTurn] = []
        self._quiet = sound.quiet_since
        if sound.onset is not None and sound.onset != self._onset:
            percepts += self._begins(sound)
        self._onset = sound.onset
        self._send(sound)
        self._take(sound, percepts)
        if self._is_time_to_flush(sound):
            self._flush()
            self._take(sound, percepts)
        return percepts

    def _begins(self, sound: Sound) -> list[Heard | EndOfTurn]:
        """Speech: said before there are words, so that nobody takes their delay for their lack."""
        self._guard.begins()
        if self._open:
            return []
        self._opens()
        return [Heard(sound.at, self._stretch, (), final=False)]

    def _opens(self) -> None:
        self._stretch += 1
        self._open = True
        self._words = []
        self._told = (0, "")

    def _send(self, sound: Sound) -> None:
        if self._sent_to is None:
            self._sent_to = sound.wide_ends - len(sound.wide) / SAMPLE_RATE
            for _ in range(self._prefix_frames):
                silence = Frame(None, self._sent_to, self._sent_to, Source.PREFIX)
                self._slot.put(silence, urgent=True)
        self._pending = np.concatenate((self._pending, sound.wide))
        while len(self._pending) >= FRAME:
            ends = sound.wide_ends - (len(self._pending) - FRAME) / SAMPLE_RATE
            frame = Frame(self._pending[:FRAME].copy(), self._sent_to, ends, Source.CALL)
            self._slot.put(frame)
            self._sent_to = ends
            self._pending = self._pending[FRAME:].copy()

    def _is_time_to_flush(self, sound: Sound) -> bool:
        after, quiet = self._settings.flush_after, sound.quiet_since
        return (
            after is not None
            and self._open
            and quiet is not None
            and quiet != self._flushed_for
            and sound.wide_ends - quiet >= after
        )

    def _flush(self) -> None:
        """The audio that is still no whole frame stays behind: it is part of the quiet."""
        self._flushed_for = self._quiet
        self._extra = 0
        self._fresh_words = False
        self._silence(self._flush_frames)

    def _silence(self, count: int) -> None:
        assert self._sent_to is not None
        self._flushing, self._flushed_at = True, self._sent_to
        for left in reversed(range(count)):
            source = Source.FLUSH if left else Source.LAST
            self._slot.put(Frame(None, self._sent_to, self._sent_to, source), urgent=True)

    def _take(self, sound: Sound, percepts: list[Heard | EndOfTurn]) -> None:
        steps = self._slot.take()
        while steps:
            for step in steps:
                self._step(step, sound, percepts)
            # A flush may have gone on for a word that is long in writing.
            steps = self._slot.take()
        self._tell(sound, percepts)

    def _step(self, step: Step, sound: Sound, percepts: list[Heard | EndOfTurn]) -> None:
        word = self._reader.read(step)
        if word is not None:
            self._add(word)
        source = step.frame.source
        if source is Source.CALL:
            self._guard.step()
            if step.frame.begins >= self._flushed_at:
                # So it is over, even if a slow model has dropped its end.
                self._flushing = False
        if source is Source.LAST:
            if self._reader.amid_word and self._extra < _LONG_WORD:
                self._extra += 1
                self._silence(1)
                return
            self._flushing = self._fresh_words = False
        if source is Source.PREFIX or source is Source.FLUSH:
            return
        # The words first: a report counts for the words before it.
        self._tell(sound, percepts)
        if step.pauses and self._guard.allows():
            percepts.append(EndOfTurn(sound.at, _horizons(step.pauses)))
            limit = self._settings.flush_pause
            noisy = self._onset is not None and self._fresh_words and not self._flushing
            if limit is not None and noisy and step.pauses[_TWO_S] > limit:
                self._flush()

    def _add(self, written: Written) -> None:
        if not self._open:
            # Too soft for voice activity, or written after its stretch was thought over.
            self._opens()
        self._words.append(self._placed(written))
        self._guard.word(written.text)
        self._fresh_words = True

    def _placed(self, written: Written) -> Written:
        """Not before its stretch begins, nor before the word before."""
        begins, onset = written.begins, self._onset
        if onset is not None and onset - _BEFORE_ONSET_S <= begins < onset:
            begins = round(onset, 3)
        if self._words:
            begins = max(begins, self._words[-1].begins)
        return replace(written, begins=begins)

    def _tell(self, sound: Sound, percepts: list[Heard | EndOfTurn]) -> None:
        if not self._open:
            return
        over = self._is_over()
        # A word's first piece is known a frame before its last, which tells that it is complete.
        under_way = self._reader.under_way
        state = (len(self._words), under_way.text if under_way is not None else "")
        if not over and self._told == state:
            return
        self._told = state
        percepts.append(self._heard(sound.at, over, under_way))
        self._open = not over

    def _is_over(self) -> bool:
        """The caller is quiet, and everything that was said before is written."""
        if self._onset is not None or self._flushing or self._reader.amid_word:
            return False
        last = self._words[-1] if self._words else None
        quiet = self._quiet
        if quiet is None or (last is not None and last.begins > quiet):
            quiet = last.longest if last is not None else None
        return quiet is not None and self._reader.heard_to >= quiet

    def _heard(self, at: float, final: bool, under_way: Written | None) -> Heard:
        written = [*self._words, *([] if under_way is None else [self._placed(under_way)])]
        if not written:
            return Heard(at, self._stretch, (), final, 0.0)
        quiet = self._quiet
        spans = lengths(written, self._reader.heard_to if quiet is None else quiet)
        words = tuple(
            Word(one.text, begins, ends, stable=index < len(self._words))
            for index, (one, (begins, ends)) in enumerate(zip(written, spans, strict=True))
        )
        sure = sum(one.sure for one in written) / len(written)
        return Heard(at, self._stretch, words, final, round(sure, 2))


def _horizons(pauses: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (horizon_s, round(pause, 4)) for horizon_s, pause in zip(HORIZONS_S, pauses, strict=False)
    )
