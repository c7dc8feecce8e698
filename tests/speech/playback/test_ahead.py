from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest

from speech.errors import SpeechError
from speech.playback.ahead import Ahead, AheadSynthesis
from speech.playback.mouth import AudioMouth
from speech.protocols import SAMPLE_RATE, Lack, Speech
from system1.acts import Kind
from system1.percepts import PlaybackCut, PlaybackFinished

PATIENCE_S = 10.0


class Slow:
    """A voice that makes a tenth of a second for each letter, when ``gate`` lets it."""

    sample_rate = SAMPLE_RATE

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.made = threading.Semaphore(0)
        self.open = 0
        self.closed = threading.Event()
        self.changed = threading.Condition()
        self.threads: set[int] = set()
        self.fails: Exception | None = None

    def begin(self, rate: float = 1.0) -> SlowSynthesis:
        self.threads.add(threading.get_ident())
        self._opened(1)
        return SlowSynthesis(self)

    def close(self) -> None:
        self.closed.set()

    def _opened(self, change: int) -> None:
        with self.changed:
            self.open += change
            self.changed.notify_all()


class SlowSynthesis:
    def __init__(self, voice: Slow) -> None:
        self.voice = voice
        self.letters = ""
        self.ended = False
        self.over = False

    def add(self, text: str) -> None:
        self.letters += text

    def end(self) -> None:
        self.ended = True

    def next(self) -> Speech | Lack:
        if not self.letters:
            self.voice.made.release()
            return Lack.NOTHING if self.ended else Lack.TEXT
        assert self.voice.gate.acquire(timeout=PATIENCE_S)
        if self.voice.fails is not None:
            raise self.voice.fails
        self.letters = self.letters[1:]
        self.voice.made.release()
        return Speech(np.full(2400, 0.5, np.float32), ())

    def close(self) -> None:
        if not self.over:
            self.over = True
            self.voice._opened(-1)


def eventually(voice: Slow, condition: Callable[[], bool]) -> None:
    with voice.changed:
        assert voice.changed.wait_for(condition, PATIENCE_S)


def made(ahead: Ahead, synthesis: AheadSynthesis, count: int) -> None:
    """Wait until so many stretches can be had."""
    with ahead._changed:
        assert ahead._changed.wait_for(lambda: len(synthesis._made) >= count, PATIENCE_S)


def given(synthesis: AheadSynthesis, ahead: Ahead) -> Speech | Lack:
    """What comes next, once the thread has made it."""
    made(ahead, synthesis, 1)
    return synthesis.next()


def settled(ahead: Ahead, synthesis: AheadSynthesis) -> None:
    """Wait until the thread has no more to do for it."""
    with ahead._changed:
        assert ahead._changed.wait_for(lambda: not synthesis.wants, PATIENCE_S)


def test_asking_never_waits_and_what_was_made_ahead_is_given_in_order() -> None:
    voice = Slow()
    ahead = Ahead(voice, lead_s=0.2)
    synthesis = ahead.begin()
    synthesis.add("abc")
    assert synthesis.next() is Lack.TIME
    voice.gate.release(3)
    assert voice.made.acquire(timeout=PATIENCE_S)
    assert voice.made.acquire(timeout=PATIENCE_S)
    settled(ahead, synthesis)
    assert len(synthesis._made) == 2, "the third waits until there is room"
    assert isinstance(given(synthesis, ahead), Speech)
    assert voice.made.acquire(timeout=PATIENCE_S)
    assert isinstance(given(synthesis, ahead), Speech)
    assert isinstance(given(synthesis, ahead), Speech)
    assert threading.get_ident() not in voice.threads
    ahead.close()
    assert voice.closed.wait(PATIENCE_S)


def test_closing_aborts_what_is_under_way_and_gives_nothing_more() -> None:
    voice = Slow()
    ahead = Ahead(voice)
    synthesis, following = ahead.begin(), ahead.begin()
    synthesis.add("abcdef")
    following.add("x")
    voice.gate.release(1)
    assert voice.made.acquire(timeout=PATIENCE_S)
    synthesis.close()
    voice.gate.release(2)  # what the voice is at, and the one after it
    assert isinstance(given(following, ahead), Speech)
    assert synthesis.next() is Lack.NOTHING
    eventually(voice, lambda: voice.open == 1)
    ahead.close()
    assert voice.closed.wait(PATIENCE_S)
    assert voice.open == 0


def test_closing_the_voice_does_not_wait_and_leaves_nothing() -> None:
    voice = Slow()
    ahead = Ahead(voice)
    synthesis = ahead.begin()
    synthesis.add("abc")
    eventually(voice, lambda: voice.open == 1)
    ahead.close()
    ahead.close()
    assert synthesis.next() is Lack.NOTHING
    assert not voice.closed.is_set()
    voice.gate.release(1)
    assert voice.closed.wait(PATIENCE_S)
    assert voice.open == 0
    Ahead(voice).close()


