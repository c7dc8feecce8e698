"""Everything that System 1 knows about the moment: one copyable value.

Perception and the commit of a move write it; reflexes only read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.policy import Policy
from policies.timing import Ending
from system1.acts import Because, Kind
from system1.affect import Temper
from system1.counsel import Counsel
from system1.errands import Outcome, Proposal
from system1.floor import Floor
from system1.language import Language
from system1.memory import ShortTermMemory
from system1.moods import Mood, Sign
from system1.onset import PauseOnset
from system1.pauses import PauseStatistics
from system1.percepts import Heard, Word
from system1.plan import Plan
from system1.questions import AnswerKind, Question, TaskState
from system1.repetition import NO_REPETITION, Repetition
from system1.suspicion import NO_SUSPICION, Suspicion
from system1.thoughts import Advice, Clarify, Sentence
from system1.waits import Waits

EPSILON_S = 1e-6
"""Times within this are the same moment: they come from sample counts over the rate."""


@dataclass(slots=True)
class Spoken:
    """An utterance of the agent's, from the act to its end.

    ``then``: what follows once it was said to its end. ``started``: s, None until audible.
    ``chars``: how much of ``text`` was heard so far. ``ending``: a stop is under way.
    ``withdrawn``: it was begun too soon; what it answers wants an answer again.
    """

    id: int
    kind: Kind
    text: str
    more: bool
    interruptible: bool
    because: Because
    then: Ending | None = None
    to: str | None = None
    question: Question | None = None
    think: int | None = None
    started: float | None = None
    chars: int = 0
    ducked: bool = False
    ending: bool = False
    withdrawn: bool = False


@dataclass(slots=True)
class Taken:
    """The caller's turn that is being answered. Times in s.

    ``words_from``: where its words began, so that it can be reopened. ``forced``: it was cut off
    by ``maxspeechtimeout`` and is answered even though the caller talks on. ``signs``: of what mood
    it was; ``temper``: what was known of the mood before it was taken. ``instead``: what is to be
    answered where the turn itself only said that a person is speaking. ``suspicion``: as it was
    before this turn. ``overheard``: an answer to it was begun too soon, and its onset was heard.
    ``loudest_db``: its level, dBFS.
    """

    start: float
    end: float
    text: str
    words_from: float
    confidence: float
    forced: bool = False
    signs: tuple[Sign, ...] = ()
    temper: Temper = field(default_factory=Temper)
    instead: str | None = None
    suspicion: Suspicion = NO_SUSPICION
    overheard: bool = False
    loudest_db: float | None = None

    @property
    def asks(self) -> str:
        """What wants an answer."""
        return self.text if self.instead is None else self.instead


@dataclass(slots=True)
class Work:
    """System 2 at work on the turn taken. ``spoken`` counts the sentences already said.

    ``mood``: the caller's, as it was told. ``news``: what it was told of that had come in.
    ``errands``: those that it began. ``ahead``: begun before the turn was over; ``unready``: its
    answer must wait for that.
    ``proposal``, ``plan``, ``notes``: what holds once the reply is begun.
    """

    think: int
    said: str
    started: float
    sentences: list[Sentence | Clarify] = field(default_factory=list)
    spoken: int = 0
    utterance: int | None = None
    question: Question | None = None
    task: TaskState | None = None
    has_task: bool = False
    advice: Advice | None = None
    failure: str | None = None
    done: bool = False
    fillers: int = 0
    mood: Mood | None = None
    news: tuple[Outcome, ...] = ()
    errands: tuple[int, ...] = ()
    ahead: bool = False
    unready: bool = False
    proposal: Proposal | None = None
    plan: Plan | None = None
    has_plan: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def too_early(self) -> bool:
        """It came to nothing but that it has to be thought again: the turn was not over."""
        return self.ahead and self.unready and self.done and not self.sentences


@dataclass(frozen=True, slots=True)
class Standing:
    """What an answer changes the moment it begins, as it was before."""

    question: Question | None
    task: TaskState | None
    slots: tuple[tuple[str, str], ...]
    proposed: Proposal | None
    plan: Plan | None
    asked: Question | None
    news: tuple[Outcome, ...]
    nomatch: int
    holding: int | None
    fired: tuple[str, ...]


@dataclass(slots=True)
class Answer:
    """What an utterance answers, so that it can be taken back if it was begun too soon.

    ``work``: System 2's, of whose sentences it says those from ``first`` on; None for a line of the
    policy's. ``utterance``: its id, None until it is begun.
    """

    taken: Taken
    work: Work | None
    before: Standing
    first: int = 0
    utterance: int | None = None


@dataclass(slots=True)
class Kept:
    """System 2's answer to the turn from ``start`` (s), which the caller goes on with.

    ``ahead``: it was thought of before the turn was taken.
    """

    work: Work
    start: float
    ahead: bool = False


@dataclass(slots=True)
class Foresight:
    """How thinking ahead has gone: ``begun`` and ``dropped`` in the call, ``tried`` in the turn
    that started at ``turn`` (s).
    """

    begun: int = 0
    dropped: int = 0
    tried: int = 0
    turn: float | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Speech under way that was found to be none of the agent's affair. Times in s.

    ``words_from``: from where on it would be read if it turned out to be the caller after all.
    ``loudest_db``: its level then, dBFS.
    """

    onset: float
    words_from: float
    loudest_db: float | None = None


