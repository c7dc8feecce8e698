"""``kairos doctor``: what it finds on this machine, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agent.cli.app import main
from speech import examination
from speech.examination import examined
from tests.stage import bot


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["doctor", *arguments])
    told = capsys.readouterr()
    return code, " ".join((told.out + told.err).split())


@pytest.mark.slow
def test_a_profile_that_is_there_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = doctor(capsys, "embedded")
    assert code == 0
    assert "✓ ears embedded onnxruntime" in out
    assert "✓ voice embedded espeakng-loader" in out
    assert out.count("s of work for 1 s of sound") == 2
    assert "first sound after" in out


def test_what_is_not_installed_is_named_with_the_extra_that_brings_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        examination, "_version", lambda package: None if package == "moshi" else "1.0"
    )
    code, out = doctor(capsys, "kyutai")
    assert code == 1
    assert out.count("moshi not installed: pip install 'kairos-voice[kyutai]'") == 2


@pytest.mark.slow
def test_weights_that_are_not_there_are_not_downloaded(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    policy = yaml.safe_load(Path("policies/broadband.yaml").read_text(encoding="utf-8"))
    policy["engines"] = {"kyutai_tts": {"model": str(tmp_path / "nowhere")}}
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(policy), encoding="utf-8")
    code, out = doctor(capsys, "embedded/kyutai", "--policy", str(path))
    assert code == 1
    assert "✓ ears embedded" in out
    assert "✗ voice kyutai" in out


def test_servers_are_asked_only_when_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.listening import ear_terms, voice_terms

    asked: list[str] = []
    monkeypatch.setattr(examination, "_heard", lambda found, terms: asked.append(found.name))
    terms = ear_terms(bot(), live=False), voice_terms(bot(), live=False)
    found = examined("ears", "openai", *terms, servers=False)
    assert (found.trouble, found.measured, asked) == (None, False, [])
    examined("ears", "openai", *terms, servers=True)
    assert asked == ["openai"]


def test_an_unknown_profile_is_told_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = doctor(capsys, "telepathy")
    assert code == 2
    assert "no speech profile 'telepathy'; there are: embedded" in out
