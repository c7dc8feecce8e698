"""What the agent does of its own accord while the caller is silent."""

from __future__ import annotations

from pydantic import Field

from policies.model import Seconds, Section


class Initiative(Section):
    """Reminding, taking a task up again, and news of what takes long."""

    remind: int = Field(
        2,
        ge=0,
        le=20,
        description="From so many silences in a row on, a check-in asks the open question again; "
        "0 never. A line that holds {ask} asks it anyway. No unit.",
    )
    resume: Seconds = Field(
        4.0,
        ge=0.5,
        le=120,
        description="After so much silence the agent goes back to the task that was left for a "
        "question of the caller's. Unit: s.",
    )
    progress: Seconds = Field(
        8.0,
        ge=1,
        le=120,
        description="While the caller waits for something that is being looked up, the last step "
        "of fillers is said again after so much silence. Unit: s.",
    )
