"""The house keeps its shape: who may import whom, what lies where, how long a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, frozenset[str]] = {
    "policies": frozenset(),
    "system1": frozenset({"policies"}),
    "system2": frozenset({"system1", "policies"}),
    "speech": frozenset({"system1"}),
    "agent": frozenset({"policies", "system1", "system2", "speech"}),
    "agent/cli": frozenset({"policies", "system1", "system2", "speech", "scenarios"}),
    "scenarios": frozenset({"policies", "system1", "system2", "speech", "agent"}),
}
PACKAGES = tuple(name for name in MAY_IMPORT if "/" not in name)

# The fast mind reads no clock, draws no lots, waits for nothing and does no I/O.
IMPURE = frozenset(
    """
    asyncio concurrent datetime espeakng_loader http multiprocessing onnxruntime openai os pathlib
    pocketsphinx queue random secrets select selectors socket sounddevice subprocess threading time
    torch transformers urllib uuid
    """.split()
)

TOP_LEVEL = frozenset(PACKAGES) | {
    "tests",
    "requirements",
    "pyproject.toml",
    "Makefile",
    "LICENSE",
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
}

HEAVY = (
    "torch moshi transformers openai sounddevice pocketsphinx onnxruntime espeakng_loader "
    "httpx2 mcp msgpack psycopg websockets"
)

LONGEST_FILE_LINES = 400
LONGEST_DOORPLATE_LINES = 10


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(source: str) -> Iterator[str]:
    """Every module that a source names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("import_module")
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return "agent/cli" if parts[:2] == ("agent", "cli") else parts[0]


def forbidden(source: str, room: str) -> list[str]:
    """The imports of a source that its room does not allow."""
    own = room.split("/")[0]
    wrong = []
    for module in imports(source):
        top = module.split(".")[0]
        foreign = top in (*PACKAGES, "tests") and top != own and top not in MAY_IMPORT[room]
        impure = room == "system1" and top in IMPURE
        upward = room == "agent" and module.startswith("agent.cli")
        if foreign or impure or upward:
            wrong.append(module)
    return wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_inward(package: str) -> None:
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in files(package)
        if (wrong := forbidden(path.read_text(encoding="utf-8"), room_of(path)))
    }
    assert not found


@pytest.mark.parametrize(
    ("source", "room", "module"),
    [
        ("import speech.protocols", "system1", "speech.protocols"),
        ("def f():\n    import time", "system1", "time"),
        ("from scenarios import runner", "agent", "scenarios"),
        ("import importlib\nimportlib.import_module('agent.call')", "speech", "agent.call"),
        ("from agent.cli.app import main", "agent", "agent.cli.app"),
        ("from tests import conftest", "policies", "tests"),
    ],
)
def test_a_forbidden_import_is_seen(source: str, room: str, module: str) -> None:
    assert forbidden(source, room) == [module]


def test_the_command_line_may_import_scenarios() -> None:
    assert forbidden("from scenarios import runner", "agent/cli") == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_comes_in_and_goes_out(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    doorplate = ast.get_docstring(tree)
    assert doorplate
    assert len(doorplate.splitlines()) <= LONGEST_DOORPLATE_LINES


def test_the_top_level_holds_the_house_and_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_no_file_is_too_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(*PACKAGES, "tests")
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE_LINES} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in files(*PACKAGES)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_names_say_what_a_thing_is() -> None:
    vague = re.compile(r"(Manager|Helper|Utils?)\b|\b(helpers?|utils?|misc|common)\.py$")
    named = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in files(*PACKAGES)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and vague.search(node.name)
    ]
    named += [str(path) for path in files(*PACKAGES) if vague.search(path.name)]
    assert named == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [
        "import agent; agent.Conversation",
        "from agent.cli.app import main; main(['--help'])",
        "from agent.cli.app import main; main(['check', 'broadband'])",
    ],
    ids=["import-agent", "kairos-help", "kairos-check"],
)
def test_nothing_heavy_is_imported_early(start: str) -> None:
    code = (
        f"import sys\n{start}\n"
        f"print(sorted(set({HEAVY!r}.split()) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