@dataclass(slots=True)
class CallerSide:
    """What is known of the caller's speech. Times in s on the audio clock.

    ``turn_start``: onset of speech that has not been answered or dismissed yet. ``over_since``:
    onset of speech over the agent that is not judged yet. ``resumes``: the utterance so
    soon after whose onset it began that it may be the turn answered, going on.
    ``speech_s``: speech in this turn.
    ``rose``: when a sound was last told that has not become speech yet; ``rises``: how many there
    were since the last speech.
    ``ending``, ``completion``: what the voice and models say of the pause under way.
    ``loudest_db``: level of the speech since ``turn_start``, dBFS; ``own_db``: of the turns so
    far (``system1.distance``); ``change_db``, ``echo``: as in ``Level``; ``likeness``: as in
    ``Likeness``, of the stretch under way; ``vocal``: a laugh or cough in it. ``called_at``: onset
    of the last speech from afar that called the agent; ``hummed_at``: when a hum was let pass, if
    nothing came after it.
    ``first_word``: of the last stretch, read so since ``first_since``. ``given``: the turn under
    way is over, as the caller says by hand.
    ``ignored``: speech under way that is paid no attention. ``unheeded``: from when to when what
    was said was paid none, since the turn taken last; it is none of that turn if that goes on.
    ``music``: it plays at the caller's end; ``music_from``: its first note since the caller's
    last words; ``quiet_until``: so long the agent keeps quiet for it. ``low_pitch``: when the voice
    was last told to have become low in this turn.
    """

    speaking: bool = False
    onset: float = 0.0
    offset: float = 0.0
    turn_start: float | None = None
    over_since: float | None = None
    resumes: int | None = None
    rose: float | None = None
    rises: int = 0
    speech_s: float = 0.0
    words_from: float = -1.0
    stretches: dict[int, Heard] = field(default_factory=dict)
    ending: PauseOnset = field(default_factory=PauseOnset)
    completion: dict[str, float] = field(default_factory=dict)
    music: bool = False
    music_from: float | None = None
    quiet_until: float = 0.0
    low_pitch: float | None = None
    loudest_db: float | None = None
    own_db: float | None = None
    change_db: float | None = None
    likeness: float | None = None
    echo: float = 0.0
    vocal: str | None = None
    called_at: float | None = None
    hummed_at: float | None = None
    ignored: Ignored | None = None
    unheeded: tuple[tuple[float, float], ...] = ()
    first_word: str | None = None
    first_since: float = 0.0
    given: bool = False

    def words(self, since: float | None = None) -> tuple[Word, ...]:
        """The words of the turn under way, or since ``since`` (s)."""
        start = self.words_from if since is None else since
        return tuple(
            word
            for heard in self.stretches.values()
            for word in heard.words
            if word.start >= start - EPSILON_S and not self._unheeded(word.start, start)
        )

    def pass_over(self, until: float) -> None:
        """What was said since the turn's words began, up to ``until`` (s), is not read any more."""
        if until > self.words_from:
            self.unheeded = (*self.unheeded, (self.words_from, until))
            self.words_from = until

    def read_from(self, since: float) -> None:
        """What was said from ``since`` (s) on is read after all."""
        self.unheeded = tuple((a, min(b, since)) for a, b in self.unheeded if a < since)
        self.words_from = since

    def _unheeded(self, at: float, since: float) -> bool:
        # Who asks for words from within such a stretch on knows why.
        return any(since < a - EPSILON_S and a <= at < b - EPSILON_S for a, b in self.unheeded)

    def settled(self) -> bool:
        """The recogniser has finished with the last stretch that it reported."""
        return bool(self.stretches) and next(reversed(self.stretches.values())).final

    def clearness(self) -> float:
        """How far the turn's last words can be relied on: their confidence; 1 without words."""
        for heard in reversed(self.stretches.values()):
            if any(word.start >= self.words_from - EPSILON_S for word in heard.words):
                return heard.confidence
        return 1.0

    def confidence(self) -> float:
        """The lowest confidence over the stretches of this turn that have words; 0 for none."""
        found = [
            heard.confidence
            for heard in self.stretches.values()
            if any(word.start >= self.words_from - EPSILON_S for word in heard.words)
        ]
        return min(found, default=0.0)


