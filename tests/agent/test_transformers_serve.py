"""The adviser against the real thing: ``transformers serve`` with a tiny model made here.

The model's weights are random, so its probabilities are about even; what is tested is that the
server understands every question and that its answers are understood.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.advising import AdviserError
from agent.systemone import SystemOne
from policies.advising import Adviser, Matter
from system1.acts import Because, Consult
from system1.consultation import OPTIONS, Moment
from tests.serving import free_port, make_model, serving

pytest.importorskip("fastapi")
pytest.importorskip("accelerate")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adviser]:
    folder = tmp_path_factory.mktemp("served")
    make_model(folder / "model")
    with serving(folder, free_port()) as url:
        yield Adviser(url=url, model=str(folder / "model"))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("about", list(Matter))
async def test_every_question_is_understood(served: Adviser, about: Matter, language: str) -> None:
    moment = Moment("my number is", "digits", "What is your number?", language, 5.4)
    adviser = SystemOne(served, None, 30.0)
    said = await adviser.ask(Consult(1, about, moment, Because("adviser")))
    again = await adviser.ask(Consult(2, about, moment, Because("adviser")))
    await adviser.close()
    assert tuple(said) == OPTIONS[about]
    assert sum(said.values()) == pytest.approx(1.0)
    assert all(0.05 < one < 0.95 for one in said.values()), "random weights are sure of nothing"
    assert said == again


@pytest.mark.slow
async def test_what_it_refuses_is_told_by_its_status(served: Adviser) -> None:
    moment = Moment("my number is", "digits", "", "en", 5.4)
    adviser = SystemOne(served.model_copy(update={"model": ""}), None, 30.0)
    with pytest.raises(AdviserError, match=r"answers (4|5)\d\d"):
        await adviser.ask(Consult(1, Matter.DONE, moment, Because("adviser")))
    await adviser.close()
