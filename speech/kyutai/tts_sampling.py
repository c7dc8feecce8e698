"""Sampling whose chances are each slot's own.

A batch that draws from one generator gives a call other words when its neighbours come or go.
Here every slot has its own noise, and the largest of logits plus Gumbel noise is a draw from
their softmax (Gumbel 1954; Maddison et al. 2014).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from moshi.models.lm import LMGen

if TYPE_CHECKING:
    from moshi.conditioners.base import ConditionTensors
    from moshi.models.lm import LMModel

TOP_K = 250
TOP_K_TEXT = 25
"""Candidates of an audio and of a text token: those of moshi's own generator."""


def gumbel(count: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    """Gumbel noise, float32."""
    uniform = torch.rand(count, generator=generator, device=generator.device)
    return -torch.log(-torch.log(uniform.clamp_min(1e-20)))


def draw(logits: torch.Tensor, noise: torch.Tensor, temperature: float, top_k: int) -> torch.Tensor:
    """A token of each row: logits and noise [B, card] to [B]. Temperature 0: the likeliest."""
    if temperature <= 0:
        return logits.argmax(-1)
    least = logits.topk(min(top_k, logits.shape[-1])).values[:, -1:]
    scores = torch.where(logits < least, -torch.inf, logits / temperature + noise)
    return scores.argmax(-1)


class SlotGen(LMGen):
    """moshi's generator for slots out of step, with ``noise`` for the audio tokens of each.

    ``on_text_logits`` chooses the text token by leaving it the only one possible.
    """

    def __init__(
        self,
        model: LMModel,
        slots: int,
        temperature: float,
        conditions: ConditionTensors,
        on_text_logits: Callable[[torch.Tensor], None],
        on_text: Callable[[torch.Tensor], None],
        on_audio: Callable[[torch.Tensor], None],
    ) -> None:
        super().__init__(
            model,
            use_sampling=False,
            temp=temperature,
            condition_tensors=conditions,
            on_text_logits_hook=on_text_logits,
            on_text_hook=on_text,
            on_audio_hook=on_audio,
            support_out_of_sync=True,
        )
        # One tensor for good: on CUDA the steps are replayed from a graph that has its address.
        self.noise = torch.zeros(slots, model.dep_q, model.card, device=model.device)

    def depformer_step(
        self, text_token: torch.Tensor, transformer_out: torch.Tensor
    ) -> torch.Tensor:
        """The audio tokens of a step, codebook by codebook: [B, dep_q]."""
        model = self.lm_model
        token, tokens = text_token, []
        with model.depformer.streaming(len(text_token)):
            for codebook in range(model.dep_q):
                logits = model.forward_depformer(codebook, token[:, None, None], transformer_out)
                noise = self.noise[:, codebook]
                token = draw(logits[:, 0, 0].float(), noise, self.temp, TOP_K)
                tokens.append(token)
        return torch.stack(tokens, dim=1)
