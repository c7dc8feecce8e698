"""The agent's own backchannels: a "mm-hm" into the caller's long story.

It says "go on, I am listening" and nothing else: it takes no floor, is no turn and no answer.
That is why it comes only where the turn is probably *not* over, and where time is left for the
word before the pause would be taken for the turn's end. A pause alone is a poor cue: one above
0.9 s finds 59 % of people's own backchannels at a precision of 22 % (Cathcart, Carletta and Klein
2003), so this is rare rather than complete.

People's better cue is a stretch of low pitch (Ward and Tsukahara 2000): it is 110 ms long, comes
after 700 ms of speech, which the ears see to, and is answered 700 ms later, whether the caller
has paused by then or speaks on, but not within 800 ms of the last one. A word over the caller's
own is softer still.
"""

from __future__ import annotations

from policies.timing import Cue
from system1.acts import Because
from system1.floor import Phase
from system1.manner import DICTATED, dictation
from system1.moves import Backchannel, Hush, Later, Proposal
from system1.notices import FloorState
from system1.questions import AnswerKind
from system1.reflexes.bargein import says_something
from system1.reflexes.turn_end import pause_limit
from system1.scene import EPSILON_S, Scene

BRIEF_ANSWERS = frozenset({AnswerKind.YES_NO, AnswerKind.DIGITS, AnswerKind.SPELLING})
"""Where these are awaited a "mm-hm" sounds like one too: "right so far", or "yes"."""


LOW_PITCH = "backchannel.low_pitch"
"""The rule behind a backchannel that the voice asked for."""

APART_S = 0.8
"""No backchannel of this cue within so much of the last one, whatever the policy says."""

LATE_S = 0.2
"""A moment that is over for so long is missed."""


def backchannel(scene: Scene) -> Proposal:
    """Encourage a caller who pauses in a long story."""
    numbers = scene.policy.backchannels.agent
    caller, agent = scene.caller, scene.agent
    if numbers is None or numbers.cue is Cue.PITCH or not _tells(scene) or not _welcome(scene):
        return None
    if caller.speech_s < numbers.after - EPSILON_S or agent.backchannel is not None:
        return None
    due = caller.offset + numbers.pause
    if not caller.settled():
        due = max(due, caller.offset + scene.policy.turn_taking.endpointing.words_settle)
    last = agent.backchannel_at
    if last is not None and due < last + numbers.every:
        # Said late it would come at no moment of the caller's: this pause goes without.
        return None
    if scene.now < due - EPSILON_S:
        return Later(due)
    seen, _, until = pause_limit(scene)
    room = until - scene.now
    if seen.pi > numbers.max_pi or room < numbers.room - EPSILON_S:
        return None
    words = tuple(dict.fromkeys(numbers.say))
    because = Because(
        "backchannel",
        (
            ("speech_s", round(caller.speech_s, 4)),
            ("silence_s", round(scene.now - caller.offset, 4)),
            ("pi", round(seen.pi, 4)),
            ("room_s", round(room, 4)),
        ),
    )
    text = words[agent.backchannel_uses % len(words)]
    return (Backchannel(text, numbers.gain_db, because),)


def low_pitch(scene: Scene) -> Proposal:
    """Encourage a caller whose voice has gone low, in speech or in a pause that is to go on."""
    numbers = scene.policy.backchannels.agent
    caller, agent = scene.caller, scene.agent
    if numbers is None or numbers.cue is Cue.PAUSE or caller.low_pitch is None:
        return None
    last = agent.backchannel_at
    due = caller.low_pitch + numbers.wait
    if last is not None and due < last + max(numbers.every, APART_S):
        return None
    if scene.now > due + LATE_S or agent.backchannel is not None or not _welcome(scene):
        return None
    if scene.now < due - EPSILON_S:
        return Later(due)
    spoken_s = caller.speech_s + (scene.now - caller.onset if caller.speaking else 0.0)
    if spoken_s < numbers.after - EPSILON_S or not (_speaks_on(scene) or _tells(scene)):
        return None
    evidence: tuple[tuple[str, float | int | str], ...] = (("speech_s", round(spoken_s, 4)),)
    if not caller.speaking:
        seen, _, until = pause_limit(scene)
        room = until - scene.now
        if seen.pi > numbers.max_pi or room < numbers.room - EPSILON_S:
            return None
        evidence += (("pi", round(seen.pi, 4)), ("room_s", round(room, 4)))
    words = tuple(dict.fromkeys(numbers.say))
    text = words[agent.backchannel_uses % len(words)]
    gain_db = numbers.overlap_db if caller.speaking else numbers.gain_db
    return (Backchannel(text, gain_db, Because(LOW_PITCH, evidence)),)


def gone_on(scene: Scene) -> Proposal:
    """The moment has passed before the word became audible: it is not said over anything."""
    spoken = scene.agent.backchannel
    if spoken is None or spoken.started is not None or spoken.ending:
        return None
    over = scene.caller.speaking and spoken.because.rule != LOW_PITCH
    if not over and scene.taken is None and scene.agent.current is None:
        return None
    return (Hush(Because("backchannel.late", (("words", spoken.text),))),)


def _tells(scene: Scene) -> bool:
    """The floor is the caller's, who has said something and pauses."""
    caller, agent = scene.caller, scene.agent
    if caller.speaking or caller.turn_start is None or scene.floor.state is not FloorState.FREE_U:
        return False
    if scene.taken is not None or scene.work is not None or agent.current is not None:
        return False
    understood = caller.confidence() >= scene.policy.turn_taking.confidencelevel
    return understood and says_something(scene, scene.text())


def _speaks_on(scene: Scene) -> bool:
    """The caller is speaking, to the agent and in words, and gives no number."""
    caller, text = scene.caller, scene.text()
    if not caller.speaking or scene.floor.state is not FloorState.USER:
        return False
    if scene.taken is not None or scene.work is not None or scene.agent.current is not None:
        return False
    if caller.confidence() < scene.policy.turn_taking.confidencelevel:
        return False
    return says_something(scene, text) and dictation(scene.language, text) < DICTATED


def _welcome(scene: Scene) -> bool:
    """It would be taken as it is meant: at this moment of the call, by this caller."""
    if scene.holding is not None or scene.caller.music or scene.affect.agitated:
        return False
    return scene.floor.phase is Phase.SERVING and scene.kind not in BRIEF_ANSWERS
