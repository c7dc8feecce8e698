"""The tools as they really are: over HTTP, as functions, on MCP servers."""

from __future__ import annotations

from collections.abc import Mapping

from policies.tools import Tool
from system2.desk import Json
from system2.tools.answers import Answer, ToolError
from system2.tools.http import HttpTools, Pause
from system2.tools.mcp_call import McpTools
from system2.tools.python_call import call_python


class Outside:
    """A ``Toolbox`` for one call. ``environment``: where secrets come from."""

    def __init__(self, environment: Mapping[str, str], pause: Pause) -> None:
        self._http = HttpTools(environment, pause)
        self._mcp = McpTools(environment)

    async def run(self, tool: Tool, arguments: Mapping[str, Json], key: str) -> Answer:
        """See ``Toolbox``."""
        try:
            return Answer(True, await self._answer(tool, arguments, key))
        except ToolError as error:
            return Answer(False, str(error), unclear=error.unclear)

    async def _answer(self, tool: Tool, arguments: Mapping[str, Json], key: str) -> str:
        if tool.http is not None:
            return await self._http.call(tool, arguments, key)
        if tool.mcp is not None:
            return await self._mcp.call(tool, arguments)
        assert tool.python is not None
        return await call_python(tool.python, arguments, tool.most_bytes)

    async def close(self) -> None:
        """See ``Toolbox``."""
        await self._http.close()
        await self._mcp.close()
