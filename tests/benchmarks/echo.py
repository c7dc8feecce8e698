"""What an echo canceller is worth: a loudspeaker in a small room, with and without it.

``python -m tests.benchmarks.echo``: the agent talks for half a minute; its voice comes back 90 ms
later through a room. Told are the echo's loss, how many times voice activity takes the echo alone
for speech, and the words that are heard wrong of a caller who talks over the agent all the time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soxr  # type: ignore[import-untyped]

from agent.listening import ear_terms
from policies.line import Echo
from policies.line import Line as Terms
from policies.loading import load_policy
from speech.embedded.espeak import EspeakVoice
from speech.microphone import FRAME, open_microphone
from speech.profiles import open_ears
from speech.protocols import SAMPLE_RATE, Audio
from system1.percepts import Heard, Percept, SpeechStarted
from tests.benchmarks.recognition import LINES, edits, spoken

AGENT = (
    "Thank you for calling Northwind Broadband. Most faults are fixed within four hours, and we "
    "send you a message when it is done. Unplug the router, wait thirty seconds, and plug it in "
    "again. You get eight pounds for every full day without service, off your next bill."
)
ECHOES_DB = (-20.0, -12.0, -6.0, 0.0)
DELAY_S = 0.09
SETTLED_S = 5.0


def agent() -> Audio:
    voice = EspeakVoice("en-us+f3", 170)
    audio = np.concatenate([one.audio for one in voice.speak(" ".join([AGENT] * 2))])
    return np.asarray(soxr.resample(audio, voice.sample_rate, SAMPLE_RATE), np.float32)


def returned(far: Audio, gain_db: float) -> Audio:
    """The agent's voice as the microphone hears it: late, softer, and through a room."""
    random = np.random.default_rng(4)
    length = round(0.15 * SAMPLE_RATE)
    room = random.standard_normal(length) * np.exp(-np.arange(length) / (0.03 * SAMPLE_RATE)) * 0.2
    room[0] = 1.0
    sound = np.convolve(far, room)[: far.size]
    sound *= 10 ** (gain_db / 20) * np.sqrt(np.mean(far**2) / np.mean(sound**2))
    late = np.zeros(round(DELAY_S * SAMPLE_RATE))
    hiss = random.standard_normal(far.size) * 10 ** (-65 / 20)
    return (np.concatenate((late, sound))[: far.size] + hiss).astype(np.float32)


def percepts(microphone: Audio, far: Audio, cancel: bool) -> tuple[list[Percept], float | None]:
    """What the ears tell of a call, and the echo's loss (dB)."""
    policy = load_policy("broadband")
    ears = open_ears("embedded", ear_terms(policy, live=False))
    line = open_microphone(Terms(echo=Echo.CANCEL if cancel else Echo.LEAVE))
    played = np.zeros(FRAME, np.float32)
    found: list[Percept] = []
    for at in range(0, far.size - FRAME + 1, FRAME):
        block = microphone[at : at + FRAME]
        if line is not None:
            block = line.near(block, played)
        found += ears.hear(block, (at + FRAME) / SAMPLE_RATE)
        played = far[at : at + FRAME]
        ears.played(played)
    ears.close()
    return found, None if line is None else line.echo_loss_db


def caller(length: int) -> tuple[Audio, str]:
    """Lines with a second between them, from when the canceller has settled."""
    audio = np.zeros(length, np.float32)
    at, said = round(SETTLED_S * SAMPLE_RATE), []
    for line, sound in zip(LINES, _sounds(), strict=False):
        if at + sound.size > length:
            break
        audio[at : at + sound.size] = sound
        said.append(line)
        at += sound.size + SAMPLE_RATE
    return audio, " ".join(said)


def _sounds() -> Iterator[Audio]:
    return (spoken(line) for line in LINES)


def wrong(found: list[Percept], said: str) -> float:
    """Words that are heard wrong (%)."""
    heard = {
        one.stretch: " ".join(word.text for word in one.words if word.start >= SETTLED_S - 0.3)
        for one in found
        if isinstance(one, Heard)
    }
    words = said.split()
    return 100 * edits(words, " ".join(heard.values()).split()) / len(words)


def main() -> None:
    far = agent()
    near, said = caller(far.size)
    alone, _ = percepts(near, np.zeros_like(far), cancel=False)
    print(f"no echo: {wrong(alone, said):.0f} % of {len(said.split())} words wrong")
    for echo_db in ECHOES_DB:
        echo = returned(far, echo_db)
        for cancel in (False, True):
            only, loss_db = percepts(echo, far, cancel)
            false = sum(isinstance(one, SpeechStarted) and one.at > SETTLED_S for one in only)
            over, _ = percepts(echo + near, far, cancel)
            loss = "" if loss_db is None else f", echo down by {loss_db:.0f} dB"
            how = "cancelled" if cancel else "left"
            print(
                f"echo {echo_db:5.0f} dB, {how:9s} taken for speech {false:2d} times, "
                f"{wrong(over, said):3.0f} % of words wrong{loss}"
            )


if __name__ == "__main__":
    main()