def test_the_end_of_the_text_and_the_lack_of_it_are_told() -> None:
    voice = Slow()
    ahead = Ahead(voice)
    synthesis = ahead.begin()
    assert voice.made.acquire(timeout=PATIENCE_S)
    settled(ahead, synthesis)
    assert synthesis.next() is Lack.TEXT
    synthesis.add("a")
    assert synthesis.next() is Lack.TIME
    synthesis.end()
    voice.gate.release(1)
    assert isinstance(given(synthesis, ahead), Speech)
    settled(ahead, synthesis)
    assert synthesis.next() is Lack.NOTHING
    eventually(voice, lambda: voice.open == 0)
    ahead.close()


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (SpeechError("the server is gone"), "the server is gone"),
        (OSError("secret"), r"^the voice has failed \(OSError\)$"),
    ],
)
def test_a_failure_comes_out_where_speech_is_asked_for(failure: Exception, line: str) -> None:
    voice = Slow()
    voice.fails = failure
    ahead = Ahead(voice)
    synthesis = ahead.begin()
    synthesis.add("a")
    voice.gate.release(1)
    settled(ahead, synthesis)
    with pytest.raises(SpeechError, match=line):
        synthesis.next()
    synthesis.close()
    eventually(voice, lambda: voice.open == 0)
    ahead.close()


def test_a_voice_that_is_late_is_an_underrun_and_no_click() -> None:
    voice = Slow()
    ahead = Ahead(voice)
    mouth = AudioMouth(ahead)
    mouth.say(1, Kind.REPLY, "abc", more=False)
    synthesis = mouth._queue[0].track._synthesis
    assert isinstance(synthesis, AheadSynthesis)
    voice.gate.release(2)
    assert voice.made.acquire(timeout=PATIENCE_S)
    assert voice.made.acquire(timeout=PATIENCE_S)
    made(ahead, synthesis, 2)
    audio = [mouth.play(240, at / 100)[0] for at in range(25)]
    assert mouth.underruns == 1
    assert mouth.underrun_s == pytest.approx(0.05)
    voice.gate.release(1)
    assert voice.made.acquire(timeout=PATIENCE_S)
    assert voice.made.acquire(timeout=PATIENCE_S)
    settled(ahead, synthesis)
    percepts = []
    for at in range(25, 40):
        block, seen = mouth.play(240, at / 100)
        audio.append(block)
        percepts += seen
    (end,) = (p.at for p in percepts if isinstance(p, PlaybackFinished))
    assert end == pytest.approx(0.35)
    whole = np.concatenate(audio)
    assert np.abs(np.diff(whole)).max() < 0.05
    assert not whole[4800:6000].any()
    assert mouth.underruns == 1
    mouth.close()
    assert voice.closed.wait(PATIENCE_S)


def test_stopping_a_late_voice_cuts_at_once() -> None:
    voice = Slow()
    mouth = AudioMouth(Ahead(voice))
    mouth.say(1, Kind.REPLY, "abc", more=False)
    assert mouth.play(240, 0.0)[1] == []
    mouth.stop(1, 0.04)
    assert mouth.play(240, 0.01)[1] == [PlaybackCut(0.01, 1, 0)]
    voice.gate.release(1)
    mouth.close()
    assert voice.closed.wait(PATIENCE_S)


_LEFT_OPEN = """
import threading
import numpy as np
from speech.playback.ahead import Ahead
from speech.protocols import Lack, Speech

begun, go_on = threading.Event(), threading.Event()

class Slow:
    def add(self, text): pass
    def end(self): pass
    def close(self): print("closed", flush=True)
    def next(self):
        begun.set()
        go_on.wait(30)
        print("worked", flush=True)
        return Speech(np.zeros(240, np.float32), ())

class Voice:
    sample_rate = 24000
    def begin(self, rate=1.0): return Slow()
    def close(self): print("voice closed", flush=True)

voice = Ahead(Voice())
voice.begin().add("hello")
begun.wait(30)

def joined(timeout, join=voice._thread.join):
    # By now the process is ending, and waits for the work under way.
    go_on.set()
    join(timeout)

voice._thread.join = joined
"""


@pytest.mark.slow
def test_a_process_ends_once_the_work_under_way_is_done() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LEFT_OPEN], capture_output=True, text=True, timeout=60, check=False
    )
    told = ended.stdout.split("\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert told[:3] == ["worked", "closed", "voice closed"]
