"""How the embedded mind uses a tool: asks leave, uses it, sets out on a long errand, reports.

It does so by rule: a task says which tool it uses once it has what it needs, and in whose words
the answer is told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from system1.brief import Brief
from system1.errands import Errand, Outcome, Proposal
from system1.language import Language
from system1.questions import AnswerKind, Question
from system2.desk import Desk, Json
from system2.lines import lines_of
from system2.reply import NotYet, Reply, Wanted, sentences
from system2.tasks import TaskRun
from system2.tools.answers import compact

_YES_NO = Question(AnswerKind.YES_NO)
_ASKING = ("?", "\uff1f")


class ToolUse:
    """The tools of one policy's tasks."""

    def __init__(self, runs: Mapping[str, TaskRun], language: Language) -> None:
        self._runs = runs
        self._lines = lines_of(language)

    async def used(self, reply: Reply, wanted: Wanted, brief: Brief, desk: Desk) -> Reply | NotYet:
        """The reply once the tool that it wants was used, or leave is asked, or it is under way."""
        run = self._runs[wanted.task]
        spec = next((one for one in desk.tools if one.name == wanted.tool), None)
        if spec is not None and spec.confirm is not None and not wanted.leave:
            ask = run.end.question(spec.confirm, wanted.arguments)
            proposal = Proposal(wanted.tool, compact(dict(wanted.arguments)), ask)
            said = (*reply.said, *sentences(ask, (wanted.task,)))
            return replace(reply, said=said, question=_YES_NO, proposal=proposal, use=None)
        if spec is not None and spec.side_effects and brief.speculative:
            return NotYet()
        match await desk.use(wanted.tool, wanted.arguments):
            case Outcome() as outcome:
                told = run.end.told(outcome, run.end.values(wanted.arguments))
                return replace(told.after(reply.said), progress=reply.progress)
            case Errand() as errand:
                line = sentences(errand.announce or self._lines.set_out, (wanted.task,))
                new = all(one.number != errand.number for one in brief.errands)
                return Reply(
                    (*reply.said, *line),
                    None,
                    reply.progress,
                    set_out=errand if new else None,
                )

    def asked_again(self, proposal: Proposal) -> Reply:
        """The question for leave once more."""
        return Reply(sentences(proposal.ask), _YES_NO, proposal=proposal)

    def allowed(self, proposal: Proposal) -> Wanted | None:
        """What the caller has agreed to; None where no task knows of it."""
        arguments = _arguments(proposal.arguments)
        run = self._run(proposal.tool, arguments)
        return Wanted(run.task.id, proposal.tool, arguments, leave=True) if run else None

    def knows(self, outcome: Outcome) -> bool:
        """Whether a task has the words for it."""
        errand = outcome.errand
        return self._run(errand.tool, _arguments(errand.arguments)) is not None

    def news(self, brief: Brief) -> Reply | None:
        """What came of long errands, told; None where there is nothing to tell."""
        told: Reply | None = None
        for outcome in brief.news:
            arguments = _arguments(outcome.errand.arguments)
            run = self._run(outcome.errand.tool, arguments)
            if run is None:
                continue
            one = run.end.told(outcome, run.end.values(arguments))
            told = one if told is None else one.after(told.said)
        return told

    def with_news(self, reply: Reply, brief: Brief) -> Reply:
        """The answer to what the caller said, and then the news: before a question that it ends
        with, and before a goodbye."""
        news = self.news(brief)
        if news is None:
            return reply
        if reply.use is not None or reply.advice is not None or not reply.said:
            return reply.after(news.said)
        last = reply.said[-1:] if reply.said[-1].text.endswith(_ASKING) else ()
        said = (*reply.said[: len(reply.said) - len(last)], *news.said, *last)
        return replace(reply, said=said, question=reply.question or news.question)

    def _run(self, tool: str, arguments: Mapping[str, Json]) -> TaskRun | None:
        """The task that uses the tool so."""
        for run in self._runs.values():
            use = run.task.then.use
            if use is None or use.tool != tool:
                continue
            if all(
                (isinstance(value, str) and "{" in value) or str(arguments.get(name)) == str(value)
                for name, value in use.arguments.items()
            ):
                return run
        return None


def _arguments(text: str) -> dict[str, Json]:
    """A JSON object; empty where it is none, as in a journal that keeps none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
