"""An adviser over HTTP: ``POST /v1/systemone``, the format of decision models.

As served by ``transformers serve`` from 5.23 on (``transformers.cli.serving.systemone``): a state
and typed questions go in, a probability for every allowed answer comes out, no text is made. A
yes/no question is a ``noul`` there, one with named options a ``choice``. The connection is kept
open from question to question. Redirects and the environment's proxies are not followed: what a
caller said goes to the address in the policy and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.advising import AdviserError
from policies.advising import Adviser as Terms
from policies.advising import Matter
from system1.acts import Consult
from system1.consultation import INTERRUPTS

if TYPE_CHECKING:
    from http.client import HTTPConnection

PATH = "/v1/systemone"

LONGEST_ANSWER = 64 * 1024
"""Bytes; an answer to one question has a few hundred."""

AT_ONCE = 4
"""Requests under way in one call at most; those that nobody wants any more are cut off."""

QUESTIONS: dict[str, dict[Matter, dict[str, object]]] = {
    "en": {
        Matter.DONE: {
            "type": "noul",
            "instructions": "This is a phone call. The caller has paused. "
            "Has the caller finished the turn?",
            "criteria": {
                "true": "The turn is whole: it is the agent's turn to speak.",
                "false": "The caller has only paused and is about to go on.",
            },
        },
        Matter.OVERLAP: {
            "type": "choice",
            "instructions": "This is a phone call. The caller speaks while the agent does. "
            "What are the caller's words?",
            "criteria": {
                INTERRUPTS: "An interruption: the agent should stop and listen.",
                "listens": "A backchannel of someone who listens: the agent should go on.",
                "aside": "Not meant for the agent: the agent should go on.",
            },
        },
    },
    "zh": {
        Matter.DONE: {
            "type": "noul",
            "instructions": "这是一通电话。来电者停顿了。来电者这一轮话说完了吗？",
            "criteria": {
                "true": "话已说完，轮到客服说话。",
                "false": "来电者只是停顿，马上会继续说。",
            },
        },
        Matter.OVERLAP: {
            "type": "choice",
            "instructions": "这是一通电话。客服说话时来电者也在说话。来电者的话是什么？",
            "criteria": {
                INTERRUPTS: "打断：客服应该停下来听。",
                "listens": "表示在听的附和：客服应该继续说。",
                "aside": "不是对客服说的：客服应该继续说。",
            },
        },
    },
}


def request(model: str, consult: Consult) -> dict[str, object]:
    """The body of a request: all that leaves the house."""
    moment = consult.moment
    wording = QUESTIONS["zh" if moment.language.startswith("zh") else "en"]
    return {
        "model": model,
        "state": {"agent": moment.agent, "asked_for": moment.asked, "caller": moment.caller},
        "questions": {consult.about.value: wording[consult.about]},
    }


def probabilities(about: Matter, body: bytes) -> Mapping[str, float]:
    """What an answer's body says; ``AdviserError`` if that is not what was asked."""
    try:
        answer = json.loads(body)["answers"][about.value]
        if about is Matter.DONE:
            done = float(answer["noul"])
            return {"done": done, "goes_on": 1.0 - done}
        return {str(option): float(said) for option, said in answer["probabilities"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise AdviserError("its answer is not that of a decision model") from None


class SystemOne:
    """The server that a policy names. ``timeout_s``: of each of a request's steps."""

    def __init__(self, terms: Terms, key: str | None, timeout_s: float) -> None:
        # Late: a call without an adviser needs neither threads nor HTTP.
        from concurrent.futures import ThreadPoolExecutor

        self._terms = terms
        self._timeout_s = timeout_s
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="adviser")
        self._idle: list[_Line] = []

    async def ask(self, consult: Consult) -> Mapping[str, float]:
        """See ``agent.advising.Adviser``."""
        sent = request(self._terms.model, consult)
        body = json.dumps(sent, ensure_ascii=False).encode()
        line = self._idle.pop() if self._idle else _Line(self._terms.url, self._timeout_s)
        loop = asyncio.get_running_loop()
        try:
            status, answer = await loop.run_in_executor(
                self._threads, line.post, body, self._headers
            )
        except BaseException:
            line.drop()
            raise
        self._idle.append(line)
        if status != 200:
            # The answer's text is not told: servers quote what they were sent.
            raise AdviserError(f"its server answers {status}")
        return probabilities(consult.about, answer)

    async def close(self) -> None:
        """Close the connections."""
        for line in self._idle:
            line.drop()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Line:
    """One connection to the server, used by one request at a time."""

    def __init__(self, url: str, timeout_s: float) -> None:
        from http.client import HTTPConnection, HTTPSConnection

        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._path = parts.path + PATH
        self._http: HTTPConnection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
        self._busy = False
        self._dropped = False

    def post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer; in a thread of its own."""
        from http.client import HTTPException

        self._busy = True
        kept = self._http.sock is not None
        try:
            if not kept:
                return self._post(body, headers)
            try:
                return self._post(body, headers)
            except (ConnectionError, HTTPException):
                # The server has closed a connection that was idle: that is no failure.
                self._http.close()
                return self._post(body, headers)
        except TimeoutError:
            self._http.close()
            raise
        except (OSError, HTTPException) as error:
            self._http.close()
            raise AdviserError(f"its server cannot be asked: {type(error).__name__}") from None
        finally:
            self._busy = False
            if self._dropped:
                self._http.close()

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if self._dropped:
            raise ConnectionAbortedError
        self._http.request("POST", self._path, body, dict(headers))
        answer = self._http.getresponse()
        found = answer.read(LONGEST_ANSWER + 1)
        if len(found) > LONGEST_ANSWER:
            raise ConnectionAbortedError
        return answer.status, found

    def drop(self) -> None:
        """The answer is no longer wanted: a thread that waits for it wakes up."""
        self._dropped = True
        if self._busy:
            opened = self._http.sock
            if opened is not None:
                with suppress(OSError):
                    opened.shutdown(socket.SHUT_RDWR)
        else:
            self._http.close()
