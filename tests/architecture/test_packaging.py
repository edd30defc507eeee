"""The package works from a wheel, from an editable install and from a clone: templates and types are found in each.

Nothing is downloaded: the packages that eqsim needs are those of the Python that runs the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = {path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*")}
ASK = "from eqsim.codegen.templates import folder, plain; import eqsim; print(eqsim.__file__); print(folder())"


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is packaged, so that building leaves nothing in the working folder."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("eqsim", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


def build(source: Path, kind: str, folder: Path) -> Path:
    """A wheel, made by the build backend directly."""
    code = f"from setuptools.build_meta import {kind}; {kind}({str(folder)!r})"
    run(sys.executable, "-c", code, cwd=source)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(source, "build_wheel", tmp_path_factory.mktemp("wheel"))


def test_wheel_holds_each_module_template_and_the_type_marker(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    modules = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "eqsim").rglob("*.py") if "__pycache__" not in path.parts
    }
    assert modules - packed == set()
    assert {f"eqsim/templates/{name}" for name in TEMPLATES} - packed == set()
    assert "eqsim/py.typed" in packed
    assert any(name.endswith("licenses/LICENSE") for name in packed)
    strangers = {name for name in packed if not name.startswith(("eqsim/", "eqsim-"))}
    assert strangers == set()


def test_wheel_finds_its_templates(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    file, folder = run(sys.executable, "-c", ASK, cwd=tmp_path, path=tmp_path / "site").split()
    assert Path(file) == tmp_path / "site" / "eqsim" / "__init__.py"
    assert Path(folder) == tmp_path / "site" / "eqsim" / "templates"


def test_editable_install_finds_the_templates_of_the_clone(source: Path, tmp_path: Path) -> None:
    """The editable wheel holds a .pth file, which Python obeys in site folders only.

    Without ``-S``, an editable install of the clone that is being tested would come first.
    """
    wheel = build(source, "build_editable", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    needed = Path(np.__file__).parents[1]
    sites = f"import sys, site; site.addsitedir({str(tmp_path / 'site')!r}); sys.path.append({str(needed)!r})"
    file, folder = run(sys.executable, "-S", "-P", "-c", f"{sites}; {ASK}", cwd=tmp_path).split()
    assert Path(file).resolve() == (source / "eqsim" / "__init__.py").resolve()
    assert Path(folder).resolve() == (source / "templates").resolve()


def test_clone_finds_its_templates(source: Path) -> None:
    file, folder = run(sys.executable, "-c", ASK, cwd=source).split()
    assert Path(file).resolve() == (source / "eqsim" / "__init__.py").resolve()
    assert Path(folder).resolve() == (source / "templates").resolve()
