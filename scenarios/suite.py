"""Many scripted calls at once, on all cores: a folder of scenarios as a test suite."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.result import Check, Fidelity, Result
from agent.wording import clock
from policies import yaml12
from policies.documents import read_text
from policies.problems import DocumentError, Problem
from scenarios.index_page import SuiteRow, render_index
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario
from speech.errors import SpeechError
from system2.errors import ModelError


@dataclass(frozen=True, slots=True)
class Finished:
    """A scenario that was run. ``result`` is None where it broke; ``error`` then says how.

    ``out``: the folder with the files of its call, if they were kept.
    """

    name: str
    path: Path
    result: Result | None
    error: str = ""
    out: Path | None = None

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return self.result is not None and self.result.passed

    @property
    def failures(self) -> tuple[str, ...]:
        """A line for each check that failed, with its moment."""
        if self.result is None:
            return (self.error,)
        return tuple(_line(check) for check in self.result.failed)


@dataclass(frozen=True, slots=True)
class _Job:
    name: str
    path: Path
    fidelity: Fidelity
    out: Path | None
    speech: str | None
    model: str | None


def collect(paths: Iterable[Path]) -> list[Path]:
    """The scenarios at these paths, each once: files as given, folders searched, in their order.

    A YAML file in a folder is a scenario when its top has the key ``scenario``. All are read, so
    that nothing runs when one of them is wrong: raises ``DocumentError`` with every problem.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(_scenarios_in(path)) if path.is_dir() else [path]
        if not inside:
            raise DocumentError([Problem(str(path), 1, 1, "", "there is no scenario in it")])
        found += inside
    files = list(dict.fromkeys(found))
    problems: list[Problem] = []
    for file in files:
        try:
            load_scenario(file)
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(dict.fromkeys(problems))
    return files


def run_suite(
    files: Sequence[Path],
    *,
    fidelity: Fidelity = "audio",
    workers: int | None = None,
    out: Path | None = None,
    speech: str | None = None,
    model: str | None = None,
    on_done: Callable[[Finished], None] | None = None,
) -> list[Finished]:
    """Run scenarios in ``workers`` processes (None: one for each core), results in their order.

    ``out``: a folder that gets a folder of files for each call, named after its scenario.
    ``on_done`` is told of each as soon as all before it are done too. A call that breaks is a
    failure of its own; what breaks every call (``SpeechError``, ``ModelError``) is raised.
    """
    jobs = _jobs(files, fidelity, out, speech, model)
    done: list[Finished] = []
    for finished in _run(jobs, min(workers or os.cpu_count() or 1, len(jobs))):
        done.append(finished)
        if on_done is not None:
            on_done(finished)
    return done


def suite_rows(done: Iterable[Finished], beside: Path | None = None) -> list[SuiteRow]:
    """The suite as rows of a table; reports relative to the folder ``beside``."""
    return [_row(one, beside) for one in done]


def write_index(path: Path, done: Iterable[Finished]) -> None:
    """Write the HTML page about the suite."""
    path.write_text(render_index(suite_rows(done, path.parent)), encoding="utf-8")


def _scenarios_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix not in (".yaml", ".yml") or not path.is_file():
            continue
        text = read_text(path)
        try:
            root = yaml12.read(text, str(path)).root
        except DocumentError:
            # Not YAML at all; if it was meant to be a scenario, its author wants to know.
            if any(line.startswith("scenario:") for line in text.splitlines()):
                yield path
            continue
        if isinstance(root, yaml12.Mapping) and "scenario" in root.keys:
            yield path


def _jobs(
    files: Sequence[Path],
    fidelity: Fidelity,
    out: Path | None,
    speech: str | None,
    model: str | None,
) -> list[_Job]:
    jobs: list[_Job] = []
    taken: set[str] = set()
    for file in files:
        name = folder = load_scenario(file).scenario
        again = 2
        while folder in taken:
            folder, again = f"{name}-{again}", again + 1
        taken.add(folder)
        kept = None if out is None else out / folder
        jobs.append(_Job(name, file, fidelity, kept, speech, model))
    return jobs


def _run(jobs: Sequence[_Job], workers: int) -> Iterator[Finished]:
    if workers <= 1:
        yield from map(_play, jobs)
        return
    # Spawned, not forked: the parent may hold threads of native libraries.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context)
    try:
        with interrupts_held():
            results = pool.map(_play, jobs, chunksize=max(1, len(jobs) // (workers * 16)))
        yield from results
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Processes begun in here never see Ctrl-C, which is for their parent to answer."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _play(job: _Job) -> Finished:
    script = load_scenario(job.path)
    try:
        judged = asyncio.run(
            run_scenario(
                script,
                job.path,
                fidelity=job.fidelity,
                out=job.out,
                speech=job.speech,
                model=job.model,
            )
        )
    except (SpeechError, ModelError, OSError):
        raise
    except Exception as error:
        # One broken call must not hide how the others went.
        return Finished(job.name, job.path, None, f"{type(error).__name__}: {error}", job.out)
    return Finished(job.name, job.path, judged.result, out=job.out)


def _line(check: Check) -> str:
    moment = "" if check.at is None else f"{clock(check.at)}  "
    step = "" if check.step is None else f"step {check.step}: "
    return f"{moment}{step}{check.name}: {check.message}"


def _row(one: Finished, beside: Path | None) -> SuiteRow:
    report = None
    if one.out is not None and (one.out / "report.html").exists():
        # Links in the page, on any system, have forward slashes.
        report = Path(os.path.relpath(one.out / "report.html", beside or Path())).as_posix()
    result = one.result
    return SuiteRow(
        name=one.name,
        path=str(one.path),
        fidelity="audio" if result is None else result.fidelity,
        passed=one.passed,
        duration_s=0.0 if result is None else result.duration_s,
        wall_s=0.0 if result is None else result.wall_s,
        speed=0.0 if result is None else result.speed,
        gap_p50_s=None if result is None else result.figures.gap_p50_s,
        checks_failed=one.failures,
        report=report,
    )
