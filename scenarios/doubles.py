"""Tools whose answers stand in the scenario: a call with tools, without what they go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from agent.errands import DEFAULT_TOOL_S
from policies.model import Seconds, Section, Text
from policies.tools import Tool
from system2.desk import Json
from system2.tools.answers import Answer, Toolbox, ToolError, of_value


class Double(Section):
    """What a tool answers here, or that it fails, or that it is really used."""

    arguments: dict[str, JsonValue] | None = Field(
        None,
        alias="with",
        description="Only where it is given these arguments, others beside them notwithstanding.",
    )
    times: int | None = Field(None, ge=1, description="Only so often; then the next one counts.")
    takes: Seconds = Field(
        DEFAULT_TOOL_S, ge=0, le=3600, description="Charged for the use. Unit: s of the call."
    )
    returns: JsonValue = Field(None, description="Its answer, text or JSON.")
    fails: Text | None = Field(None, description="It fails, and why.")
    real: bool = Field(False, description="It is really used, and charged what takes says.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = "returns" in self.model_fields_set, self.fails is not None, self.real
        if sum(given) != 1:
            raise ValueError("needs exactly one of returns, fails, real: true")
        return self

    def fits(self, arguments: Mapping[str, Json]) -> bool:
        """Whether it is meant for these arguments."""
        wanted = self.arguments or {}
        return all(name in arguments and arguments[name] == one for name, one in wanted.items())


def listed(value: object) -> object:
    """One double is a list of itself alone."""
    return [value] if isinstance(value, Mapping) else value


Doubles = Annotated[
    tuple[Double, ...],
    BeforeValidator(listed, json_schema_input_type=Double | list[Double]),
    Field(min_length=1, strict=False),
]


class ScriptedTools:
    """A ``Toolbox``; ``real``: the one that is really used where a double says so.

    ``missing``: what was wanted and has no double.
    """

    def __init__(self, doubles: Mapping[str, Sequence[Double]], real: Toolbox) -> None:
        self._doubles = doubles
        self._real = real
        self._used: dict[tuple[str, int], int] = {}
        self.missing: list[str] = []

    async def run(self, tool: Tool, arguments: Mapping[str, Json], key: str) -> Answer:
        """See ``Toolbox``."""
        double = self._next(tool.id, arguments)
        if double is None:
            self.missing.append(tool.id)
            return Answer(False, f"the scenario has no double for {tool.id!r} with these arguments")
        if double.real:
            answer = await self._real.run(tool, arguments, key)
            return Answer(answer.ok, answer.text, double.takes, answer.unclear)
        if double.fails is not None:
            return Answer(False, double.fails, double.takes)
        try:
            return Answer(True, of_value(double.returns, tool.most_bytes), double.takes)
        except ToolError as error:
            return Answer(False, str(error), double.takes)

    def _next(self, tool: str, arguments: Mapping[str, Json]) -> Double | None:
        for nth, double in enumerate(self._doubles.get(tool, ())):
            used = self._used.get((tool, nth), 0)
            if double.fits(arguments) and (double.times is None or used < double.times):
                self._used[tool, nth] = used + 1
                return double
        return None

    async def close(self) -> None:
        """See ``Toolbox``."""
        await self._real.close()
