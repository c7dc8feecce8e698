"""Smart Turn: its features beside Pipecat's own, where its weights are found, and when it is asked.

Whether it is right is no matter of a test: on synthetic voices it is at chance.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from policies.engines.settings import Engines
from scenarios.laboratory.pipecat import find_python
from speech.ears import MeteredEars
from speech.embedded.ears import embedded_ears
from speech.errors import SpeechError
from speech.meters.completion import CompletionMeter
from speech.meters.logmel import RATE_HZ, log_mel
from speech.meters.silero import VAD_CHUNK
from speech.meters.smart_turn import SETTING, SmartTurn, find_model
from speech.profiles import open_ears
from speech.protocols import Audio
from speech.terms import EarTerms
from speech.vocabulary import Vocabulary
from system1.percepts import Completion, Percept, SpeechStarted, SpeechStopped
from tests.speech.embedded.test_ears import call, heard, line

WORDS = Vocabulary(("my internet connection is down", "a human"))

ANSWERS = """
import sys
import numpy as np
from pipecat.audio.turn.smart_turn._whisper_features import compute_whisper_log_mel_features
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
audio = np.load(sys.argv[1])
np.save(sys.argv[2], compute_whisper_log_mel_features(audio, do_normalize=False))
analyzer = LocalSmartTurnAnalyzerV3()
print(analyzer._predict_endpoint(audio)["probability"])
print(analyzer._predict_endpoint(audio[:40_000])["probability"])
"""


def sound(seconds: float, seed: int = 3) -> Audio:
    """Something like a voice: bursts of a harmonic tone that falls, and hiss."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(180 - 40 * at / seconds) / RATE_HZ
    tone = sum(np.sin(k * phase) / k for k in range(1, 20))
    hiss = np.random.default_rng(seed).standard_normal(at.size)
    made: Audio = (0.1 * tone * (np.sin(9 * at) > -0.3) + 1e-3 * hiss).astype(np.float32)
    return made


@pytest.mark.slow
def test_features_and_probabilities_are_pipecats(tmp_path: Path) -> None:
    """To 1e-6 of features that span 2; to 1e-5 of the probability."""
    python = find_python()
    assert python is not None, "Pipecat's environment is missing: make env"
    audio = sound(8.0)
    np.save(tmp_path / "audio.npy", audio)
    (tmp_path / "answers.py").write_text(ANSWERS)
    arguments = [str(tmp_path / name) for name in ("answers.py", "audio.npy", "mel.npy")]
    done = subprocess.run(
        [str(python), "-I", *arguments], capture_output=True, text=True, check=True
    )
    theirs = np.load(tmp_path / "mel.npy")
    ours = log_mel(audio)
    assert ours.shape == theirs.shape == (80, 800)
    assert ours.dtype == theirs.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    model = SmartTurn()
    whole, part = map(float, done.stdout.split())
    assert model.probability(audio) == pytest.approx(whole, abs=1e-5)
    assert model.probability(audio[:40_000]) == pytest.approx(part, abs=1e-5)


@pytest.mark.slow
def test_only_the_last_eight_seconds_count_and_nothing_is_remembered() -> None:
    model = SmartTurn()
    audio = sound(9.0)
    first = model.probability(audio)
    assert 0.0 <= first <= 1.0
    model.probability(sound(2.0, seed=4))
    assert model.probability(audio) == first == model.probability(audio[RATE_HZ:])
    assert 0.0 <= model.probability(np.zeros(0, np.float32)) <= 1.0


def test_a_tone_lies_in_its_band() -> None:
    at = np.arange(8 * RATE_HZ) / RATE_HZ
    levels = log_mel((0.5 * np.sin(2 * np.pi * 1000 * at)).astype(np.float32))
    # 1 kHz is 15 of Slaney's mels; 80 bands share the 45.2 mels up to 8 kHz
    assert {int(band) for band in levels[:, 2:-2].argmax(axis=0)} == {26}
    assert levels.max() - levels.min() <= 2.0 + 1e-6


