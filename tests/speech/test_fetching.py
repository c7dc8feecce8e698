from __future__ import annotations

import hashlib
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from speech.catalogue import Model, ModelFile
from speech.errors import SpeechError
from speech.fetching import RECORD, Terms, fetch
from tests.modelserver import ModelServer, serving

CONTENT = np.random.default_rng(0).bytes(300_000)
SUM = hashlib.sha256(CONTENT).hexdigest()
TOLD: list[tuple[str, int, int]] = []


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as running:
        running.files["net.onnx"] = CONTENT
        yield running


def of(server: ModelServer, sha256: str | None = SUM, name: str = "net.onnx") -> Model:
    file = ModelFile(name, f"{server.url}/{name}", len(CONTENT), sha256)
    return Model("net", "to be tried", ("en",), "MIT", server.url, (file,))


def told(file: str, there: int, total: int) -> None:
    TOLD.append((file, there, total))


def test_a_file_is_fetched_checked_and_whole(server: ModelServer, tmp_path: Path) -> None:
    TOLD.clear()
    done = fetch(of(server), tmp_path, Terms(), told)
    assert (done.fetched, done.already, done.recorded) == (("net.onnx",), (), ())
    assert (tmp_path / "net" / "net.onnx").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "net").iterdir()] == ["net.onnx"]
    assert TOLD[-1] == ("net.onnx", len(CONTENT), len(CONTENT))
    again = fetch(of(server), tmp_path, Terms(), told)
    assert (again.fetched, again.already) == ((), ("net.onnx",))
    assert len(server.asked) == 1


def test_what_is_cut_off_goes_on_where_it_stopped(server: ModelServer, tmp_path: Path) -> None:
    server.cuts = [100_000, 50_000]
    fetch(of(server), tmp_path, Terms(), told)
    assert (tmp_path / "net" / "net.onnx").read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=100000-", "bytes=150000-"]


def test_a_later_run_goes_on_too(server: ModelServer, tmp_path: Path) -> None:
    server.cuts = [100_000, 0]
    with pytest.raises(SpeechError, match="cut off after 100000 bytes") as error:
        fetch(of(server), tmp_path, Terms(attempts=1), told)
    assert "run the command again" in str(error.value)
    assert not (tmp_path / "net" / "net.onnx").exists()
    fetch(of(server), tmp_path, Terms(), told)
    assert (tmp_path / "net" / "net.onnx").read_bytes() == CONTENT
    assert server.asked[-1][1] == "bytes=100000-"


def test_a_host_that_cannot_go_on_is_asked_from_the_start(
    server: ModelServer, tmp_path: Path
) -> None:
    server.ranges = False
    server.cuts = [100_000]
    fetch(of(server), tmp_path, Terms(), told)
    assert (tmp_path / "net" / "net.onnx").read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_taken_anew(server: ModelServer, tmp_path: Path) -> None:
    server.cuts = [100_000, 0]
    with pytest.raises(SpeechError):
        fetch(of(server), tmp_path, Terms(attempts=1), told)
    server.files["net.onnx"], server.tag = CONTENT[::-1], '"two"'
    fetch(of(server, None), tmp_path, Terms(), told)
    assert (tmp_path / "net" / "net.onnx").read_bytes() == CONTENT[::-1]


def test_a_part_that_is_longer_than_the_file_is_dropped(
    server: ModelServer, tmp_path: Path
) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "net.onnx.part").write_bytes(CONTENT + b"more")
    (folder / "net.onnx.part.tag").write_text(server.tag)
    fetch(of(server), tmp_path, Terms(), told)
    assert (folder / "net.onnx").read_bytes() == CONTENT


def test_a_wrong_checksum_deletes_the_file_and_says_so(server: ModelServer, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=rf"SHA-256 is {SUM}, not 0000.*was deleted"):
        fetch(of(server, "0" * 64), tmp_path, Terms(), told)
    assert not list((tmp_path / "net").iterdir())


def test_a_damaged_file_that_is_there_is_deleted_too(server: ModelServer, tmp_path: Path) -> None:
    fetch(of(server), tmp_path, Terms(), told)
    (tmp_path / "net" / "net.onnx").write_bytes(CONTENT[:-1])
    with pytest.raises(SpeechError, match=r"net\.onnx: its SHA-256 is"):
        fetch(of(server), tmp_path, Terms(), told)
    assert fetch(of(server), tmp_path, Terms(), told).fetched == ("net.onnx",)


def test_a_file_of_unknown_checksum_is_trusted_once(server: ModelServer, tmp_path: Path) -> None:
    model = of(server, None)
    done = fetch(model, tmp_path, Terms(), told)
    assert done.recorded == ("net.onnx",)
    record = tmp_path / "net" / RECORD
    assert json.loads(record.read_text()) == {"net.onnx": SUM}
    (tmp_path / "net" / "net.onnx").unlink()
    server.files["net.onnx"] = CONTENT[::-1]
    with pytest.raises(SpeechError, match=f"not {SUM}"):
        fetch(model, tmp_path, Terms(), told)
    record.write_text("[]")
    with pytest.raises(SpeechError, match=r"checksums\.json: is no record"):
        fetch(model, tmp_path, Terms(), told)


class Case(NamedTuple):
    status: int
    expected: str


@pytest.mark.parametrize(
    "case",
    [
        Case(404, r"is not there any more \(404\)"),
        Case(403, r"asks for permission \(403\): accept its licence there, set HF_TOKEN"),
        Case(500, r"answered 500"),
    ],
)
def test_a_refusal_says_where_to_get_it_and_where_to_put_it(
    server: ModelServer, tmp_path: Path, case: Case
) -> None:
    server.status = case.status
    with pytest.raises(SpeechError, match=case.expected) as error:
        fetch(of(server), tmp_path, Terms(), told)
    assert f"{server.url}/net.onnx" in str(error.value)
    assert f"put it at {tmp_path / 'net' / 'net.onnx'}" in str(error.value)
    assert "\n" not in str(error.value)


def test_no_network_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/net.onnx"
        file = ModelFile("net.onnx", url, 10, None)
        model = Model("net", "to be tried", ("en",), "MIT", url, (file,))
        with pytest.raises(SpeechError, match=r"cannot be reached \(.*refused.*fetch it by hand"):
            fetch(model, tmp_path, Terms(), told)


def test_a_host_that_says_nothing_is_given_up(server: ModelServer, tmp_path: Path) -> None:
    server.silent = True
    with pytest.raises(SpeechError, match=r"timed out"):
        fetch(of(server), tmp_path, Terms(timeout_s=0.05, attempts=1), told)


def test_a_full_disk_is_told_before_anything_is_written(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1_000_000))
    with pytest.raises(SpeechError, match=r"0 MB are to come and 1 MB are free.*KAIROS_HOME"):
        fetch(of(server), tmp_path, Terms(), told)
    assert not list((tmp_path / "net").iterdir())


def test_what_was_put_there_by_hand_counts(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "net.onnx").write_bytes(CONTENT)
    assert fetch(of(server), tmp_path, Terms(), told).already == ("net.onnx",)
    assert not server.asked


def test_a_mirror_is_asked_in_place_of_the_files_own_host(
    server: ModelServer, tmp_path: Path
) -> None:
    server.files["models/net/net.onnx"] = CONTENT
    fetch(of(server), tmp_path, Terms(mirror=f"{server.url}/models/"), told)
    assert server.asked == [("models/net/net.onnx", None)]
