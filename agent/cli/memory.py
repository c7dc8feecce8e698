"""``kairos memory``: who is remembered, what is known of them, and forgetting it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from agent.cli.failures import BadInput

if TYPE_CHECKING:
    from policies.policy import Policy
    from system2.memory.profile import Memory
    from system2.memory.store import LongTermMemory

memory = typer.Typer(
    name="memory",
    help="What is remembered of callers: list, show, forget, expire.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PolicyOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--policy", metavar="P", help="Only what this policy (name or file) remembers."),
]
Store: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="WHERE",
        help="A file, or the name of an environment variable that holds a postgresql:// address; "
        "by default the policy's, else what KAIROS_MEMORY names, else the usual one.",
    ),
]
Customer: TypeAlias = Annotated[
    str, typer.Argument(metavar="CALLER", help="The caller's id, or POLICY/ID as list shows it.")
]


@memory.callback()
def remembered() -> None:
    """What is remembered of callers."""


@memory.command("list")
def listed(policy: PolicyOption = None, store: Store = None) -> None:
    """Everyone who is remembered, and how much of them."""
    with _opened(policy, store) as (memories, space):
        now = datetime.now(UTC)
        names = [one for one in memories.customers() if one.startswith(space)]
        for name in names:
            profile = memories.recall(name, now)
            last = profile.episodes[0].at.date().isoformat() if profile.episodes else "-"
            typer.echo(f"{name}  {len(profile.facts)} facts, {profile.calls} calls, last {last}")
        if not names:
            typer.echo("nobody is remembered")


@memory.command()
def show(
    caller: Customer,
    policy: PolicyOption = None,
    store: Store = None,
    about: Annotated[
        str | None,
        typer.Option("--about", metavar="WORDS", help="Only what fits these words, ended or not."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 10,
) -> None:
    """What is known of a caller, and the last calls."""
    with _opened(policy, store) as (memories, space):
        for name in _meant(memories, caller, space):
            typer.echo(name)
            if about is not None:
                found = memories.search(name, about, limit)
            else:
                profile = memories.recall(name, datetime.now(UTC))
                found = (*profile.facts, *profile.episodes)
            for one in found:
                typer.echo("  " + _told(one))
            if not found:
                typer.echo("  nothing")


@memory.command()
def forget(
    caller: Customer,
    policy: PolicyOption = None,
    store: Store = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase all that is remembered of a caller, from the disk too."""
    with _opened(policy, store) as (memories, space):
        names = _meant(memories, caller, space)
        if not yes and not typer.confirm(f"Forget {', '.join(names)} for good?"):
            typer.echo("nothing was forgotten")
            return
        for name in names:
            gone = memories.forget(name)
            typer.echo(f"{name}: {gone.facts} facts and {gone.episodes} calls are forgotten")


@memory.command()
def expire(
    policy: Annotated[
        str, typer.Option("--policy", metavar="P", help="Whose retention_days; name or file.")
    ],
    store: Store = None,
) -> None:
    """Erase what is older than the policy's retention_days."""
    with _opened(policy, store) as (memories, space):
        days = _policy(policy).memory.retention_days
        gone = memories.expire(datetime.now(UTC), days, space)
        typer.echo(
            f"{gone.facts} facts and {gone.episodes} calls older than {days} days are forgotten, "
            f"{gone.customers} callers with them"
        )


@contextmanager
def _opened(policy: str | None, store: str | None) -> Iterator[tuple[LongTermMemory, str]]:
    """The store, and what the names of the callers meant begin with."""
    import os
    from pathlib import Path

    from agent.remembering import customer_of, default_store, open_memory, store_of
    from system2.memory.store import POSTGRES, open_store

    chosen = None if policy is None else _policy(policy)
    if store is not None:
        where = os.environ.get(store, store)
    else:
        where = default_store() if chosen is None else store_of(chosen.memory)
    if not where.startswith(POSTGRES) and not Path(where).is_file():
        raise BadInput(f"{where}: there is no memory")
    of_policy = chosen if store is None else None
    memories = open_store(where) if of_policy is None else open_memory(of_policy)
    try:
        yield memories, "" if chosen is None else customer_of(chosen, "")
    finally:
        memories.close()


def _policy(ref: str) -> Policy:
    from policies.loading import load_policy

    return load_policy(ref)


def _meant(memories: LongTermMemory, caller: str, space: str) -> list[str]:
    """The customers that are meant; of one id every policy's, unless one is named."""
    names = [one for one in memories.customers() if one.startswith(space)]
    meant = [one for one in names if caller in (one, one.partition("/")[2])]
    if not meant:
        raise BadInput(f"nobody is remembered as {caller!r}")
    return meant


def _told(one: Memory) -> str:
    from system2.memory.profile import Episode

    if isinstance(one, Episode):
        return f"{one.at:%Y-%m-%d %H:%M}  {one.outcome}, {one.turns} turns: {one.summary}"
    until = "" if one.valid_to is None else f" until {one.valid_to:%Y-%m-%d}"
    words = f" ({one.text})" if one.text else ""
    return f"{one.name}: {one.value}{words}  since {one.valid_from:%Y-%m-%d}{until}"
