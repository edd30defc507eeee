"""The notebooks are what their sources say, and run from top to bottom."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_notebooks", FOLDER / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_notebooks"] = module
    spec.loader.exec_module(module)
    return module


build = load()
SOURCES = [path.stem for path in build.sources()]


def cells_of(name: str) -> list[Any]:
    return [*build.cells((FOLDER / "sources" / f"{name}.py").read_text(encoding="utf-8"))]


def missing() -> str:
    names = [name for name in ("nbclient", "nbformat", "ipykernel") if importlib.util.find_spec(name) is None]
    return f"{', '.join(names)} not installed" if names else ""


@pytest.mark.skipif(bool(missing()), reason=missing() or "all there")
@pytest.mark.parametrize("name", SOURCES)
def test_notebook_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    """In a kernel of its own, in an empty folder, as short as its source says; a cell that fails is shown."""
    nb = build.execute(build.notebook(FOLDER / "sources" / f"{name}.py", short=True), tmp_path)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    noise = [o.text for cell in code for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"]
    assert noise == []
    assert any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs)


@pytest.mark.parametrize("name", SOURCES)
def test_notebook_has_the_cells_of_its_source(name: str) -> None:
    """If not: run docs/notebooks/build.py."""
    stored = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    source = [cell for cell in cells_of(name) if cell.kind != "short"]
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in stored["cells"]] == [(c.kind, c.text) for c in source]
    counts = [cell["execution_count"] for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("name", SOURCES)
def test_notebook_keeps_to_the_rules(name: str) -> None:
    """Those of docs/notebooks/README.md."""
    cells = cells_of(name)
    assert cells[0].kind == "markdown" and cells[0].text.startswith("# ")
    assert f"examples/seeds/{name}.py" in cells[0].text
    assert "from eqsim import *" in next(cell for cell in cells if cell.kind == "code").text.splitlines()
    assert any(line.startswith("assert ") for cell in cells for line in cell.text.splitlines())
    assert (FOLDER / f"{name}.ipynb").stat().st_size < 200_000


def test_source_with_an_unknown_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="a cell begins with"):
        build.cells("# %% shrt\nT = 1\n")


def test_short_cells_stand_where_they_are_and_only_in_tests(tmp_path: Path) -> None:
    pytest.importorskip("nbformat", reason="nbformat not installed")
    path = tmp_path / "x.py"
    path.write_text("# %% [markdown]\n# # Title\n#\n#   indented\n\n# %%\nT = 60\n\n# %% short\nT = 2\n\n# %%\nprint(T)\n")
    full, short = (build.notebook(path, short) for short in (False, True))
    assert [cell.source for cell in full.cells] == ["# Title\n\n  indented", "T = 60", "print(T)"]
    assert [cell.source for cell in short.cells] == ["# Title\n\n  indented", "T = 60", "T = 2", "print(T)"]
