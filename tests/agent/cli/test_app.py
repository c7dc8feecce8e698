"""The command line's manners: help, version, exit codes, one clear line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli.app import main

COMMANDS = tuple(
    "demo run test call talk serve recover replay tune check schema bench memory".split()
)


def test_help_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if f" {name} " not in shown] == []


def test_without_a_command_it_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "Usage: kairos" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("kairos 0.")


@pytest.mark.parametrize(
    "argv",
    [
        ["sing"],
        ["run"],
        ["run", "no-such-story"],
        ["run", "nowhere/story.yaml"],
        ["run", "--fidelity", "loud", "x.yaml"],
        ["run", "--nonsense", "x.yaml"],
        ["test", "nowhere"],
        ["call", "broadband"],
        ["call", "broadband", "--wav", "nowhere.wav"],
        ["call", "no-such-policy", "--wav", "nowhere.wav"],
        ["replay", "nowhere.jsonl"],
        ["schema", "novel"],
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line_and_exit_2(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert len(line) > 10


def test_bad_yaml_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.yaml").write_text("scenario: x\npolicy: broadband\nstep: []\n")
    assert main(["run", "story.yaml"]) == 2
    assert capsys.readouterr().err.startswith("story.yaml:3:1: step: ")
    assert not (tmp_path / "out").exists()
