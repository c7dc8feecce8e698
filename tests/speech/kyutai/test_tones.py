"""The checkpoint that is shipped with the tests, against callers it was not trained on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from speech.kyutai.stt_batch import FRAME, Frame, Source, SttBatch
from speech.kyutai.stt_model import load_stt
from speech.kyutai.words import WordReader
from tests.speech.kyutai.calls import TONES
from tests.speech.kyutai.tone_voice import ENDS, HESITATES, WORDS
from tests.speech.kyutai.train_tones import DELAY, Callers

FRAMES, CLIPS = 320, 8
"""Twice as long as what it learnt from: a call goes on, and nothing is counted from its start."""
LAST_S = (FRAMES - DELAY - 5) * 0.08


def errors(wanted: list[str], found: list[str]) -> int:
    """Substitutions, insertions and deletions."""
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for column, other in enumerate(found, 1):
            best = min(row[column] + 1, row[column - 1] + 1, before + (word != other))
            before, row[column] = row[column], best
    return row[-1]


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in TONES.iterdir()) <= 2_000_000


@pytest.mark.slow
def test_held_out_callers_are_understood_and_their_pauses_too() -> None:
    import torch

    torch.set_num_threads(1)
    callers = Callers(seed=99)
    clips = [callers.clip(FRAMES) for _ in range(CLIPS)]
    model = load_stt(str(TONES), "cpu")
    batch = SttBatch(model, CLIPS)
    readers = [WordReader(model.tokenizer.decode, model.delay_frames, 0, 3) for _ in range(CLIPS)]
    heard: list[list[tuple[str, float]]] = [[] for _ in clips]
    pauses: list[list[float]] = [[] for _ in clips]
    for index in range(FRAMES):
        cut = slice(index * FRAME, (index + 1) * FRAME)
        frames = {
            slot: Frame(clip.audio[cut], index * 0.08, (index + 1) * 0.08, Source.CALL)
            for slot, clip in enumerate(clips)
        }
        for slot, step in batch.step(frames).items():
            pauses[slot].append(step.pauses[2])
            if (written := readers[slot].read(step)) is not None:
                heard[slot].append((written.text, written.begins))
    wrong = total = 0
    late: list[float] = []
    after: dict[str, list[float]] = {"hesitation": [], "end": []}
    for clip, found, chances in zip(clips, heard, pauses, strict=True):
        wanted = [(word, at) for word, at, _ in clip.words if at < LAST_S]
        words = [word for word, at in found if at < LAST_S]
        wrong += errors([word for word, _ in wanted], words)
        total += len(wanted)
        if words == [word for word, _ in wanted]:
            late += [got - at for (_, at), (_, got) in zip(wanted, found, strict=False)]
        for (word, at, length), later in pairwise(clip.words):
            moment = at + length + 0.4
            if later[1] > moment + 0.1 and (word == HESITATES or word in ENDS):
                kind = "hesitation" if word == HESITATES else "end"
                after[kind].append(chances[int(moment / 0.08)])
    assert total > 100
    assert wrong / total <= 0.05, f"word error rate {wrong / total:.3f} of {total} words"
    assert abs(float(np.median(late))) <= 0.08
    assert np.mean(after["hesitation"]) < 0.5
    assert np.mean(after["end"]) > 0.9


def test_no_two_words_sound_alike() -> None:
    assert len(set(WORDS.values())) == len(WORDS) == 24
    assert all(len(set(vowels)) == 2 for vowels in WORDS.values())
