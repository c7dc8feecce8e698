"""The functions of a client as tools of System 2: what it wants run the client is asked to run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from agent.realtime.settings import CLIENTS_OWN
from policies.tools import Tool
from system2.desk import Json
from system2.tools.answers import Answer, Toolbox, ToolError, bounded


class ClientFunctions:
    """A ``Toolbox``. ``asks``: tells the client, and gives the id under which it will answer.

    What is a tool of the policy's own goes to ``others``.
    """

    def __init__(self, asks: Callable[[str, Mapping[str, Json]], str], others: Toolbox) -> None:
        self._asks = asks
        self._others = others
        self._open: dict[str, asyncio.Future[str]] = {}

    async def run(self, tool: Tool, arguments: Mapping[str, Json], key: str) -> Answer:
        """See ``Toolbox``."""
        if tool.python != CLIENTS_OWN:
            return await self._others.run(tool, arguments, key)
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        call = self._asks(tool.id, arguments)
        self._open[call] = future
        try:
            return Answer(True, bounded(await future, tool.most_bytes))
        except ToolError as error:
            return Answer(False, str(error), unclear=True)
        finally:
            del self._open[call]

    def answered(self, call: str, output: str) -> None:
        """The client has run it; one that nobody waits for any more is let go."""
        future = self._open.get(call)
        if future is not None and not future.done():
            future.set_result(output)

    async def close(self) -> None:
        """See ``Toolbox``."""
        await self._others.close()
