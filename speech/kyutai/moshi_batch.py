"""One Moshi stepped for many calls at once, each with its own state and its own chances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from speech.kyutai.moshi_model import MoshiModel
from speech.kyutai.tts_sampling import TOP_K_TEXT, SlotGen, draw, gumbel
from speech.protocols import Audio

FRAME = 1920
"""Samples of a step: 80 ms at 24 kHz."""

_SEED = 1
"""Of every slot's chances: the same call is answered the same."""


@dataclass(frozen=True, slots=True)
class Frame:
    """80 ms of what Moshi says, and the text token that goes with it."""

    audio: Audio
    token: int


class MoshiBatch:
    """A ``Batch`` of ``speech.slots`` over a model, which it takes for itself.

    The first steps of a slot give nothing: what is said lags ``max_delay`` steps behind.
    """

    def __init__(
        self, model: MoshiModel, slots: int, temperature: float, text_temperature: float
    ) -> None:
        self._mimi = model.mimi
        self._slots = slots
        self._text_temperature = text_temperature
        self._device = model.lm.device
        self._chances = [self._seeded() for _ in range(slots)]
        self._stepped: Sequence[int] = ()
        self._sounds = model.lm.dep_q
        self._audio = np.zeros((slots, 1, FRAME), np.float32)
        self._gen = SlotGen(
            model.lm, slots, temperature, {}, self._choose_text, _as_it_is, _as_it_is
        )
        with torch.no_grad():
            model.mimi.streaming_forever(slots)
            self._gen.streaming_forever(slots)
            # The first steps of a CUDA graph record it: no caller is to wait for that.
            for _ in range(3):
                self.step({})
        for slot in range(slots):
            self.reset(slot)

    @property
    def slots(self) -> int:
        """See ``Batch``."""
        return self._slots

    @torch.no_grad()
    def step(self, inputs: Mapping[int, Audio]) -> dict[int, Frame]:
        """One step: ``FRAME`` samples of each caller, and what Moshi says in that time."""
        self._stepped = tuple(inputs)
        self._audio.fill(0.0)
        for slot, audio in inputs.items():
            self._audio[slot, 0] = audio
            shape = (self._gen.noise.shape[1], self._gen.noise.shape[2])
            self._gen.noise[slot] = gumbel(shape, self._chances[slot])
        mask = self._mask(inputs)
        self._gen.set_exec_mask(mask)
        self._mimi.set_exec_mask(mask)
        sound = torch.from_numpy(self._audio).to(self._device)
        tokens = self._gen.step(self._mimi.encode(sound))
        assert tokens is not None
        text = tokens[:, 0, 0].tolist()
        ready = [slot for slot in inputs if text[slot] >= 0]
        if not ready:
            return {}
        # Slots without a token have -2 for codes; what is decoded of them is not kept.
        self._mimi.set_exec_mask(self._mask(ready))
        codes = tokens[:, 1 : self._sounds + 1].clamp(min=0)
        made = self._mimi.decode(codes).clamp(-1, 1)[:, 0].float().cpu().numpy()
        return {slot: Frame(np.array(made[slot], np.float32), text[slot]) for slot in ready}

    def reset(self, slot: int) -> None:
        """See ``Batch``."""
        mask = self._mask([slot])
        with torch.no_grad():
            self._gen.reset_streaming(mask)
            self._mimi.reset_streaming(mask)
        self._chances[slot] = self._seeded()

    def _seeded(self) -> torch.Generator:
        return torch.Generator(self._device).manual_seed(_SEED)

    def _mask(self, slots: Sequence[int] | Mapping[int, Audio]) -> torch.Tensor:
        mask = torch.zeros(self._slots, dtype=torch.bool)
        mask[list(slots)] = True
        return mask.to(self._device)

    def _choose_text(self, logits: torch.Tensor) -> None:
        """Sample the text token of each slot, [B, 1, 1, card], and leave it the only one."""
        rows = logits[:, 0, 0]
        chosen = rows.argmax(-1)
        for slot in self._stepped:
            row = rows[slot : slot + 1].float()
            noise = gumbel((1, row.shape[1]), self._chances[slot])
            chosen[slot] = draw(row, noise, self._text_temperature, TOP_K_TEXT)[0]
        rows.fill_(-torch.inf)
        rows.scatter_(1, chosen[:, None], 0.0)


def _as_it_is(tokens: torch.Tensor) -> None:
    """What was drawn is what the model goes on from."""
