"""Whole calls with a language model behind them: what the caller hears of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.records import CallOpened, Record, ThinkDone, Utterance
from agent.wordwise import WordConversation
from policies.policy import Policy
from system1.acts import Kind
from tests.scripted_model import Scripted, scripted_model
from tests.stage import speech
from tests.system2.talking import BROADBAND

pytest.importorskip("openai")

ODD = "my neighbour says the mast on the hill is broken"


async def call(url: str, *said: str, out: Path | None = None, **model: Any) -> list[Record]:
    """The caller says these, ten seconds apart."""
    terms = {"name": "openai:scripted", "url": url, "backoff": 0.0, **model}
    policy = Policy.model_validate(BROADBAND.model_dump(exclude_unset=True) | {"model": terms})
    async with WordConversation.open(policy, out=out) as talk:
        for at, words in enumerate(said):
            percepts, _ = speech(6.0 + 10.0 * at, words, at)
            talk.expect_percepts(percepts)
        await talk.advance(6.0 + 10.0 * len(said))
        return list(talk.journal)


def replies(records: list[Record]) -> list[str]:
    return [one.text for one in records if isinstance(one, Utterance) and one.kind is Kind.REPLY]


async def test_the_caller_hears_the_model_and_the_journal_counts_it() -> None:
    answer = Scripted("mast", ["I have had a look, and the **mast** ", "is fine [restore]."])
    with scripted_model(answer) as server:
        records = await call(server.url, ODD)
    assert replies(records) == ["I have had a look, and the mast is fine."]
    (done,) = [one for one in records if isinstance(one, ThinkDone)]
    assert (done.tokens_in, done.tokens_out, done.cites) == (100, 10, ("restore",))
    opened = records[0]
    assert isinstance(opened, CallOpened)
    assert opened.model == "openai:scripted"


async def test_a_model_that_hands_over_is_obeyed() -> None:
    with scripted_model(Scripted(calls=[("transfer", {"to": "support"})])) as server:
        records = await call(server.url, ODD)
    assert replies(records)[0].endswith("I'll put you through to a colleague.")
    assert "transferred" in repr(records[-1])


@pytest.mark.parametrize(
    "fault",
    [
        Scripted(status=401),
        Scripted(status=404),
        Scripted(raw=b"<html>"),
        Scripted(text=["It is "], drops=True),
    ],
    ids=["key", "model", "garbage", "dropped"],
)
async def test_a_bad_day_of_the_models_is_survived(
    fault: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    with scripted_model(fault) as server:
        records = await call(server.url, ODD, "when will it be fixed")
    assert "right now" in replies(records)[0]
    assert replies(records)[1] == "Most faults are fixed within four hours."
    logged = capsys.readouterr().err.strip().splitlines()
    assert len(logged) == 1
    assert "model.down" in logged[0]
    assert "mast" not in logged[0]
