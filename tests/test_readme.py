"""README keeps its word: its commands run, the diagram is the machine's, Chinese equals English."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from system1.floor import diagram

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FLOOR = re.compile(r"<!-- floor -->\n```mermaid\n(.*?)\n?```\n<!-- /floor -->", re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)\)")

READMES = ("README.md", "README.zh-CN.md")


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(text) if name == language]


def commands(text: str) -> list[str]:
    lines = [line for block in blocks(text, "console") for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@pytest.fixture(params=READMES)
def readme(request: pytest.FixtureRequest, root: Path) -> str:
    return (root / str(request.param)).read_text(encoding="utf-8")


def test_the_diagram_is_the_machine(readme: str) -> None:
    found = FLOOR.search(readme)
    assert found
    assert found[1] == diagram()


def test_what_it_links_to_is_there(readme: str, root: Path) -> None:
    near = [link for link in LINK.findall(readme) if "://" not in link]
    assert near
    assert [link for link in near if not (root / link).exists()] == []


@pytest.mark.slow
def test_its_two_commands_are_targets(readme: str, root: Path) -> None:
    targets = [
        line.split()[1]
        for block in blocks(readme, "sh")
        for line in block.splitlines()
        if line.startswith("make ")
    ]
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=root, check=True, capture_output=True)


def test_both_languages_say_the_same(root: Path) -> None:
    english, chinese = ((root / name).read_text(encoding="utf-8") for name in READMES)
    assert HEADING.findall(english) == HEADING.findall(chinese)
    for language in ("sh", "console", "yaml", "python", "mermaid"):
        assert _bare(blocks(english, language)) == _bare(blocks(chinese, language))
    assert english.count("\n|") == chinese.count("\n|")


def _bare(found: list[str]) -> list[str]:
    """The blocks without their comments, which are in the reader's language."""
    return [re.sub(r" +#[^\n]*", "", block) for block in found]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A folder as a reader has it: the shipped scenarios, and the examples' files."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "scenarios").symlink_to(root / "scenarios")
    for block in blocks((root / READMES[0]).read_text(encoding="utf-8"), "yaml"):
        name = block.splitlines()[0].removeprefix("# ")
        (folder / name).write_text(block, encoding="utf-8")
    return folder


def run(command: list[str], folder: Path) -> None:
    bin_folder = str(Path(sys.executable).parent)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_every_command_runs(desk: Path, root: Path) -> None:
    found = commands((root / READMES[0]).read_text(encoding="utf-8"))
    assert {shlex.split(command)[0] for command in found} == {"kairos"}
    for command in found:
        run(shlex.split(command), desk)


@pytest.mark.slow
def test_the_python_example_runs(desk: Path, root: Path) -> None:
    (source,) = blocks((root / READMES[0]).read_text(encoding="utf-8"), "python")
    run([sys.executable, "-c", source], desk)
    assert (desk / "out" / "python" / "call.wav").exists()
