"""Policies by name and by path."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policies import DocumentError, load_policy, policy_path, shipped_policies
from policies.bargein import BargeInType
from policies.dialogue import DigitsType, PatternType
from policies.timing import Ending

MINIMAL = "policy: mine\npersona: {name: Ann}\ngreeting: Hello\n"
HERE = Path(__file__).parent


def refusal(ref: str | Path, beside: Path | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        load_policy(ref, beside)
    return str(caught.value)


def test_the_policy_of_the_design_is_read_as_printed() -> None:
    policy = load_policy(HERE / "design.yaml")
    assert policy.policy == "broadband"
    assert policy.turn_taking.bargein.type is BargeInType.SPEECH
    assert [rung.after for rung in policy.noinput] == [7, 7, 10]
    assert policy.nomatch[1].do is Ending.TRANSFER
    assert policy.backchannels.caller == ("uh-huh", "mm-hm", "right", "okay", "yeah")
    assert policy.tasks[0].collect[0].type == PatternType(pattern="[A-Z0-9 ]{5,8}")
    assert policy.tasks[0].collect[0].confirm
    assert policy.machine is not None
    assert policy.machine.do is Ending.HANG_UP
    assert policy.transfer == {"support": "sip:support@example.invalid"}
    assert policy.privacy.mask == ("card_number", "phone_number")


def test_shipped_names() -> None:
    assert shipped_policies() == ("broadband", "clinic", "parcel-zh")
    assert policy_path("clinic").name == "clinic.yaml"
    assert policy_path("clinic").is_file()


@pytest.mark.parametrize("beside", ["calls", "calls/one.yaml"])
def test_a_path_is_beside_the_file_that_names_it(tmp_path: Path, beside: str) -> None:
    (tmp_path / "calls").mkdir()
    (tmp_path / "mine.yaml").write_text(MINIMAL)
    place = tmp_path / beside
    assert load_policy("../mine.yaml", place).policy == "mine"
    assert load_policy(Path("../mine.yaml"), place).policy == "mine"
    assert policy_path("../mine.yaml", place) == tmp_path / "calls" / ".." / "mine.yaml"


def test_a_path_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text(MINIMAL)
    monkeypatch.chdir(tmp_path)
    assert load_policy("mine").policy == "mine"
    assert load_policy("./mine").policy == "mine"
    assert load_policy(tmp_path / "mine").policy == "mine"


def test_a_shipped_name_wins_over_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clinic").write_text(MINIMAL)
    monkeypatch.chdir(tmp_path)
    assert load_policy("clinic").policy == "clinic"
    assert load_policy(Path("clinic")).policy == "mine"


def test_an_unknown_name_lists_the_known_ones() -> None:
    assert refusal("brodband") == (
        "brodband:1:1: policy: no policy of this name (did you mean 'broadband'?); "
        "give a path or one of broadband, clinic, parcel-zh"
    )
    assert refusal("") == (
        "'':1:1: policy: no policy of this name; give a path or one of broadband, clinic, parcel-zh"
    )


def test_a_path_that_leads_nowhere_is_one_line(tmp_path: Path) -> None:
    assert refusal("no/where.yaml") == "no/where.yaml:1:1: document: there is no such file"
    assert refusal("where.yml") == "where.yml:1:1: document: there is no such file"
    assert refusal(".", tmp_path).endswith(": document: is a directory, not a file")


def test_a_sample_is_looked_for_beside_the_policy(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINIMAL + "voice: {sample: anna.wav}\n")
    assert refusal(path) == (
        f"{path}:4:17: voice.sample: there is no file 'anna.wav' beside this one"
    )
    (tmp_path / "anna.wav").write_bytes(b"")
    assert load_policy(path).voice.sample == str(tmp_path / "anna.wav")


def test_a_slip_in_a_policy_names_the_file_as_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINIMAL + "speech: [a]\n")
    assert re.fullmatch(
        r".*mine\.yaml:4:9: speech: must be text, not a list",
        refusal("mine.yaml", tmp_path),
    )


def test_digits_and_choices_keep_their_kind() -> None:
    policy = load_policy("parcel-zh")
    types = {item.slot: item.type for task in policy.tasks for item in task.collect}
    assert types["tracking_number"] == DigitsType(digits=12)