@dataclass(slots=True)
class AgentSide:
    """The agent's own speech. ``silent_since``: end of its last utterance (s).

    ``backchannel``: the one under way. It is no utterance in the sense of ``current``: for
    whatever looks at the floor the agent is silent while it sounds, and it moves no time but
    ``backchannel_at``, when the last one began (s).
    ``fillers``: the texts of the last ones, oldest first. ``said``: the last utterance that is
    remembered, and when it began (s). ``silenced``: the caller wants to hear no more of this one.
    """

    current: Spoken | None = None
    backchannel: Spoken | None = None
    backchannel_at: float | None = None
    backchannel_uses: int = 0
    silent_since: float = 0.0
    next_utterance: int = 1
    next_think: int = 1
    yielded: Spoken | None = None
    fillers: tuple[str, ...] = ()
    soothe_uses: int = 0
    greeted: bool = False
    disclosed: int = 0
    said: tuple[int, float] | None = None
    silenced: bool = False

    @property
    def audible(self) -> bool:
        return self.current is not None and self.current.started is not None


@dataclass(slots=True)
class Scene:
    """The moment. ``taken`` without ``work``: a turn that still wants deciding upon.

    ``answer``: what the utterance under way answers. ``kept``: an answer that may still fit.
    ``repaired``: start (s) of the turn in which the agent last stopped for no word.
    ``holding``: the caller asked the agent to wait (``system1.holding``).
    ``showed``: in how many turns the caller showed which mood.
    ``began``: local date and time at the call's start. ``fired``: rules that hold once and have.
    """

    policy: Policy
    language: Language
    floor: Floor
    pauses: dict[AnswerKind, PauseStatistics]
    now: float = 0.0
    caller: CallerSide = field(default_factory=CallerSide)
    agent: AgentSide = field(default_factory=AgentSide)
    memory: ShortTermMemory = field(default_factory=ShortTermMemory)
    taken: Taken | None = None
    work: Work | None = None
    answer: Answer | None = None
    kept: Kept | None = None
    foresight: Foresight = field(default_factory=Foresight)
    repaired: float | None = None
    listening: Question | None = None
    waits: Waits = field(default_factory=Waits)
    holding: int | None = None
    noinput: int = 0
    nomatch: int = 0
    turns: int = 0
    showed: dict[Mood, int] = field(default_factory=lambda: dict.fromkeys(Mood, 0))
    affect: Temper = field(default_factory=Temper)
    suspicion: Suspicion = NO_SUSPICION
    counsel: Counsel = field(default_factory=Counsel)
    repetition: Repetition = NO_REPETITION
    began: str | None = None
    fired: tuple[str, ...] = ()
    leaving: tuple[Ending, str | None, Because] | None = None

    @property
    def kind(self) -> AnswerKind:
        """What kind of answer the caller is giving."""
        question = self.memory.question
        return question.kind if question is not None else AnswerKind.FREE

    def text(self, since: float | None = None) -> str:
        """The caller's words of this turn, or since ``since`` (s), as one text."""
        words = [word.text for word in self.caller.words(since)]
        return ("" if self.language.code == "zh" else " ").join(words)

    def asks(self) -> bool:
        """Whether the caller's words of this turn are a question's."""
        return self.language.asks(self.text())

    def joined(self, *parts: str) -> str:
        """Texts put together as the language writes them."""
        return ("" if self.language.code == "zh" else " ").join(part for part in parts if part)
