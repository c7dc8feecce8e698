"""What the laboratory's callers say: the data beside this file, as typed sections."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from policies.documents import load_document
from policies.model import Section, Text
from system1.questions import AnswerKind

Split = Literal["tuning", "held_out"]

PAUSE = " / "
"""Where a pause is, in a text."""

Lines = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]


class Hesitant(Section):
    """Sentences with pauses, by the place of the pause."""

    function_word: Lines
    filler: Lines
    content_word: Lines
    whole_clause: Lines


class Answer(Section):
    """An answer to a slot's question."""

    kind: Annotated[AnswerKind, Field(strict=False)]
    slot: Text
    says: Text


class SplitTexts(Section):
    """The texts of one split."""

    complete: Lines
    hesitant: Hesitant
    digits: Lines
    spellings: Lines
    yes_no: Lines
    answers: Annotated[tuple[Answer, ...], Field(strict=False, min_length=1)]
    interruptions: Lines
    backchannels: Lines
    tics: Lines
    side_talk: Lines

    def lines(self) -> tuple[str, ...]:
        """Everything that is said in turns and over the agent, as it is written."""
        hesitant = self.hesitant
        places = (hesitant.function_word, hesitant.filler)
        more = (hesitant.content_word, hesitant.whole_clause)
        return (
            *self.complete,
            *(line for place in (*places, *more) for line in place),
            *self.digits,
            *self.spellings,
            *self.yes_no,
            *(answer.says for answer in self.answers),
            *self.interruptions,
            *self.backchannels,
            *self.side_talk,
        )


class Texts(Section):
    """Both splits, which share no sentence."""

    tuning: SplitTexts
    held_out: SplitTexts

    def of(self, split: Split) -> SplitTexts:
        """The texts of a split."""
        return self.tuning if split == "tuning" else self.held_out


@cache
def texts() -> Texts:
    """The shipped texts, in English."""
    return load_document(Texts, files("scenarios.laboratory").joinpath("texts_en.yaml"))


def said(line: str) -> str:
    """A line without its marks."""
    return line.replace(PAUSE, " ")


def words() -> tuple[str, ...]:
    """The single words of both splits, sorted: what ears may be told, unlike the sentences."""
    lines = (*texts().tuning.lines(), *texts().held_out.lines())
    return tuple(sorted({word.strip("?,") for line in lines for word in said(line).split()}))
