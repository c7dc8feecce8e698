"""A folder of scenarios as a suite: what is found, in which order, what a failure looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.problems import DocumentError
from scenarios.runner import run_scenario
from scenarios.suite import Finished, collect, run_suite, suite_rows, write_index

QUIET = "scenario: {name}\npolicy: broadband\nsteps:\n  - agent: {{kind: {kind}}}\nlimit: 5\n"


def write(folder: Path, name: str, kind: str = "greeting", text: str | None = None) -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or QUIET.format(name=path.stem, kind=kind), encoding="utf-8")
    return path


def test_scenarios_are_found_in_order_and_once(tmp_path: Path) -> None:
    b, a, deep = write(tmp_path, "b"), write(tmp_path, "a"), write(tmp_path, "x/c")
    write(tmp_path, "policy", text="policy: mine\npersona: {name: A}\ngreeting: Hi.\n")
    write(tmp_path, "list", text="- scenario\n")
    write(tmp_path, "broken", text="a: [\n")
    assert collect([tmp_path]) == [a, b, deep]
    assert collect([b, tmp_path]) == [b, a, deep]


def test_every_problem_at_once(tmp_path: Path) -> None:
    write(tmp_path, "a", text="scenario: a\npolicy: nobody\nsteps: [{caller: hi}]\n")
    write(tmp_path, "b", text="scenario: b\npolicy: [\n")
    write(tmp_path, "c")
    with pytest.raises(DocumentError) as caught:
        collect([tmp_path])
    lines = str(caught.value).splitlines()
    assert [Path(line.split(":")[0]).name for line in lines] == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize("name", ["nothing-here", "empty"])
def test_nothing_to_run(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError):
        collect([tmp_path / name])


def test_results_and_files(tmp_path: Path) -> None:
    files = [write(tmp_path, "b"), write(tmp_path, "a", "check_in"), write(tmp_path, "x/b")]
    told: list[Finished] = []
    done = run_suite(files, fidelity="text", workers=1, out=tmp_path / "out", on_done=told.append)
    assert told == done
    assert [(one.name, one.passed) for one in done] == [("b", True), ("a", False), ("b", True)]
    assert [one.out.name for one in done if one.out is not None] == ["b", "a", "b-2"]
    (failure,) = done[1].failures
    assert failure.startswith("0:05.0  step 1: agent gives a check_in: the call had reached")
    rows = suite_rows(done, tmp_path / "pages")
    assert rows[2].report == "../out/b-2/report.html"
    write_index(tmp_path / "index.html", done)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "out/a/report.html" in page


def test_a_call_that_breaks_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [write(tmp_path, "a"), write(tmp_path, "b")]

    async def broken(script: object, path: Path, **more: object) -> object:
        if path.stem == "a":
            raise ValueError("boom")
        return await run_scenario(script, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("scenarios.suite.run_scenario", broken)
    done = run_suite(files, fidelity="text", workers=1)
    assert [one.passed for one in done] == [False, True]
    assert done[0].failures == ("ValueError: boom",)
    assert suite_rows(done)[0].checks_failed == ("ValueError: boom",)


@pytest.mark.slow
def test_many_processes_give_what_one_gives(tmp_path: Path) -> None:
    files = [write(tmp_path, name) for name in "abcde"]
    one, many = (
        run_suite(files, fidelity="text", workers=workers, out=tmp_path / str(workers))
        for workers in (1, 3)
    )
    assert [done.name for done in many] == [done.name for done in one] == list("abcde")
    for name in "abcde":
        journals = [(tmp_path / n / name / "events.jsonl").read_bytes() for n in ("1", "3")]
        assert journals[0] == journals[1]
