from __future__ import annotations

import torch

from speech.kyutai.tts_sampling import draw, gumbel


def test_draws_follow_the_softmax_of_the_logits() -> None:
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0])
    noise = gumbel((20_000, 4), torch.Generator().manual_seed(0))
    drawn = draw(logits.expand(20_000, 4), noise, 0.6, top_k=4)
    share = torch.bincount(drawn, minlength=4) / 20_000
    assert torch.allclose(share, torch.softmax(logits / 0.6, 0), atol=0.01)


def test_only_the_likeliest_are_drawn() -> None:
    logits = torch.tensor([0.0, 3.0, 2.9, 2.8]).expand(2000, 4)
    noise = gumbel((2000, 4), torch.Generator().manual_seed(0))
    assert set(draw(logits, noise, 1.0, top_k=2).tolist()) == {1, 2}
    assert set(draw(logits, noise, 0.0, top_k=2).tolist()) == {1}


def test_a_generator_gives_the_same_noise_again() -> None:
    one, other = (gumbel((3, 5), torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(one, other)
