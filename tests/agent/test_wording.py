"""Whatever System 1 may do, and for whatever reason, has its words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import agent.decisions
import system1
from agent.wording import Wording, wording
from policies.advising import ADVISER
from policies.evidence import ANY_MODEL, shipped_weights
from system1.acts import Kind
from system1.consultation import Matter
from system1.moods import Mood
from system1.notices import FloorState
from system1.questions import AnswerKind

SOUNDS = ("laugh", "cough")
FAR = ("echo", "background", "aside")
FAMILIES: dict[str, tuple[str, ...]] = {
    "rule.": (),
    "disclosure.": (),
    "soothe.": tuple(mood.value for mood in Mood),
    "adviser.": tuple(matter.value for matter in Matter),
    "bargein.": (*FAR, *SOUNDS),
}
"""Rules whose names are put together: what may follow; nothing where the policy gives the name."""

RULED = {"Because": (0,), "Far": (0,), "_Judgement": (1, 2)}
"""Where the names of rules stand among the arguments."""


def rules() -> set[str]:
    """Every rule by which System 1 acts, from its source."""
    house = [
        ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(Path(system1.__file__).parent.rglob("*.py"))
    ]
    found: set[str] = set()
    for tree in house:
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                for place in RULED.get(call.func.id, ()):
                    named = _named(call.args[place], [tree, *house])
                    found |= {name for one in named for name in one}
    return found


def _named(node: ast.expr, house: Sequence[ast.Module]) -> Iterator[tuple[str, ...]]:
    match node:
        case ast.Constant(value=str() as name):
            yield (name,)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _named(body, house)
            yield from _named(orelse, house)
        case ast.BinOp(left=ast.Constant(value=str() as prefix)):
            yield tuple(prefix + name for name in FAMILIES[prefix])
        case ast.JoinedStr(values=[ast.Constant(value=str() as prefix), *_]):
            yield tuple(prefix + name for name in FAMILIES[prefix])
        case ast.Name(id=name):
            yield from _assigned(name, house)
        case ast.Attribute(attr=attr):
            assert attr in ("rule", "interrupts", "keeps"), ast.unparse(node)
        case _:
            raise AssertionError(f"how is this rule named? {ast.unparse(node)}")


def _assigned(name: str, house: Sequence[ast.Module]) -> Iterator[tuple[str, ...]]:
    """What the name stands for: in the file that uses it, or in the one that it comes from."""
    for tree in house:
        values = [
            one.value
            for one in ast.walk(tree)
            if isinstance(one, ast.Assign)
            if any(isinstance(target, ast.Name) and target.id == name for target in one.targets)
        ]
        if values:
            for value in values:
                yield from _named(value, house)
            return
    raise AssertionError(f"where does {name} come from?")


def acts() -> set[str]:
    """Every act and notice that becomes a decision."""
    source = Path(agent.decisions.__file__).read_text(encoding="utf-8")
    return set(re.findall(r'Decision\(\s*[\w.]+,\s*"(\w+)"', source))


def test_there_are_some() -> None:
    assert {"bargein.words", "bargein.echo", "cut_in", "soothe.confused", "loop"} <= rules()
    assert {"say", "stop", "take_up", "heed", "disregard", "transfer"} <= acts()


@pytest.mark.parametrize("words", [wording("en"), wording("zh-CN")], ids=["en", "zh"])
@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("rule", rules()),
        ("act", acts()),
        ("feature", {e.name for e in shipped_weights().entries} - {ANY_MODEL} | {ADVISER}),
        ("kind", {kind.value for kind in Kind}),
        ("floor", {state.value for state in FloorState}),
        ("kind_of_answer", {kind.value for kind in AnswerKind}),
    ],
)
def test_everything_has_its_words(words: Wording, family: str, names: set[str]) -> None:
    assert names
    missing = [name for name in sorted(names) if not words.has(f"{family}.{name}")]
    assert missing == []
