from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from speech.kyutai.stt_batch import FRAME, Frame, Source, Step, SttBatch
from speech.kyutai.stt_model import SttModel, load_stt
from tests.speech.kyutai.calls import TONES, call

pytestmark = pytest.mark.slow

FRAMES = 45
Found = list[tuple[int, float, tuple[float, ...]]]


def frames(*parts: str | float, seed: int = 0) -> list[Frame]:
    audio = call(*parts, 20.0, seed=seed).audio[: FRAMES * FRAME]
    return [
        Frame(audio[at : at + FRAME], at / 24000, (at + FRAME) / 24000, Source.CALL)
        for at in range(0, len(audio), FRAME)
    ]


MINE = frames(0.3, "hello is down um", 0.3, "please")
OTHERS = frames(0.1, "stop no wait cancel the router bye", 0.4, "yes yes", seed=1)


@pytest.fixture(scope="module")
def model() -> SttModel:
    import torch

    torch.set_num_threads(1)
    return load_stt(str(TONES), "cpu")


@pytest.fixture(scope="module")
def batch(model: SttModel) -> SttBatch:
    return SttBatch(model, 3)


def found(steps: Sequence[Mapping[int, Step]], slot: int) -> Found:
    return [(one[slot].token, one[slot].sure, one[slot].pauses) for one in steps if slot in one]


@pytest.fixture(scope="module")
def solo(batch: SttBatch) -> Found:
    batch.reset(1)
    return found([batch.step({1: frame}) for frame in MINE], 1)


def test_the_model_has_something_to_say(solo: Found) -> None:
    assert len({token for token, _, _ in solo}) > 5
    assert {len(pauses) for _, _, pauses in solo} == {4}
    assert all(0.0 < sure <= 1.0 for _, sure, _ in solo)
    spread = [pauses[2] for _, _, pauses in solo]
    assert max(spread) - min(spread) > 0.5


def test_a_slot_is_bit_for_bit_alone_beside_busy_neighbours(batch: SttBatch, solo: Found) -> None:
    for slot in range(3):
        batch.reset(slot)
    steps = [
        batch.step({0: other, 1: mine, 2: other}) for mine, other in zip(MINE, OTHERS, strict=True)
    ]
    assert found(steps, 1) == solo
    assert found(steps, 0) == found(steps, 2)
    assert found(steps, 0) != solo, "other audio does not sound the same"


def test_a_slot_is_bit_for_bit_alone_while_a_neighbour_is_reset(
    batch: SttBatch, solo: Found
) -> None:
    batch.reset(0)
    batch.reset(1)
    steps = []
    for index, (mine, other) in enumerate(zip(MINE, OTHERS, strict=True)):
        if index == 20:
            batch.reset(0)
        steps.append(batch.step({0: other, 1: mine}))
    assert found(steps, 1) == solo


def test_a_slot_at_half_the_rate_is_bit_for_bit_the_same(batch: SttBatch, solo: Found) -> None:
    batch.reset(1)
    batch.reset(2)
    steps: list[Mapping[int, Step]] = []
    for index, mine in enumerate(MINE):
        steps.append(batch.step({1: mine, 2: OTHERS[index]}))
        steps.append(batch.step({2: OTHERS[index]}))
    assert found(steps, 1) == solo


def test_every_slot_hears_the_same(batch: SttBatch, solo: Found) -> None:
    for slot in (0, 2):
        batch.reset(slot)
        assert found([batch.step({slot: frame}) for frame in MINE], slot) == solo


def test_a_reset_leaves_nothing_and_without_it_something_is_left(
    batch: SttBatch, solo: Found
) -> None:
    batch.reset(1)
    for other in OTHERS:
        batch.step({1: other})
    kept = found([batch.step({1: frame}) for frame in MINE], 1)
    assert kept != solo, "the control: without a reset the past is heard"
    batch.reset(1)
    assert found([batch.step({1: frame}) for frame in MINE], 1) == solo


def test_a_thousand_frames_take_no_more_memory(batch: SttBatch) -> None:
    before = batch.state_bytes()
    assert before > 100_000
    batch.reset(0)
    for index in range(1000):
        batch.step({0: OTHERS[index % FRAMES]})
    assert batch.state_bytes() == before


def test_the_state_grows_with_the_slots_and_the_weights_do_not(batch: SttBatch) -> None:
    single = SttBatch(load_stt(str(TONES), "cpu"), 1)
    assert 2.5 < batch.state_bytes() / single.state_bytes() < 3.5


def test_silence_is_the_same_as_zeros(batch: SttBatch) -> None:
    zeros = np.zeros(FRAME, np.float32)
    both = []
    for audio in (None, zeros):
        batch.reset(0)
        both.append(
            found([batch.step({0: Frame(audio, 0.0, 0.0, Source.FLUSH)}) for _ in range(5)], 0)
        )
    assert both[0] == both[1]
