"""The pages of the documentation are run; what they show is what they print."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_pages", DOCS / "pages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_pages"] = module
    spec.loader.exec_module(module)
    return module


pages = load()
NAMES = [str(page.relative_to(DOCS)) for page in pages.pages()]
GUIDE = [name for name in NAMES if name.startswith("guide/")]


@pytest.fixture(autouse=True)
def settings() -> object:
    """A page sets preferences, the step, and the seed; later tests must not see that."""
    from eqsim import defaultclock, ms, prefs, seed, start_scope

    names = ("codegen.target", "codegen.threads", "devices.cpp_standalone.openmp_threads")
    kept = {name: prefs[name] for name in names}
    yield
    for name, value in kept.items():
        prefs[name] = value
    defaultclock.dt = 0.1 * ms
    seed(0)
    start_scope()


@pytest.mark.parametrize("name", NAMES)
def test_page_runs_and_prints_what_it_shows(name: str) -> None:
    for piece, result in pages.run(DOCS / name):
        where = f"{name}, line {piece.line}"
        if piece.error is not None:
            assert result.error == piece.error, where
        else:
            assert result.output == (piece.output or ""), where
        if piece.image is not None:
            assert piece.image.exists(), f"{where}: run docs/pages.py"
            assert result.figure is not None and result.figure.axes, where


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = DOCS / name
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), f"{name}: {target}"


@pytest.mark.parametrize("name", GUIDE)
def test_guide_page_begins_with_code_and_ends_with_two_exercises(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    title = text.splitlines()[0]
    assert title.startswith("# ") and title.endswith("?")
    before_code = text.split("```python")[0].splitlines()[1:]
    assert len(" ".join(before_code).split()) <= 60
    exercises = text.split("## Exercises\n")[1]
    assert len(re.findall(r"^\d\. ", exercises, re.MULTILINE)) == 2
    assert pages.pieces(DOCS / name)[0].code.startswith("from eqsim import *")


def test_every_image_is_drawn_by_a_page() -> None:
    drawn = {piece.image.name for page in pages.pages() for piece in pages.pieces(page) if piece.image}
    assert {image.name for image in (DOCS / "images").glob("*.png")} == drawn


def test_what_is_said_to_be_missing_is_missing() -> None:
    """A class or function that the table of missing things names does not exist; whoever writes it takes it out there."""
    import eqsim

    table = (DOCS / "migration.md").read_text(encoding="utf-8").split("## Not there yet")[1]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    # arguments, flags and methods of an existing class are not names of the package
    words = {word for row in rows for word in re.findall(r"`(\w+)`", row)} - {
        "multisynaptic_index",
        "run_regularly",
        "Synapses",
    }
    assert "SpatialNeuron" in words
    assert {word for word in words if hasattr(eqsim, word)} == set()
