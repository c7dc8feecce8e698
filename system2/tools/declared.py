"""The tools that a policy declares, as a mind sees them."""

from __future__ import annotations

from policies.policy import Policy
from system2.desk import ToolSpec


def declared(policy: Policy) -> tuple[ToolSpec, ...]:
    """In the policy's order. Where they go and with what secrets is none of a mind's business."""
    return tuple(
        ToolSpec(
            tool.id,
            tool.description,
            {"type": "object", **tool.parameters},
            tool.side_effects,
            tool.confirm,
            tool.announce,
        )
        for tool in policy.tools
    )
