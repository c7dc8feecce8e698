"""The call in the terminal while it unfolds: one line an event, written once, never redrawn.

A coloured bar at the left says who has the floor. The caller's words are those that were heard;
the agent's appear when it begins to speak, and when it is cut off, what was left of them.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    Decision,
    EchoMeasured,
    ErrandDone,
    FloorChange,
    PerceptSeen,
    Record,
    Remembered,
    ThinkDone,
    Utterance,
)
from agent.wording import clock, joined, length, used, why, wording
from system1.acts import Because, Kind
from system1.notices import FloorState
from system1.percepts import Heard, PlaybackStarted, SoundEvent, Word

_CALLER, _AGENT, _ASIDE = "bold blue", "bold green", "dim"
_KINDS: dict[Kind, str] = {
    Kind.FILLER: "magenta",
    Kind.CHECK_IN: "yellow",
    Kind.SOOTHE: "bright_magenta",
    Kind.BACKCHANNEL: "dim",
    Kind.REPAIR: "cyan",
    Kind.CLARIFY: "cyan",
}
_FLOOR: dict[FloorState, str] = {
    FloorState.USER: "blue",
    FloorState.SYSTEM: "green",
    FloorState.FREE_U: "bright_black",
    FloorState.FREE_S: "bright_black",
    FloorState.BOTH_U: "red",
    FloorState.BOTH_S: "red",
}
_REPORTED = (
    "stop", "duck", "resume", "reopen_turn", "take_up", "disregard", "heed", "transfer", "hang_up",
    "send_dtmf",
)  # fmt: skip
_MOST_EVIDENCE = 3
"""Items of evidence on a line; the report has them all."""


class LiveTranscript:
    """A listener for records: prints the call on a console as they come, in their order."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        self._words = wording(language)
        self._speaker_cells = 2 + max(cell_len(self._words(who)) for who in ("caller", "agent"))
        self._floor = FloorState.FREE_S
        self._decided: dict[int, Decision] = {}
        self._taken: Because | None = None
        self._reason: Because | None = None
        self._dropped: dict[int, Because] = {}
        self._begun: set[int] = set()
        self._told: dict[int, str] = {}
        self._finals: dict[int, tuple[Word, ...]] = {}

    def __call__(self, record: Record) -> None:
        """Print what a record has to say to a person, if anything."""
        match record:
            case CallOpened():
                self._opened(record)
            case PerceptSeen(percept=PlaybackStarted(utterance=utterance), at=at):
                self._speaks(at, utterance)
            case PerceptSeen(percept=Heard(final=True, stretch=stretch, words=words), at=at):
                self._finals[stretch] = words
                if self._floor is FloorState.SYSTEM:
                    self._over_the_agent(at)
            case PerceptSeen(percept=SoundEvent(sound=sound, detail=detail), at=at):
                self._caller(at, f"[{sound} {detail}]".replace("_", " ").replace(" ]", "]"))
            case CallerTurn():
                self._takes_turn(record)
            case FloorChange(source=source, target=target, at=at):
                self._floor = target
                if (source, target) == (FloorState.BOTH_S, FloorState.SYSTEM):
                    self._over_the_agent(at)
            case Decision():
                self._decides(record)
            case Utterance():
                self._ends(record)
            case ThinkDone():
                self._thought(record)
            case ErrandDone(at=at):
                self._aside(at, "✦ " + used(record, self._words))
            case Remembered(at=at, op=op, detail=detail):
                self._aside(at, f"{self._words('memory')}: {op} {detail}".rstrip())
            case EchoMeasured(at=at, loss_db=loss_db):
                self._aside(at, f"{self._words('echo')} {loss_db:.0f} dB")
            case CallEnded():
                self._closed(record)
            case _:
                pass

    def _opened(self, record: CallOpened) -> None:
        parts = [record.policy, record.profile, record.model]
        title = Text.assemble(
            (record.scenario or record.policy, "bold"), (f"  {' · '.join(parts)}", _ASIDE)
        )
        self._console.print(title, highlight=False)

    def _decides(self, record: Decision) -> None:
        match record.do:
            case "say" if isinstance(record.to, int):
                self._decided[record.to] = record
            case "say_more" if isinstance(record.to, int) and record.text:
                self._goes_on(record.at, record.to, record.text)
            case "take_turn":
                self._taken = record.because
            case "abandon" if isinstance(record.to, int):
                self._dropped[record.to] = record.because
            case do if do in _REPORTED:
                target = f" → {record.to}" if isinstance(record.to, str) else ""
                self._why(record.at, f"{self._words.named('act', do)}{target}", record.because)
                if record.summary is not None:
                    for line in record.summary.text.splitlines():
                        self._aside(record.at, f"  {line}")
            case _:
                pass

    def _takes_turn(self, record: CallerTurn) -> None:
        self._finals = {
            stretch: words
            for stretch, words in self._finals.items()
            if words and words[0].start > record.end
        }
        note = f"{self._words('turn_over')} +{length(record.at - record.end)}"
        if self._taken is not None:
            note += f" · {why(self._taken, _MOST_EVIDENCE)}"
        self._taken = None
        self._caller(record.at, record.text, note)

    def _speaks(self, at: float, utterance: int) -> None:
        decision = self._decided.get(utterance)
        if decision is None or utterance in self._begun:
            return
        self._begun.add(utterance)
        text = self._told.get(utterance) or decision.text or ""
        self._told[utterance] = text
        self._agent(at, text, decision.kind, decision.because)

    def _goes_on(self, at: float, utterance: int, text: str) -> None:
        decision = self._decided.get(utterance)
        before = self._told.get(utterance) or (decision.text if decision else None) or ""
        self._told[utterance] = before + text
        if decision is not None and utterance in self._begun:
            self._agent(at, f"… {text.strip()}", decision.kind, None)

    def _ends(self, record: Utterance) -> None:
        if record.id not in self._begun and record.end > record.start:
            self._begun.add(record.id)
            self._agent(record.start, record.text, record.kind, record.because)
        if not record.cut:
            return
        lost = record.text.removeprefix(record.heard).strip()
        name = self._words("cut_off" if record.heard else "never_said")
        style = "red" if record.heard else _ASIDE
        self._print(record.at, Text.assemble((f"✂ {name}  ", style), (lost, "strike dim")))

    def _agent(self, at: float, text: str, kind: Kind | None, because: Because | None) -> None:
        line = Text(text, style=_KINDS.get(kind, "") if kind else "")
        if because is not None:
            name = f"{self._words.named('kind', str(kind))} · " if kind else ""
            line = Text.assemble(line, (f"  {name}{why(because, _MOST_EVIDENCE)}", _ASIDE))
        self._print(at, line, Text(self._words("agent"), style=_AGENT))

    def _caller(self, at: float, text: str, note: str = "") -> None:
        line = Text.assemble(text, (f"  {note}" if note else "", _ASIDE))
        self._print(at, line, Text(self._words("caller"), style=_CALLER))

    def _over_the_agent(self, at: float) -> None:
        """What the caller said while the agent spoke and kept the floor: no turn, but heard."""
        for stretch in sorted(self._finals):
            words = self._finals[stretch]
            if words:
                said = joined(word.text for word in words)
                self._caller(at, said, self._words("over_agent"))
        self._finals.clear()

    def _thought(self, record: ThinkDone) -> None:
        end = record.at if record.done is None else record.done
        parts = [
            f"{self._words('thought')} {length(max(0.0, end - record.started))}",
            self._words.named("thought", record.outcome),
        ]
        if record.speculative:
            parts.append(self._words("speculative"))
        if record.first_text is not None and record.first_text < end - 0.005:
            first = length(max(0.0, record.first_text - record.started))
            parts.append(f"{self._words('first_text')} {first}")
        if record.tokens_in or record.tokens_out:
            tokens = f"{record.tokens_in} → {record.tokens_out} {self._words('tokens')}"
            parts.append(tokens)
        if dropped := self._dropped.pop(record.id, None):
            parts.append(why(dropped, _MOST_EVIDENCE))
        self._aside(record.at, "✦ " + " · ".join(parts))

    def _why(self, at: float, text: str, because: Because) -> None:
        again = because == self._reason
        self._reason = because
        self._aside(at, f"↳ {text}" if again else f"↳ {text}  {why(because, _MOST_EVIDENCE)}")

    def _aside(self, at: float, text: str) -> None:
        self._print(at, Text(text, style=_ASIDE))

    def _closed(self, record: CallEnded) -> None:
        target = f" → {record.to}" if record.to else ""
        line = Text.assemble(
            (
                self._words.named("outcome", record.outcome) + target,
                "bold red" if record.outcome == "error" else "bold",
            ),
            (f"  {length(record.duration)}", _ASIDE),
        )
        self._print(record.at, line)

    def _print(self, at: float, line: Text, speaker: Text | None = None) -> None:
        """One line: time, floor, speaker, words; on a terminal long words hang below theirs."""
        speaker = Text("") if speaker is None else speaker
        when, floor = Text(f"{clock(at):>7} ", style=_ASIDE), Text("▌ ", _FLOOR[self._floor])
        speaker = speaker.copy()
        speaker.pad_right(self._speaker_cells - speaker.cell_len)
        if not self._console.is_terminal:
            whole = Text.assemble(when, floor, speaker, line)
            self._console.print(whole, highlight=False, soft_wrap=True)
            return
        row = Table.grid()
        for cells in (8, 2, self._speaker_cells):
            row.add_column(width=cells, no_wrap=True)
        row.add_column(overflow="fold")
        row.add_row(when, floor, speaker, line)
        self._console.print(row, highlight=False)
