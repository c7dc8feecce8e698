"""Work that blocks, in a thread that nobody has to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

from system2.tools.answers import ToolError

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """What ``work`` returns. Of what it raises only a ``ToolError`` is told in its own words.

    Cancelled, the work goes on unheard. The thread is a daemon: a tool that hangs for ever must
    not keep the process, as the threads of a pool would.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Future[T] = loop.create_future()

    def tell(result: T) -> None:
        if not told.done():
            told.set_result(result)

    def refuse(error: ToolError) -> None:
        if not told.done():
            told.set_exception(error)

    def run() -> None:
        # The loop may be closed by then, and nobody is left to tell.
        with suppress(RuntimeError):
            try:
                result = work()
            except ToolError as error:
                loop.call_soon_threadsafe(refuse, error)
            except BaseException as error:
                refusal = ToolError(f"it raised {type(error).__name__}")
                loop.call_soon_threadsafe(refuse, refusal)
            else:
                loop.call_soon_threadsafe(tell, result)

    Thread(target=run, name="tool", daemon=True).start()
    return await told
