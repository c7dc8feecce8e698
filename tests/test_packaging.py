"""What a user gets: the wheel's contents, and an environment that has what it declares."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COMPANIONS = {"markupsafe": "jinja2", "pipecat": "pipecat-ai", "pydantic_core": "pydantic"}
"""Imported beside what they come with, or where our environment does not have them."""

APART = {"smart-turn"}
"""Extras whose pins are too strict for the full environment."""

PACKAGES = ("agent", "policies", "scenarios", "speech", "system1", "system2")


def project(root: Path) -> dict[str, object]:
    loaded = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=root,
        check=True,
        capture_output=True,
    )
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.mark.slow
def test_the_wheel_is_the_six_packages_and_their_data(wheel: zipfile.ZipFile, root: Path) -> None:
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *PACKAGES],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        assert shipped == {name for name in listed.stdout.splitlines() if (root / name).exists()}
    assert {name.split("/")[0] for name in shipped} == set(PACKAGES)
    assert {".py", ".yaml", ".j2", ".onnx", ".typed"} <= {Path(name).suffix for name in shipped}


@pytest.mark.slow
def test_the_wheel_has_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    (points,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "kairos = agent.cli.app:main" in wheel.read(points).decode()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def third_party(path: Path) -> set[str]:
    tops = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            tops.add(node.module.split(".")[0])
    return tops - set(sys.stdlib_module_names) - set(PACKAGES)


def test_what_is_imported_is_declared(root: Path) -> None:
    declared = project(root)
    base, extras = declared["dependencies"], declared["optional-dependencies"]
    assert isinstance(base, list)
    assert isinstance(extras, dict)
    wanted = [*base, *(one for name, extra in extras.items() if name != "dev" for one in extra)]
    known = {canonicalize_name(Requirement(one).name) for one in wanted}
    owners = metadata.packages_distributions()
    used = {
        top
        for package in PACKAGES
        for path in (root / package).rglob("*.py")
        for top in third_party(path)
    }
    strangers = {
        top
        for top in used
        if not {
            canonicalize_name(name) for name in (COMPANIONS.get(top, top), *owners.get(top, []))
        }
        & known
    }
    assert strangers == set()


@pytest.mark.parametrize("name", ["light", "full"])
def test_pins_cover_what_is_declared_and_name_no_registry(root: Path, name: str) -> None:
    lines = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(Requirement(line).name) for line in lines}
    assert all(str(Requirement(line).specifier).startswith("==") for line in lines)
    assert all(Requirement(line).url is None and "+" not in line for line in lines)
    assert not [one for one in pinned if one.startswith(("nvidia", "cuda", "triton"))]
    declared = project(root)
    base, extras = declared["dependencies"], declared["optional-dependencies"]
    assert isinstance(base, list)
    assert isinstance(extras, dict)
    chosen = (
        ["embedded"] if name == "light" else [one for one in extras if one not in {"all", *APART}]
    )
    wanted = [*base, *(one for extra in chosen for one in extras[extra])]
    assert {canonicalize_name(Requirement(one).name) for one in wanted} <= pinned


def test_pipecat_is_pinned_with_all_that_it_needs(root: Path) -> None:
    lines = (root / "requirements" / "pipecat.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}
    assert all(str(pin.specifier).startswith("==") and pin.url is None for pin in pins.values())
    assert str(pins[canonicalize_name("pipecat-ai")].specifier) == "==1.14.0"
    assert {"numpy", "onnxruntime", "loudness", "soxr"} <= set(pins)


@pytest.mark.slow
def test_the_full_environment_has_kyutai() -> None:
    """Torch, moshi and transformers stand beside each other, whatever moshi's pins say."""
    code = (
        "import moshi.models, torch, transformers\n"
        "assert float(torch.ones(2, 2).sum()) == 4\n"
        "print(transformers.__version__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
