"""Thinking ahead: System 2 begins while it is not yet certain that the caller has finished."""

from __future__ import annotations

from pydantic import Field

from policies.model import Seconds, Section


class Speculation(Section):
    """When System 2 begins before the turn is over. What it says is said only if the turn, once it
    is over, asks the same."""

    above: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Thinking ahead begins once the turn is over with this probability; 1 never. "
        "No unit, 0 to 1.",
    )
    hold: Seconds = Field(
        0.8,
        ge=0,
        le=5,
        description="While what was begun ahead has not a word yet, the turn is not taken before "
        "this much silence: listening on costs nothing then. 0 switches that off. Unit: s.",
    )
    per_turn: int = Field(
        3,
        ge=0,
        le=20,
        description="So often at most in one turn of the caller's; 0 switches it off. No unit.",
    )
    waste: float = Field(
        0.5,
        ge=0,
        le=1,
        description="While more than this share of the call's thinks ahead was for nothing, no "
        "more are begun; it counts from the fifth. No unit, 0 to 1.",
    )
