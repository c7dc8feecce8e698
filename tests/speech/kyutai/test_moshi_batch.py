"""Moshi in process, on tiny random weights: slots on their own, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from policies.engines.moshi import Moshi
from speech.errors import SpeechError
from speech.kyutai.moshi_batch import FRAME, Frame, MoshiBatch
from speech.kyutai.moshi_engine import moshi_engine
from speech.kyutai.moshi_model import load
from speech.protocols import Audio


@pytest.fixture(scope="module")
def batch(tiny_moshi: Path) -> MoshiBatch:
    return MoshiBatch(load(str(tiny_moshi), "cpu"), 3, 0.8, 0.7)


def noise(count: int, seed: int) -> list[Audio]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 0.1, FRAME).astype(np.float32) for _ in range(count)]


def _loudness(sound: torch.Tensor) -> torch.Tensor:
    level = (sound.abs().amax(-1) * 100).long().clamp(max=63)
    return level[:, :, None].repeat(1, 4, 1)


def same(one: list[Frame], other: list[Frame]) -> bool:
    return len(one) == len(other) and all(
        a.token == b.token and np.array_equal(a.audio, b.audio)
        for a, b in zip(one, other, strict=True)
    )


def test_a_slot_says_the_same_whatever_its_neighbours_do(batch: MoshiBatch) -> None:
    mine = noise(12, 0)
    for slot in range(3):
        batch.reset(slot)
    alone = [found[0] for one in mine if (found := batch.step({0: one}))]
    for slot in range(3):
        batch.reset(slot)
    others = noise(40, 1)
    among: list[Frame] = []
    for at, one in enumerate(mine):
        given = {0: one, 1: others[at]} if at % 2 else {0: one}
        found = batch.step(given)
        among += [found[0]] if 0 in found else []
        batch.step({2: others[at + 20]})
        if at == 6:
            batch.reset(1)
    assert len(alone) >= 10
    assert same(alone, among)
    assert all(one.audio.shape == (FRAME,) for one in alone)


def test_it_hears(batch: MoshiBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is told changes what it says: not one frame of it is left out of account."""
    # Random weights make one code of all sounds, so here a code is the sound's loudness.
    monkeypatch.setattr(batch._mimi, "encode", _loudness)
    said = []
    for change in (0, 1):
        batch.reset(0)
        frames = noise(12, 0)
        if change:
            frames[2] = frames[2] * 0.5
        said.append([found[0] for one in frames if (found := batch.step({0: one}))])
    assert same(said[0][:1], said[1][:1])
    assert not same(said[0], said[1])


def test_what_it_cannot_be(tiny_moshi: Path, tiny_tts: Path, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="is no Moshi but 'tts'"):
        load(str(tiny_tts), "cpu")
    with pytest.raises(SpeechError, match=r"lacks config\.json"):
        load(str(tmp_path), "cpu")
    with pytest.raises(SpeechError, match="speaks English, not 'zh'"):
        moshi_engine(Moshi(), str(tiny_moshi), "zh", False)


async def test_its_slots_are_counted(tiny_moshi: Path) -> None:
    settings = Moshi(device="cpu", slots=1, text_temperature=0.71)
    engine = moshi_engine(settings, str(tiny_moshi), "en", False)
    with pytest.raises(SpeechError, match="all 1 slots of moshi are in use"):
        moshi_engine(settings, str(tiny_moshi), "en", False)
    await engine.close()
    await moshi_engine(settings, str(tiny_moshi), "en", False).close()
