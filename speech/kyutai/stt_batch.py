"""One Kyutai STT stepped for many calls at once, each with its own state."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from speech.kyutai.stt_model import SttModel
from speech.protocols import Audio

if TYPE_CHECKING:
    import torch

FRAME = 1920
"""Samples of a step."""


class Source(Enum):
    """Where a frame comes from."""

    PREFIX = "prefix"
    """Silence before the call."""
    CALL = "call"
    """The caller's audio."""
    FLUSH = "flush"
    """Silence that is not the caller's, to bring the last words out early."""
    LAST = "last"
    """The last frame of a flush."""


@dataclass(frozen=True, slots=True)
class Frame:
    """80 ms for the model. ``begins``, ``ends``: of the call's audio, in s on its clock; a silent
    frame that is none of the call's lasts no time. ``audio`` is None for silence."""

    audio: Audio | None
    begins: float
    ends: float
    source: Source


@dataclass(frozen=True, slots=True)
class Step:
    """What the model has written for a frame.

    ``token``: of the text; ``sure``: its probability; ``pauses``: the probability of each horizon
    that no word will be written within it, empty without pause heads.
    """

    frame: Frame
    token: int
    sure: float
    pauses: tuple[float, ...]


class SttBatch:
    """``speech.slots.Batch`` over moshi's streaming modules."""

    def __init__(self, model: SttModel, slots: int) -> None:
        import torch
        from moshi.models.lm import LMGen

        self._slots = slots
        self._model = model
        self._logits: torch.Tensor | None = None
        # Out of sync: slots begin at different times, and a reset must not make all of them wait.
        self._lm = LMGen(
            model.lm,
            use_sampling=False,
            temp=0.0,
            temp_text=0.0,
            condition_tensors={},
            support_out_of_sync=True,
            on_text_logits_hook=self._keep_logits,
        )
        self._audio = np.zeros((slots, 1, FRAME), np.float32)
        with torch.no_grad(), self._on_device():
            model.mimi.streaming_forever(slots)
            self._lm.streaming_forever(slots)
            # The first steps of a CUDA graph record it: no caller is to wait for that.
            for _ in range(3):
                self.step({})
            everybody = torch.ones(slots, dtype=torch.bool)
            self._lm.reset_streaming(everybody)
            model.mimi.reset_streaming(everybody)

    @property
    def slots(self) -> int:
        """As ``Batch`` says."""
        return self._slots

    def step(self, inputs: Mapping[int, Frame]) -> dict[int, Step]:
        """As ``Batch`` says."""
        import torch

        mask = torch.zeros(self._slots, dtype=torch.bool)
        self._audio.fill(0.0)
        for slot, frame in inputs.items():
            mask[slot] = True
            if frame.audio is not None:
                self._audio[slot, 0] = frame.audio
        with torch.no_grad(), self._on_device():
            self._lm.set_exec_mask(mask)
            self._model.mimi.set_exec_mask(mask)
            sound = torch.from_numpy(self._audio).to(self._model.device)
            found = self._lm.step_with_extra_heads(self._model.mimi.encode(sound))
            assert found is not None
            table = self._table(*found)
        heads = self._model.heads
        return {
            slot: Step(
                frame, int(table[slot][0]), table[slot][1], tuple(table[slot][2 : 2 + heads])
            )
            for slot, frame in inputs.items()
        }

    def reset(self, slot: int) -> None:
        """As ``Batch`` says."""
        import torch

        mask = torch.zeros(self._slots, dtype=torch.bool)
        mask[slot] = True
        with torch.no_grad(), self._on_device():
            self._lm.reset_streaming(mask)
            self._model.mimi.reset_streaming(mask)

    def state_bytes(self) -> int:
        """How many bytes the states of all slots take."""
        seen: dict[int, int] = {}
        for states in (self._lm, self._model.lm, self._model.mimi):
            for state in states.get_streaming_state().values():
                _count(state, seen)
        return sum(seen.values())

    def _on_device(self) -> AbstractContextManager[object]:
        """Graphs are recorded on the thread's own GPU, which need not be the model's."""
        import torch

        device = self._model.device
        return torch.cuda.device(device) if device.startswith("cuda") else nullcontext()

    def _keep_logits(self, logits: torch.Tensor) -> None:
        self._logits = logits

    def _table(self, tokens: torch.Tensor, heads: list[torch.Tensor]) -> list[list[float]]:
        """Slot by slot: token, its probability, pauses. One copy from the device for all."""
        import torch

        assert self._logits is not None
        chances = self._logits[:, 0, 0].float().softmax(-1)
        # Masked slots have no token.
        text = tokens[:, 0].clamp(min=0)
        columns = [text.float(), chances.gather(1, text)]
        columns += [head[:, 0, :1].float() for head in heads[: self._model.heads]]
        rows: list[list[float]] = torch.cat(columns, 1).tolist()
        return rows


def _count(holder: Any, seen: dict[int, int]) -> None:
    """The bytes of every tensor within a state, each storage once."""
    import torch

    if isinstance(holder, torch.Tensor):
        seen[holder.untyped_storage().data_ptr()] = holder.untyped_storage().nbytes()
    elif isinstance(holder, list | tuple):
        for one in holder:
            _count(one, seen)
    elif hasattr(holder, "exec_mask") or hasattr(holder, "end_offset"):
        # A module's state, or the keys and values that one holds.
        for one in vars(holder).values():
            _count(one, seen)
