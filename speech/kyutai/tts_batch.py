"""Kyutai TTS for many utterances at once: each has a slot of one batch, in step with none.

The model writes two streams, text and audio. At each step it says whether a new word begins or
the last one goes on; a new word is taken from those that were given, and the audio follows 16
steps (1.28 s) later. It also reads the word after next, so it is stepped only while enough words
are there, or the text has ended; what has not come is never made up for with silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from speech.kyutai.tts_sampling import TOP_K_TEXT, SlotGen, draw, gumbel
from speech.kyutai.tts_words import SpokenWord
from speech.protocols import Audio

if TYPE_CHECKING:
    from moshi.conditioners.base import ConditionTensors
    from moshi.models.tts import State, TTSModel
    from moshi.modules.transformer import StreamingMultiheadAttention, _MHAState

FRAME = 1920
"""Samples of a step: 80 ms at 24 kHz."""

LEAD_IN_STEPS = 6
"""Steps before any audio that a slot does at once: without audio a step costs a fraction, but who
is speaking waits for them, and has half a second of audio ahead to do so."""

_SKIPPED = 2
"""Frames at the beginning that moshi's own generator throws away: they click, and the first word
cannot begin earlier."""

_PADDING = 1
"""Steps at least between words, by which moshi's own generator makes them clearer."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How an utterance is spoken. ``voice``: [1, time, dim], see ``Voices.embedding``."""

    voice: torch.Tensor
    seed: int


