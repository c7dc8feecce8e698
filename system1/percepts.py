"""What System 1 is given. Every percept carries ``at``: seconds on the audio clock."""

from __future__ import annotations

from dataclasses import dataclass

from system1.consultation import Matter, Shortfall
from system1.errands import Outcome
from system1.moods import Emotion
from system1.thoughts import ThoughtContent


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word. ``start``/``end``: s on the audio clock; ``stable``: will not change."""

    text: str
    start: float
    end: float
    stable: bool = True


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The line is open. ``local``: the date and time then, in the time zone of the policy's hours,
    such as 2026-11-21T20:15; None where it is not known. ``known``: what long-term memory knows of
    the caller, name and value; ``calls``: how many calls it remembers."""

    at: float
    local: str | None = None
    known: tuple[tuple[str, str], ...] = ()
    calls: int = 0


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller hung up."""

    at: float


@dataclass(frozen=True, slots=True)
class SoundRose:
    """The line became louder than its noise at ``onset`` (s, at most ``at``).

    It may be the first of a word, known before there is a voice in it, or anything else.
    ``level_db``: how loud it is (dBFS).
    """

    at: float
    onset: float
    level_db: float = -40.0


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Voice activity began at ``onset`` (s, at most ``at``) with ``level_db`` (dBFS)."""

    at: float
    onset: float
    level_db: float = -26.0


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """Voice activity ended at ``offset`` (s, at most ``at``)."""

    at: float
    offset: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The recogniser's words for one stretch of speech, replacing what it said before.

    ``stretch`` numbers the stretches of a call, from 0. ``final``: this stretch will not
    change any more. ``confidence``: 0 to 1, low for speech that fits no known words.
    """

    at: float
    stretch: int
    words: tuple[Word, ...]
    final: bool
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class EndOfTurn:
    """A semantic VAD's probability that the caller has finished, per horizon in s."""

    at: float
    horizons: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's probability that the caller's turn is over, as of the last sound heard.

    ``by``: which model, such as ``smart_turn`` or ``adviser``. It speaks of the words and the
    voice up to ``offset`` (s); the silence after it is no part of it.
    """

    at: float
    by: str
    probability: float
    offset: float


@dataclass(frozen=True, slots=True)
class Judged:
    """The adviser's answer to the act ``consult``, a probability for each of its options.

    ``about``: what was asked. An answer about the end of a turn comes as ``Completion``.
    """

    at: float
    consult: int
    about: Matter
    probabilities: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Unadvised:
    """The act ``consult`` will have no answer: it is late, or asking failed."""

    at: float
    consult: int
    reason: Shortfall


@dataclass(frozen=True, slots=True)
class Prosody:
    """The caller's voice against the caller's own baseline, over the last second of speech.

    ``pitch_st``: semitones above the baseline; ``level_db``: dB above it; ``rate_ratio``:
    speaking rate over the baseline's; ``rate_sps``: syllables a second; ``range_ratio``: pitch
    range over the baseline's, 1 where the ears do not tell.
    """

    at: float
    pitch_st: float
    level_db: float
    rate_ratio: float
    rate_sps: float
    range_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class EmotionHeard:
    """How the caller sounded from ``since`` to ``until`` (s) to a model that hears, a while later.

    ``confidence``: its own, 0 to 1.
    """

    at: float
    since: float
    until: float
    emotion: Emotion
    confidence: float


@dataclass(frozen=True, slots=True)
class LowPitch:
    """The caller's pitch has been low for the caller's own voice since ``since`` (s).

    Told once a stretch, as soon as it has lasted: Ward and Tsukahara's cue for a backchannel.
    """

    at: float
    since: float


@dataclass(frozen=True, slots=True)
class Contour:
    """The end of a stretch of speech: how its last 0.3 s of voice go, as of ``offset`` (s).

    ``fall_st``: semitones by which the pitch falls over them, negative for a rise;
    ``height_st``: their last third above (negative: below) the median of the speech before;
    ``lengthening``: the last syllable's length over this caller's mean; ``level_db``: the last
    0.3 s of voice against the speech before; ``voiced_s``: how much of them was voiced.
    """

    at: float
    offset: float
    fall_st: float
    height_st: float
    lengthening: float
    level_db: float
    voiced_s: float


@dataclass(frozen=True, slots=True)
class Level:
    """How loud the speech under way is, every 0.1 s or sooner while there is any.

    ``level_db``: its loudest syllable of late (dBFS, without the line's noise). ``change_db``: how
    much its spectrum moves (dB): words do, a hum or an "um" does not; None where that is not known.
    ``echo``: how like it is to what the agent has just said, 0 to 1.
    """

    at: float
    level_db: float
    change_db: float | None = None
    echo: float = 0.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like the beginning of the speech under way is to a backchannel's or a hum's, as sound.

    ``backchannel``: the logarithm of how likely the sounds so far are if it is one, over how likely
    they are if it is anything (nats; about 0 or more: it may well be one; -20: it is none).
    """

    at: float
    backchannel: float


@dataclass(frozen=True, slots=True)
class SoundEvent:
    """A sound that is no speech: ``dtmf`` (``detail``: the digit), ``beep``, ``music`` ..."""

    at: float
    sound: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The caller wrote ``text`` instead of saying it: a turn, and its end."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class TurnGiven:
    """The caller says by a key, or by letting one go, that the turn under way is over."""

    at: float


@dataclass(frozen=True, slots=True)
class Silenced:
    """The caller wants to hear no more of what the agent is saying, by a key."""

    at: float


@dataclass(frozen=True, slots=True)
class HeardLess:
    """Of an utterance that was played ``chars`` of its text were heard, and no more: what plays it
    at the caller's end was stopped sooner."""

    at: float
    utterance: int
    chars: int


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The first audible sample of an utterance was played."""

    at: float
    utterance: int


@dataclass(frozen=True, slots=True)
class WordPlayed:
    """A word of an utterance has been played; ``chars`` of its text are now heard."""

    at: float
    utterance: int
    chars: int


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """An utterance was played to its end."""

    at: float
    utterance: int


@dataclass(frozen=True, slots=True)
class PlaybackCut:
    """An utterance was stopped; ``chars`` of its text were heard."""

    at: float
    utterance: int
    chars: int


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of System 2's work on the think act ``think``."""

    at: float
    think: int
    content: ThoughtContent


@dataclass(frozen=True, slots=True)
class Returned:
    """A long errand is over."""

    at: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing happened but time: the wake-up that a ``SetTimer`` act asked for."""

    at: float


Percept = (
    CallStarted
    | CallerLeft
    | SoundRose
    | SpeechStarted
    | SpeechStopped
    | Heard
    | EndOfTurn
    | Completion
    | Judged
    | Unadvised
    | Prosody
    | EmotionHeard
    | Contour
    | LowPitch
    | Level
    | Likeness
    | SoundEvent
    | Typed
    | TurnGiven
    | Silenced
    | HeardLess
    | PlaybackStarted
    | WordPlayed
    | PlaybackFinished
    | PlaybackCut
    | Thought
    | Returned
    | Tick
)
