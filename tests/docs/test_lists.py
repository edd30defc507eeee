"""Lists of what there is are complete, and lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def links(page: Path) -> set[Path]:
    found = re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
    return {(page.parent / link).resolve() for link in found if "://" not in link}


def test_each_example_has_its_line() -> None:
    scripts = {path for path in (ROOT / "examples").rglob("*.py") if not path.name.startswith("_")}
    listed = links(ROOT / "examples" / "README.md")
    assert scripts - listed == set()
    assert [path for path in listed if not path.exists()] == []


def test_each_page_of_the_guide_has_its_line() -> None:
    assert set((ROOT / "docs" / "guide").glob("*.md")) - links(ROOT / "docs" / "README.md") == set()


def test_each_notebook_is_of_an_example() -> None:
    names = {path.stem for path in (ROOT / "docs" / "notebooks" / "sources").glob("*.py")}
    assert names - {path.stem for path in (ROOT / "examples" / "seeds").glob("*.py")} == set()
