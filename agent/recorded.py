"""Recorded calls: where their journals lie, and the policy that each was held with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.files import JOURNAL
from agent.journal import JournalError, read_journal
from agent.records import CallOpened, PerceptSeen, Record
from policies.loading import load_policy, shipped_policies
from policies.policy import Policy
from system1.percepts import Percept


class UnknownPolicy(JournalError):
    """A call was held with a policy that cannot be found."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call that is over, and the policy that it was held with.

    ``known``: that is certain by its name; else it is the policy that was given instead.
    """

    path: Path
    records: tuple[Record, ...]
    policy: Policy
    known: bool = True

    @property
    def percepts(self) -> list[Percept]:
        """All that System 1 was given, in its order."""
        return [one.percept for one in self.records if isinstance(one, PerceptSeen)]


def journals(paths: Iterable[Path]) -> list[Path]:
    """The journals at these paths, each once: files as given, folders searched in order.

    Raises ``JournalError`` for a folder in which there is none.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob(JOURNAL)) if path.is_dir() else [path]
        if not inside:
            raise JournalError(f"{path}: there is no {JOURNAL} in it")
        found += inside
    return list(dict.fromkeys(found))


def read_call(
    path: Path, held: Policy | None = None, instead: Policy | None = None
) -> RecordedCall:
    """The call of a journal. ``held``: a policy that it may have been held with.

    ``instead``: what stands for its policy where that cannot be found. Raises ``JournalError``.
    """
    records = read_journal(path)
    try:
        return RecordedCall(path, tuple(records), held_with(path, records, held))
    except UnknownPolicy:
        if instead is None:
            raise
        return RecordedCall(path, tuple(records), instead, known=False)


def held_with(path: Path, records: Sequence[Record], held: Policy | None = None) -> Policy:
    """The policy that a call was held with, by the id that its journal names.

    That is ``held`` if it has this id, else one that we ship, else ``ID.yaml`` beside the
    journal. Raises ``UnknownPolicy`` where it is none of these, ``JournalError`` for what is no
    call and ``DocumentError`` for a file that is no policy.
    """
    opened = next((record for record in records if isinstance(record, CallOpened)), None)
    if opened is None:
        raise JournalError(f"{path}:1: not a call's journal: it has no call_started")
    name = opened.policy
    if held is not None and held.policy == name:
        return held
    if name in shipped_policies():
        return load_policy(name)
    beside = path.parent / f"{name}.yaml"
    if beside.is_file():
        return load_policy(beside)
    raise UnknownPolicy(
        f"{path}:1: the call was held with the policy {name!r}, which is none that we ship and "
        f"lies not beside it; give its file with --held-with FILE"
    )
