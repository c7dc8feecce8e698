"""``kairos check`` and ``kairos schema``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from agent.cli.app import main
from policies.loading import shipped_policies


def test_what_we_ship_is_valid(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *shipped_policies(), str(root / "scenarios" / "stories")]) == 0
    shown = capsys.readouterr().out
    assert "broadband: a valid policy" in shown
    assert "a valid scenario" in shown


def test_each_problem_is_a_line_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("policy: x\npersona: {name: A}\ngreeting: hi\ngreetings: ho\nnoinput: 3\n")
    assert main(["check", str(bad), "broadband"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{bad}:4:1: greetings: ")
    assert lines[1].startswith(f"{bad}:5:10: noinput: ")
    assert lines[2] == "broadband: a valid policy"


def test_a_folder_without_yaml_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert "no YAML" in capsys.readouterr().err


@pytest.mark.parametrize("document", ["policy", "scenario"])
def test_schemas_are_schemas(document: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", document]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert document in schema["properties"]
