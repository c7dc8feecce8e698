"""A tool that is a function of the user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module

from system2.desk import Json
from system2.tools.answers import ToolError, of_value
from system2.tools.threads import in_thread


async def call_python(entry: str, arguments: Mapping[str, Json], most_bytes: int) -> str:
    """What ``module:function`` returns for the arguments, as JSON or, if it is text, as it is.

    ``ToolError`` where there is no such function, or it raises: its words are not repeated, since
    they may quote what the caller said.
    """
    function = await in_thread(lambda: _function(entry))
    if not inspect.iscoroutinefunction(function):
        return of_value(await in_thread(lambda: function(**arguments)), most_bytes)
    try:
        value = await function(**arguments)
    except Exception as error:
        raise ToolError(f"it raised {type(error).__name__}") from None
    return of_value(value, most_bytes)


def _function(entry: str) -> Callable[..., object]:
    module, _, path = entry.partition(":")
    try:
        found: object = import_module(module)
    except Exception as error:
        raise ToolError(f"module {module!r} cannot be imported: {type(error).__name__}") from None
    for name in path.split("."):
        found = getattr(found, name, None)
    if not callable(found):
        raise ToolError(f"there is no function {entry!r}")
    return found
