"""The weights of the evidence that a caller's turn is over: data, and where each comes from.

In: ``evidence.json``, which we ship, or the file that a policy names under
``turn_taking.endpointing.evidence``. Out: ``EvidenceWeights``, frozen. A feature that a policy's
file leaves out keeps the weight that we ship.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from policies.advising import ADVISER
from policies.documents import load_document
from policies.model import Section, Text
from policies.problems import DocumentError, Problem

ANY_MODEL = "any_model"
"""Stands for every model of the turn's end that has no weight of its own."""

_NAME = r"^[a-z][a-z0-9_]*(\.[0-9])?$"

Sign = Literal["+", "-"]
FeatureName = Annotated[str, Field(pattern=_NAME)]


class WeightGiven(Section):
    """One feature."""

    weight: float = Field(
        ge=-20, le=20, description="Log-odds that one unit of the feature adds. No unit."
    )
    sign: Sign | None = Field(
        None, description="What the literature says; a fit that finds otherwise puts 0."
    )
    source: Text = Field(description="Where the weight comes from: by hand, or which fit.")


class EvidenceFile(Section):
    """A file of weights."""

    evidence: Text = Field(description="Name of these weights.")
    date: Text = Field(description="When they were set or fitted, such as 2026-11-21.")
    corpus: Text | None = Field(None, description="What they were fitted on; null: set by hand.")
    note: str = Field("", description="Whatever else a reader should know.")
    features: dict[FeatureName, WeightGiven] = Field(description="The features by name.")
    models: dict[FeatureName, WeightGiven] = Field(
        default_factory=dict,
        description="What models of the turn's end report, by the model's name: weights of the "
        "log-odds of their probability.",
    )


@dataclass(frozen=True, slots=True)
class Weight:
    """A feature's log-odds per unit. ``sign``: what is expected of it, +1, -1 or 0 for any."""

    name: str
    weight: float
    sign: int = 0
    source: str = ""
    model: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """Weights by feature."""

    name: str
    entries: tuple[Weight, ...]
    date: str = ""
    corpus: str | None = None
    note: str = ""
    _table: dict[str, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        table = {entry.name: entry.weight for entry in self.entries}
        # What the adviser says comes weighed, by the policy's adviser.weight and by that alone.
        table[ADVISER] = 1.0
        object.__setattr__(self, "_table", table)

    def of(self, feature: str) -> float:
        """A feature's weight; for an unknown name the one of ``ANY_MODEL``, 0 without that."""
        weight = self._table.get(feature)
        return self._table.get(ANY_MODEL, 0.0) if weight is None else weight

    def having(self, changes: Iterable[Weight]) -> EvidenceWeights:
        """With these weights in place of those of the same names, or after them."""
        entries = {entry.name: entry for entry in self.entries}
        entries |= {entry.name: entry for entry in changes}
        return EvidenceWeights(
            self.name, tuple(entries.values()), self.date, self.corpus, self.note
        )


@lru_cache(maxsize=1)
def shipped_weights() -> EvidenceWeights:
    """The weights that come with Kairos."""
    return _frozen(load_document(EvidenceFile, files("policies") / "evidence.json"))


def load_weights(path: Path | Traversable) -> EvidenceWeights:
    """The weights of a file, over those that we ship; raises ``DocumentError``."""
    given = load_document(EvidenceFile, path)
    shipped = shipped_weights()
    known = [entry.name for entry in shipped.entries if not entry.model]
    problems = [
        Problem(str(path), 1, 1, f"features.{name}", f"no such feature; one of {', '.join(known)}")
        for name in given.features
        if name not in known
    ]
    problems += [
        Problem(str(path), 1, 1, f"models.{name}", "is the name of a feature, not of a model")
        for name in given.models
        if name in known
    ]
    if ADVISER in given.models:
        where = f"models.{ADVISER}"
        problems.append(Problem(str(path), 1, 1, where, "is weighed by the policy: adviser.weight"))
    if problems:
        raise DocumentError(problems)
    own = _frozen(given)
    merged = shipped.having(own.entries)
    return EvidenceWeights(own.name, merged.entries, own.date, own.corpus, own.note)


def _frozen(given: EvidenceFile) -> EvidenceWeights:
    signs = {"+": 1, "-": -1, None: 0}
    entries = [
        Weight(name, one.weight, signs[one.sign], one.source, model)
        for group, model in ((given.features, False), (given.models, True))
        for name, one in group.items()
    ]
    return EvidenceWeights(given.evidence, tuple(entries), given.date, given.corpus, given.note)


def weights_document(weights: EvidenceWeights) -> EvidenceFile:
    """The weights as the file that holds them."""
    signs: dict[int, Sign | None] = {1: "+", -1: "-", 0: None}
    groups: dict[bool, dict[str, WeightGiven]] = {False: {}, True: {}}
    for entry in weights.entries:
        groups[entry.model][entry.name] = WeightGiven(
            weight=entry.weight, sign=signs[entry.sign], source=entry.source or "by hand"
        )
    return EvidenceFile(
        evidence=weights.name,
        date=weights.date or "unknown",
        corpus=weights.corpus,
        note=weights.note,
        features=groups[False],
        models=groups[True],
    )
