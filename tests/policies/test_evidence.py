"""The weights of the evidence: what we ship, what a policy may name, what is refused."""

import json
from pathlib import Path

import pytest

from policies import DocumentError, load_policy, parse_document
from policies.evidence import (
    ANY_MODEL,
    EvidenceFile,
    load_weights,
    shipped_weights,
    weights_document,
)
from policies.policy import Policy
from policies.timing import Endpointing, PauseFactor

POLICY = """\
policy: own
persona: {{name: Anna}}
greeting: Hello.
turn_taking: {{endpointing: {{evidence: {file}}}}}
"""


def written(folder: Path, **features: float) -> Path:
    path = folder / "mine.json"
    given = {
        name: {"weight": weight, "sign": None, "source": "a test"}
        for name, weight in features.items()
    }
    path.write_text(
        json.dumps({"evidence": "mine", "date": "2026-11-21", "corpus": None, "features": given})
    )
    return path


def test_each_weight_we_ship_has_a_source_and_keeps_its_sign() -> None:
    shipped = shipped_weights()
    assert all(entry.source for entry in shipped.entries)
    assert all(entry.weight * entry.sign >= 0 for entry in shipped.entries)
    assert shipped.of("dangling") < -2 < 2 < shipped.of("complete")


def test_a_model_without_a_weight_of_its_own_has_that_of_any() -> None:
    shipped = shipped_weights()
    assert shipped.of("smart_turn") == 0.5
    assert shipped.of("some_model") == shipped.of(ANY_MODEL) == 0.5


def test_a_policy_names_a_file_beside_it_and_the_rest_stays(tmp_path: Path) -> None:
    written(tmp_path, dangling=-5.0)
    path = tmp_path / "own.yaml"
    path.write_text(POLICY.format(file="mine.json"))
    weights = load_policy(path).turn_taking.endpointing.weights
    assert weights.name == "mine"
    assert weights.of("dangling") == -5.0
    assert weights.of("complete") == shipped_weights().of("complete")


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (None, "there is no file"),
        ("{", "mine.json:"),
        ('{"evidence": "x", "date": "y"}', "features: is missing"),
        (
            '{"evidence": "x", "date": "y", "features": {"danglin": '
            '{"weight": 1.0, "source": "z"}}}',
            "features.danglin: no such feature",
        ),
        (
            '{"evidence": "x", "date": "y", "features": {}, "models": {"verb": '
            '{"weight": 1.0, "source": "z"}}}',
            "models.verb: is the name of a feature",
        ),
        (
            '{"evidence": "x", "date": "y", "features": {}, "models": {"adviser": '
            '{"weight": 1.0, "source": "z"}}}',
            "models.adviser: is weighed by the policy: adviser.weight",
        ),
        (
            '{"evidence": "x", "date": "y", "features": {"verb": {"weight": 99.0, "source": "z"}}}',
            "features.verb.weight",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_in_one_line(
    tmp_path: Path, content: str | None, wrong: str
) -> None:
    if content is not None:
        (tmp_path / "mine.json").write_text(content)
    with pytest.raises(DocumentError) as caught:
        parse_document(Policy, POLICY.format(file="mine.json"), "own.yaml", tmp_path)
    [line] = str(caught.value).splitlines()
    assert line.startswith("own.yaml:4:")
    assert "turn_taking.endpointing.evidence: " in line
    assert wrong in line


def test_weights_and_their_file_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "again.json"
    path.write_text(weights_document(shipped_weights()).model_dump_json())
    assert load_weights(path) == shipped_weights()
    assert EvidenceFile.model_validate_json(path.read_text()).corpus == shipped_weights().corpus


def test_pause_factors_are_fields() -> None:
    assert Endpointing().pause_factor == PauseFactor(yes_no=0.7, digits=1.2, spelling=1.2)
    with pytest.raises(ValueError, match="greater than 0"):
        PauseFactor(digits=0.0)