def model_in(environment: Path, name: str = "smart-turn-v3.2-cpu.onnx") -> Path:
    folder = environment / "lib/python3.11/site-packages/pipecat/audio/turn/smart_turn/data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"weights")
    return folder / name


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting, no ``pipecat-ai`` here, an environment without peers."""
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "ours"))
    return tmp_path


def test_the_model_is_found_where_it_may_be(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpeechError, match=r"is missing: pip install 'kairos-voice\[smart-turn\]'"):
        find_model()
    beside = model_in(bare / "ours" / "peers" / "pipecat")
    assert find_model() == beside
    newer = model_in(bare / "ours" / "peers" / "pipecat", "smart-turn-v3.3-cpu.onnx")
    assert find_model() == newer
    elsewhere = model_in(bare / "elsewhere")
    monkeypatch.setenv(SETTING, str(bare / "elsewhere"))
    assert find_model() == elsewhere
    monkeypatch.setenv(SETTING, str(newer))
    assert find_model() == newer
    assert find_model(elsewhere) == elsewhere


def test_an_installed_pipecat_is_looked_into_and_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    model = model_in(tmp_path)
    package = tmp_path / "lib/python3.11/site-packages"
    (package / "pipecat" / "__init__.py").write_text("raise ImportError('imported')")
    monkeypatch.syspath_prepend(str(package))
    assert find_model() == model
    assert "pipecat" not in sys.modules


@pytest.mark.parametrize("given", ["nowhere.onnx", ""])
def test_a_wrong_setting_is_named(bare: Path, given: str) -> None:
    with pytest.raises(SpeechError, match=r"no Smart Turn model there$"):
        find_model(bare / given)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "noise.onnx").write_bytes(b"noise")
    with pytest.raises(SpeechError, match=r"noise\.onnx: not a model"):
        SmartTurn(tmp_path / "noise.onnx")


class Listener:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Audio] = []

    def probability(self, audio: Audio) -> float:
        self.asked.append(audio)
        return 0.123456


CHUNK_S = VAD_CHUNK / RATE_HZ
Change = SpeechStarted | SpeechStopped


def told(changes: dict[int, Change], chunks: int) -> tuple[list[Completion], Listener]:
    """The meter's percepts when the chunk's number is every sample's value."""
    listener = Listener()
    meter = CompletionMeter(listener, "smart_turn")
    found = []
    for number in range(chunks):
        ends = (number + 1) * CHUNK_S
        chunk = np.full(VAD_CHUNK, number, np.float32)
        completion = meter.step(chunk, changes.get(number), ends, ends)
        if completion is not None:
            found.append(completion)
    return found, listener


def test_a_pause_is_judged_once_with_the_same_silence() -> None:
    found, listener = told(
        {40: SpeechStarted(0.0, 1.234, -20.0), 100: SpeechStopped(0.0, 3.0)}, 400
    )
    ((completion,), (audio,)) = found, listener.asked
    assert (completion.by, completion.probability, completion.offset) == ("smart_turn", 0.1235, 3.0)
    assert completion.at == pytest.approx(3.232)  # the end of chunk 100
    assert audio.size == round((3.2 - 0.734) * RATE_HZ)
    assert (audio[0], audio[-1]) == (22, 99)


def test_a_gap_that_is_no_pause_is_not_judged() -> None:
    found, _ = told(
        {
            40: SpeechStarted(0.0, 1.25, -20.0),
            97: SpeechStopped(0.0, 3.0),
            99: SpeechStarted(0.0, 3.15, -20.0),
        },
        400,
    )
    assert found == []


def test_a_turn_goes_on_over_a_pause_and_begins_anew_after_a_long_one() -> None:
    changes: dict[int, Change] = {
        40: SpeechStarted(0.0, 1.25, -20.0),
        100: SpeechStopped(0.0, 3.0),
        140: SpeechStarted(0.0, 4.4, -20.0),
        170: SpeechStopped(0.0, 5.3),
        250: SpeechStarted(0.0, 7.9, -20.0),
        260: SpeechStopped(0.0, 8.2),
    }
    found, listener = told(changes, 400)
    assert [one.offset for one in found] == [3.0, 5.3, 8.2]
    assert [audio.size / RATE_HZ for audio in listener.asked] == pytest.approx([2.45, 4.75, 1.0])


def test_of_a_long_turn_its_end_is_judged() -> None:
    found, listener = told({10: SpeechStarted(0.0, 0.3, -20.0), 600: SpeechStopped(0.0, 19.0)}, 700)
    assert len(found) == 1
    assert listener.asked[0].size == 8 * RATE_HZ


@pytest.mark.slow
def test_the_ears_tell_it_once_a_pause_whatever_the_blocks() -> None:
    audio, times = call(line("my internet connection"), line("is down"), pause=0.9)

    def completions(block: int) -> tuple[list[Completion], list[Percept]]:
        ears = open_ears("embedded+smart-turn", EarTerms(WORDS, "en", False, Engines()))
        assert isinstance(ears, MeteredEars)
        percepts = heard(ears, audio, block)
        others: list[Percept] = [p for p in percepts if not isinstance(p, Completion)]
        return [p for p in percepts if isinstance(p, Completion)], others

    first, others = completions(240)
    assert [one.offset for one in first] == pytest.approx([end for _, end in times], abs=0.03)
    assert all(0.2 <= one.at - one.offset <= 0.25 for one in first)
    assert completions(240) == (first, others)
    for block in (777, 1920):
        assert [(one.probability, one.offset) for one in completions(block)[0]] == [
            (one.probability, one.offset) for one in first
        ]
    assert heard(embedded_ears(WORDS, "en"), audio) == others