@dataclass(frozen=True, slots=True)
class Feed:
    """One step's worth of input: words that came in, whether the text has ended now.

    The first of an utterance has its ``opening``.
    """

    words: tuple[SpokenWord, ...] = ()
    ended: bool = False
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What came of a step: ``FRAME`` samples, or none yet.

    ``begun``: words that begin at these samples of the utterance. ``lacking``: it cannot go on
    without more words. ``over``: all has been said.
    """

    audio: Audio | None
    begun: tuple[tuple[SpokenWord, int], ...]
    lacking: bool
    over: bool


@dataclass(slots=True)
class _Utterance:
    state: State
    generator: torch.Generator
    words: deque[SpokenWord] = field(default_factory=deque)
    """Those given and not begun."""
    offset: int = 0
    ended: bool = False
    told: int = 0
    first: bool = True


class TtsBatch:
    """A ``Batch`` of ``speech.slots`` over a model, which it takes for itself.

    ``conditions``: of a voice in every slot.
    """

    def __init__(self, model: TTSModel, slots: int, conditions: ConditionTensors) -> None:
        self._model = model
        self._slots = slots
        lm = model.lm
        # Codebooks that are not asked for are neither generated nor decoded.
        lm.dep_q = model.n_q
        self._delays = torch.tensor(lm.delays[1 : lm.dep_q + 1], device=lm.device)
        self._machine = model.machine
        self._utterances: dict[int, _Utterance] = {}
        self._stepped: Sequence[int] = ()
        self._gen = SlotGen(
            lm,
            slots,
            model.temp,
            conditions,
            self._choose_text,
            self._follow_text,
            self._silence_lead_in,
        )
        zero = self._machine.token_ids.zero
        missing = lm.n_q - lm.dep_q
        self._others = torch.full((slots, missing, 1), zero, device=lm.device)
        self._no_audio = torch.full((slots, lm.dep_q, 1), zero, device=lm.device)
        self._gen.streaming_forever(slots)
        model.mimi.streaming_forever(slots)
        # The first step makes what the voices are written into.
        with torch.no_grad():
            self._gen.step(self._others, depformer_replace_tokens=self._no_audio)
        self._gen.reset_streaming()

    @property
    def slots(self) -> int:
        """Utterances at a time."""
        return self._slots

    def reset(self, slot: int) -> None:
        """See ``Batch``."""
        mask = self._mask([slot])
        self._gen.reset_streaming(mask)
        self._model.mimi.reset_streaming(mask)
        self._utterances.pop(slot, None)

    @torch.no_grad()
    def step(self, inputs: Mapping[int, Feed]) -> Mapping[int, Frame]:
        """One step of audio for each slot that has words enough, or a few without, at its start."""
        for slot, feed in inputs.items():
            self._feed(slot, feed)
        for _ in range(LEAD_IN_STEPS):
            leading = [slot for slot in inputs if self._can_step(slot) and self._silent(slot)]
            if not leading:
                break
            self._run(leading, silent=True)
        sounding = [s for s in inputs if self._can_step(s) and not self._silent(s)]
        audio = self._run(sounding, silent=False) if sounding else {}
        return {slot: self._frame(slot, audio.get(slot)) for slot in inputs}

    def _feed(self, slot: int, feed: Feed) -> None:
        if feed.opening is not None:
            device = self._model.lm.device
            generator = torch.Generator(device).manual_seed(feed.opening.seed)
            self._utterances[slot] = _Utterance(self._machine.new_state([]), generator)
            self._set_voice(slot, feed.opening.voice)
        utterance = self._utterances[slot]
        for word in feed.words:
            self._add_word(utterance, word)
        utterance.ended = utterance.ended or feed.ended

    def _add_word(self, utterance: _Utterance, word: SpokenWord) -> None:
        from moshi.models.tts import Entry

        ids = self._machine.token_ids
        special = {ids.new_word, ids.pad, ids.main, ids.other}
        tokens = [t for t in self._model.tokenizer.encode(word.reads) if t not in special]
        if not self._model.tokenizer.decode(tokens).strip():
            return  # nothing of it can be read: an emoji, another script
        if utterance.first and self._model.multi_speaker:
            tokens.insert(0, ids.main)
        utterance.first = False
        padding = _PADDING + len(tokens) - 1
        utterance.state.entries.append(Entry(tokens, word.reads, padding))
        utterance.words.append(word)

    def _set_voice(self, slot: int, voice: torch.Tensor) -> None:
        for layer in self._model.lm.transformer.layers:
            attention = cast("StreamingMultiheadAttention", layer.cross_attention)
            keys, values = attention._compute_cross_attention(voice, voice)
            state = cast("_MHAState", attention._streaming_state)
            assert state.k_cross is not None
            assert state.v_cross is not None
            state.k_cross[slot], state.v_cross[slot] = keys[0], values[0]

    def _can_step(self, slot: int) -> bool:
        utterance = self._utterances[slot]
        if self._over(utterance):
            return False
        ahead = self._machine.second_stream_ahead
        return utterance.ended or len(utterance.state.entries) > ahead

    def _over(self, utterance: _Utterance) -> bool:
        end = utterance.state.end_step
        model = self._model
        return end is not None and utterance.offset >= end + model.delay_steps + model.final_padding

    def _silent(self, slot: int) -> bool:
        return self._utterances[slot].offset < self._model.delay_steps

    def _run(self, slots: Sequence[int], silent: bool) -> dict[int, Audio]:
        self._stepped = slots
        if not silent:
            for slot in slots:
                shape = (self._gen.noise.shape[1], self._gen.noise.shape[2])
                self._gen.noise[slot] = gumbel(shape, self._utterances[slot].generator)
        self._gen.set_exec_mask(self._mask(slots))
        tokens = self._gen.step(
            self._others, depformer_replace_tokens=self._no_audio if silent else None
        )
        for slot in slots:
            self._utterances[slot].offset += 1
        if silent or tokens is None:
            return {}
        begins = self._gen.max_delay + self._model.delay_steps
        decoded = [slot for slot in slots if self._utterances[slot].offset > begins]
        if not decoded:
            return {}
        mimi = self._model.mimi
        mimi.set_exec_mask(self._mask(decoded))
        # Slots that stand still have -2 for tokens; what is decoded of them is not kept.
        made = mimi.decode(tokens[:, 1:].clamp(min=0)).clamp(-1, 1)[:, 0].float().cpu().numpy()
        kept = [s for s in decoded if self._utterances[s].offset > begins + _SKIPPED]
        return {slot: np.array(made[slot], np.float32) for slot in kept}

    def _frame(self, slot: int, audio: Audio | None) -> Frame:
        utterance = self._utterances[slot]
        transcript = utterance.state.transcript
        begun = tuple(
            (utterance.words.popleft(), max(step - _SKIPPED, 0) * FRAME)
            for _, step in transcript[utterance.told :]
        )
        utterance.told = len(transcript)
        over = self._over(utterance)
        return Frame(audio, begun, not over and not self._can_step(slot), over)

    def _mask(self, slots: Sequence[int]) -> torch.Tensor:
        mask = torch.zeros(self._slots, dtype=torch.bool)
        mask[list(slots)] = True
        return mask.to(self._model.lm.device)

    def _choose_text(self, logits: torch.Tensor) -> None:
        """Sample the text token of each slot: [B, 1, 1, card]."""
        pad = self._machine.token_ids.pad
        rows = logits[:, 0, 0]
        chosen = torch.full((self._slots,), pad, device=logits.device)
        for slot in self._stepped:
            row = rows[slot : slot + 1].float()
            row[:, pad] += self._model.padding_bonus
            noise = gumbel((1, row.shape[1]), self._utterances[slot].generator)
            chosen[slot] = draw(row, noise, self._gen.temp_text, TOP_K_TEXT)[0]
        rows.fill_(-torch.inf)
        rows.scatter_(1, chosen[:, None], 0.0)

    def _follow_text(self, tokens: torch.Tensor) -> None:
        """What the model reads next in place of the text that it has sampled: [B]."""
        sampled = tokens.tolist()
        for slot in self._stepped:
            utterance = self._utterances[slot]
            found, _ = self._machine.process(utterance.offset, utterance.state, sampled[slot])
            tokens[slot] = found

    def _silence_lead_in(self, tokens: torch.Tensor) -> None:
        """No audio before its time: [B, dep_q]."""
        offsets = torch.zeros(self._slots, dtype=torch.long)
        for slot in self._stepped:
            offsets[slot] = self._utterances[slot].offset
        early = offsets.to(tokens.device)[:, None] < self._delays + self._model.delay_steps
        tokens[early] = self._machine.token_ids.zero
