from __future__ import annotations

from policies.engines.kyutai_stt import KyutaiStt
from speech.kyutai.guards import PauseGuard
from system1.questions import AnswerKind, Question


def guard(steps: int = 50) -> PauseGuard:
    it = PauseGuard(KyutaiStt())
    for _ in range(steps):
        it.step()
    return it


def test_the_first_steps_and_the_time_before_words_are_not_believed() -> None:
    early = guard(steps=12)
    early.word("hello")
    assert not early.allows()
    early.step()
    assert early.allows()

    late = guard()
    assert not late.allows()
    late.word("hello")
    assert late.allows()
    late.begins()
    assert not late.allows()


def test_digits_are_not_believed() -> None:
    it = guard()
    for word in ("five", "5", "zero", "double", "3b"):
        it.word(word)
        assert not it.allows(), word
    it.word("house")
    assert it.allows()


def test_nothing_is_believed_while_a_number_is_asked_for() -> None:
    it = guard()
    it.word("yes")
    for kind, believed in (
        (AnswerKind.DIGITS, False),
        (AnswerKind.SPELLING, False),
        (AnswerKind.YES_NO, True),
    ):
        it.expect(Question(kind))
        assert it.allows() is believed
    it.expect(None)
    assert it.allows()
