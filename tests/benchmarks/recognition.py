"""How many words the embedded ears get wrong, by line and by how much of the caller they know.

``python -m tests.benchmarks.recognition``: thirty lines to the broadband policy, on its subjects,
spoken by the voice that simulated callers have. *Cold* is a call of one line, *warm* one call with
all of them. The lines were written by the author of the ears' text: expect
worse from anybody else's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soxr  # type: ignore[import-untyped]

from agent.listening import caller_phrases
from policies.loading import load_policy
from scenarios.line import TelephoneLine
from scenarios.script import LineQuality
from speech.embedded.ears import embedded_ears
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio
from speech.vocabulary import Vocabulary
from system1.percepts import Heard

LINES = (
    "hello my internet connection is down",
    "when will it be fixed",
    "how much does an engineer cost",
    "no thank you that's all",
    "i want to speak to a person please",
    "yes that is right",
    "wait wait that is wrong",
    "my bill is wrong you charged me twice",
    "how do i restart the router",
    "can you book an engineer for friday",
    "i would like to move house",
    "what are your opening hours",
    "is there a problem in my area",
    "i need an engineer",
    "the light on the router is red",
    "could you tell me how much the fast line costs",
    "no i do not have it",
    "my name is john smith",
    "it is on the first of march",
    "thank you very much goodbye",
    "hello i have a question about my bill",
    "my internet is very slow today",
    "how long will the repair take",
    "i want to cancel my contract",
    "can i pay by card",
    "what is my account number",
    "please call me back tomorrow",
    "the connection has been down since monday",
    "is it cheaper if i pay every year",
    "i did not receive my router",
)
QUALITIES = {
    "HD line": LineQuality(band="wide"),
    "HD line, white noise 25 dB": LineQuality(band="wide", noise="white", snr_db=25),
    "telephone band": LineQuality(band="phone"),
    "telephone band, white noise 25 dB": LineQuality(band="phone", noise="white", snr_db=25),
}
TICK = SAMPLE_RATE // 100


def spoken(text: str) -> Audio:
    """The line at the conversation's rate."""
    voice = EspeakVoice("en-us+klatt4", 160)
    audio = np.concatenate([one.audio for one in voice.speak(text)])
    return np.asarray(soxr.resample(audio, voice.sample_rate, SAMPLE_RATE), np.float32)


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words inserted, deleted or replaced (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, 1):
        above, row = row, [at]
        for to, other in enumerate(heard, 1):
            row.append(min(above[to - 1] + (word != other), above[to] + 1, row[-1] + 1))
    return row[-1]


def wrong(vocabulary: Vocabulary, quality: LineQuality, lines: Sequence[str]) -> int:
    """Wrong words in one call that says these lines."""
    ears = embedded_ears(vocabulary, "en")
    line = TelephoneLine(quality, seed=7)
    ticks = errors = 0
    for text in lines:
        quiet = np.zeros(SAMPLE_RATE // 2, np.float32)
        audio = np.concatenate((quiet, line.carried(spoken(text)), quiet, quiet))
        audio = audio + line.noise(audio.size)
        heard: dict[int, str] = {}
        for start in range(0, audio.size - TICK + 1, TICK):
            ticks += 1
            for percept in ears.hear(audio[start : start + TICK], ticks / 100):
                if isinstance(percept, Heard):
                    heard[percept.stretch] = " ".join(word.text for word in percept.words)
        errors += edits(text.split(), " ".join(heard.values()).split())
    ears.close()
    return errors


def main() -> None:
    vocabulary = Vocabulary(caller_phrases(load_policy("broadband")))
    words = sum(len(text.split()) for text in LINES)
    for name, quality in QUALITIES.items():
        warm = 100 * wrong(vocabulary, quality, LINES) / words
        cold = 100 * sum(wrong(vocabulary, quality, (text,)) for text in LINES) / words
        print(f"{name:34s} words wrong: warm {warm:4.1f} %, cold {cold:4.1f} %")


if __name__ == "__main__":
    main()
