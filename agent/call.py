"""One call's core, whatever carries the sound: System 1, System 2, the mouth and the journal.

Everything that happens comes through ``perceive`` with its time; everything that is due by a
time (thoughts, wake-ups, and what other sources bring) happens in ``advance``, in time order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, assert_never

from agent.advising import Advising
from agent.decisions import decision
from agent.errands import Errands
from agent.journal import Journal
from agent.overhearing import Overhearing
from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    FloorChange,
    Outcome,
    PerceptSeen,
    Utterance,
)
from agent.remembering import UNKNOWN, Recalled, Remembering
from agent.thinking import Thinking
from agent.tidying import DECIMALS, tidy
from policies.policy import Policy
from speech.protocols import Mouth
from system1.acts import (
    Abandon,
    Act,
    Because,
    Consult,
    Duck,
    HangUp,
    Kind,
    Listen,
    Resume,
    Say,
    SayMore,
    SendDtmf,
    SetTimer,
    Stop,
    Think,
    Transfer,
)
from system1.mind import System1
from system1.notices import (
    AdviceHeeded,
    AnswerKept,
    FloorMoved,
    Notice,
    SpeechDismissed,
    TurnEnded,
    TurnReopened,
)
from system1.percepts import (
    CallerLeft,
    CallStarted,
    HeardLess,
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    Tick,
    WordPlayed,
)
from system1.questions import Question
from system2.memory.extraction import CallOver, without_secrets


class Source(Protocol):
    """Something that brings percepts at times it knows in advance."""

    def next_due(self) -> float | None:
        """When the next percept is due (s)."""
        ...

    def take(self, at: float) -> Percept | None:
        """The next percept due by ``at``, if there is one."""
        ...


@dataclass(slots=True)
class _Open:
    """An utterance that has not ended."""

    kind: Kind
    text: str
    because: Because
    started: float | None = None
    last: float = 0.0
    chars: int = 0


class Call:
    """The core of one call. ``listen``: tells the ears what was asked; ``under_way``: said."""

    def __init__(
        self,
        policy: Policy,
        thinking: Thinking,
        mouth: Mouth,
        listen: Callable[[Question | None], None],
        journal: Journal,
        sources: Sequence[Source] = (),
        advising: Advising | None = None,
        errands: Errands | None = None,
        remembering: Remembering | None = None,
        overhearing: Overhearing | None = None,
    ) -> None:
        self.policy = policy
        self.journal = journal
        self.now = 0.0
        self.ended: Outcome | None = None
        self.press: Callable[[str], None] = mouth.press
        """Presses keys; the mouth sounds them."""
        self._ended_at = 0.0
        self._begun = False
        self._system1 = System1(policy)
        self._thinking = thinking
        self._mouth = mouth
        self._listen = listen
        self._overhearing = overhearing
        self._sources = (*sources, overhearing) if overhearing is not None else tuple(sources)
        self._advising = advising
        self._errands = errands
        self._remembering = remembering
        self._timer: float | None = None
        self.under_way: dict[int, _Open] = {}
        self._history: list[tuple[str, str]] = []
        self._said = (0, "")

    def begin(self, opened: CallOpened, recalled: Recalled = UNKNOWN) -> None:
        """Open the line to a caller of whom this is known."""
        self._begun = True
        self.journal.write(opened)
        if recalled.note is not None:
            self.journal.write(recalled.note)
        self.perceive(CallStarted(0.0, opened.local, recalled.known, recalled.calls))

    def perceive(self, percept: Percept) -> None:
        """Give System 1 a percept and do what it decides."""
        if self.ended is not None:
            return
        percept = tidy(percept)
        self.now = max(self.now, percept.at)
        self.journal.write(PerceptSeen(percept.at, percept))
        self._follow_playback(percept)
        outputs = self._system1.step(percept)
        if isinstance(percept, CallerLeft):
            self._end("caller_hung_up", "caller", None)
            return
        for output in outputs:
            self._carry_out(output)

    def next_due(self) -> float | None:
        """When something is due next (s), None if nothing is scheduled."""
        return min((due for due in self._dues() if due is not None), default=None)

    def _dues(self) -> tuple[float | None, ...]:
        """When each of what brings something does so next; of equal times the first goes first."""
        advice = self._advising.next_due() if self._advising is not None else None
        errand = self._errands.next_due() if self._errands is not None else None
        sources = [source.next_due() for source in self._sources]
        return (*sources, self._thinking.next_due(), advice, errand, self._timer)

    async def advance(self, to: float) -> None:
        """Let everything due up to ``to`` (s) happen, in time order."""
        while self.ended is None:
            await self._thinking.settle()
            if self._advising is not None:
                await self._advising.settle()
            if self._overhearing is not None:
                await self._overhearing.settle()
            if not self._happen(to):
                break
        self.now = max(self.now, to)

    def _happen(self, to: float) -> bool:
        """Deliver the earliest thing due by ``to``; False if there is none."""
        best: tuple[float, int] | None = None
        for rank, due in enumerate(self._dues()):
            if due is not None and due <= to and (best is None or due < best[0]):
                best = (due, rank)
        if best is None:
            return False
        due, rank = best
        if rank < len(self._sources):
            percept = self._sources[rank].take(due)
            if percept is not None:
                self.perceive(percept)
        elif rank == len(self._sources):
            taken = self._thinking.take(max(due, self.now))
            if taken is not None:
                thought, done = taken
                if self._errands is not None:
                    self._errands.thought(thought.think, thought.content)
                self.perceive(replace(thought, at=max(thought.at, self.now)))
                if done is not None:
                    self.journal.write(replace(done, at=round(max(done.at, self.now), DECIMALS)))
        elif rank == len(self._sources) + 1 and self._advising is not None:
            advice = self._advising.take(max(due, self.now))
            if advice is not None:
                self.perceive(advice)
        elif rank == len(self._sources) + 2 and self._errands is not None:
            back = self._errands.take(max(due, self.now))
            if back is not None:
                returned, record = back
                if record is not None:
                    self.journal.write(replace(record, at=round(max(due, self.now), DECIMALS)))
                if returned is not None:
                    self.perceive(returned)
        else:
            self._timer = None
            self.perceive(Tick(max(due, self.now)))
        return True

    def fail(self) -> None:
        """End the call because something broke: what was said so far stays valid."""
        self.stop("error")

    def stop(self, outcome: Outcome) -> None:
        """End the call from outside, if it has not ended; what was said so far stays valid."""
        if self.ended is None:
            self._end(outcome, "system", None)

    async def close(self) -> None:
        """Close what the call holds; a call still open has been left by its caller."""
        if self.ended is None:
            self.perceive(CallerLeft(self.now))
        await self._thinking.close()
        if self._advising is not None:
            await self._advising.close()
        if self._overhearing is not None:
            self.journal.write(self._overhearing.figures(round(self.now, DECIMALS)))
            await self._overhearing.close()
        if self._errands is not None:
            for record in await self._errands.close(self.now):
                self.journal.write(record)
        self._mouth.close()
        await self._remember()
        self.journal.close()

    async def _remember(self) -> None:
        """The call is over: now it may take its time."""
        if self._remembering is None:
            return
        if self._begun and self.ended is not None:
            scene = self._system1.scene
            said = without_secrets(scene, self._history)
            over = CallOver(scene, self.ended, said)
            self.journal.write(await self._remembering.write(over, self._ended_at))
        await self._remembering.close()

    def _follow_playback(self, percept: Percept) -> None:
        match percept:
            case PlaybackStarted(at=at, utterance=number):
                if (spoken := self.under_way.get(number)) is not None:
                    spoken.started = spoken.last = at
            case WordPlayed(at=at, utterance=number, chars=chars):
                if (spoken := self.under_way.get(number)) is not None:
                    spoken.chars, spoken.last = chars, at
            case PlaybackFinished(at=at, utterance=number):
                self._write_utterance(number, at, None)
            case PlaybackCut(at=at, utterance=number, chars=chars):
                self._write_utterance(number, at, chars)
            case HeardLess(utterance=number, chars=chars):
                self._forget(number, chars)
            case _:
                pass

    def _write_utterance(self, number: int, at: float, chars: int | None) -> None:
        spoken = self.under_way.pop(number, None)
        if spoken is None or spoken.started is None:
            return
        heard = spoken.text if chars is None else spoken.text[:chars]
        if spoken.kind is not Kind.BACKCHANNEL and heard.strip():
            self._history.append(("agent", heard.strip()))
            self._said = (number, heard)
        self.journal.write(
            Utterance(
                at=self.now,
                id=number,
                kind=spoken.kind,
                text=spoken.text,
                start=spoken.started,
                end=at,
                heard=heard,
                cut=chars is not None,
                because=spoken.because,
            )
        )

    def _forget(self, number: int, chars: int) -> None:
        """Of the last utterance that was over no more was heard."""
        said, heard = self._said
        found = [n for n, turn in enumerate(self._history) if turn == ("agent", heard.strip())]
        if said == number and found:
            self._history[found[-1]] = ("agent", heard[:chars].strip())

    def _carry_out(self, output: Act | Notice) -> None:
        decided = decision(output, self.now)
        if decided is not None:
            self.journal.write(decided)
        match output:
            case Say(utterance=number, kind=kind, text=text, because=because, more=more):
                self.under_way[number] = _Open(kind, text, because)
                self._mouth.say(number, kind, text, more, output.rate)
                if output.gain_db:
                    self._mouth.duck(number, output.gain_db)
            case SayMore(utterance=number, text=text, more=more):
                if (spoken := self.under_way.get(number)) is not None:
                    spoken.text += text
                self._mouth.say_more(number, text, more)
            case Stop(utterance=number, fade_s=fade_s):
                self._mouth.stop(number, fade_s)
            case Duck(utterance=number, gain_db=gain_db):
                self._mouth.duck(number, gain_db)
            case Resume(utterance=number):
                self._mouth.resume(number)
            case Think():
                self._thinking.start(output, self.now, [text for _, text in self._history])
            case Abandon(think=think):
                done = self._thinking.abandon(think, self.now)
                if done is not None:
                    self.journal.write(done)
                if self._errands is not None:
                    self._errands.abandon(think, self.now)
            case Consult():
                if self._advising is not None:
                    self._advising.start(output, self.now)
            case Listen(question=question):
                self._listen(question)
            case Transfer(to=to):
                self._end("transferred", "agent", to)
            case HangUp(time_out=time_out):
                self._end("time_out" if time_out else "agent_hung_up", "agent", None)
            case SetTimer(at=at):
                self._timer = at
            case FloorMoved(at=at, source=source, target=target, action=action, by=by):
                self.journal.write(FloorChange(at, source, target, action, by))
            case TurnEnded(at=at, start=start, end=end, text=text):
                self.journal.write(CallerTurn(at, start, end, text))
                self._history.append(("caller", text))
            case TurnReopened():
                # It will be taken again, whole.
                last = max(n for n, (who, _) in enumerate(self._history) if who == "caller")
                del self._history[last]
            case AnswerKept(think=think):
                if self._errands is not None:
                    self._errands.take_up(think)
                done = self._thinking.take_up(think, self.now)
                if done is not None:
                    self.journal.write(done)
            case SendDtmf(digits=digits):
                self.press(digits)
            case SpeechDismissed() | AdviceHeeded():
                pass
            case _:
                assert_never(output)

    def _end(self, outcome: Outcome, by: str, to: str | None) -> None:
        for number in list(self.under_way):
            spoken = self.under_way[number]
            self._write_utterance(number, max(spoken.last, 0.0), spoken.chars)
        self.ended = outcome
        self._ended_at = self.now
        self._timer = None
        for done in self._thinking.leave(self.now):
            self.journal.write(done)
        self.journal.write(CallEnded(self.now, outcome, by, self.now, to))
