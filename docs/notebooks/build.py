"""Makes the notebooks of this folder from their sources, and runs them.

    python docs/notebooks/build.py                 all notebooks
    python docs/notebooks/build.py adex_network    one
    python docs/notebooks/build.py --short NAME    only run it, as the tests do; nothing is written

In: ``sources/NAME.py``, a script whose cells begin with ``# %%``.  Out: ``NAME.ipynb`` with what it prints and draws.
How a source looks: `README.md`.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MARK = "# %%"
SETTINGS = """%config InlineBackend.rc = {"figure.dpi": 72, "savefig.dpi": 72}
%matplotlib inline"""
"""Runs before the first cell and is not kept: small pictures, so that the repository stays small."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: ``kind`` is 'code', 'markdown' or 'short' (what only tests run)."""

    kind: str
    text: str


def sources() -> list[Path]:
    """All sources, by name."""
    return sorted((FOLDER / "sources").glob("*.py"))


def cells(source: str) -> list[Cell]:
    """The cells of a source; what stands before the first mark is no cell."""
    found = []
    for part in ("\n" + source).split("\n" + MARK)[1:]:
        head, _, body = part.partition("\n")
        kind = head.strip().strip("[]") or "code"
        if kind not in ("code", "markdown", "short"):
            raise ValueError(f"'{MARK} {head.strip()}': a cell begins with '{MARK}', '{MARK} [markdown]' or '{MARK} short'")
        lines = body.strip("\n").splitlines()
        if kind == "markdown":
            lines = [line.removeprefix("#").removeprefix(" ") for line in lines]
        found.append(Cell(kind, "\n".join(lines)))
    return found


def notebook(path: Path, short: bool = False) -> Any:
    """A source as a notebook without outputs; ``short`` keeps the cells that make it quick."""
    import nbformat.v4 as v4

    make = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "short": v4.new_code_cell}
    found = [cell for cell in cells(path.read_text(encoding="utf-8")) if short or cell.kind != "short"]
    parts = [make[cell.kind](cell.text, id=f"cell-{n}") for n, cell in enumerate(found, 1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=parts, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def execute(nb: Any, folder: Path) -> Any:
    """Run all cells in a kernel of their own, with a working folder; outputs are put into the notebook.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    import nbformat.v4 as v4
    from nbclient import NotebookClient

    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    nb.cells.insert(0, v4.new_code_cell(SETTINGS, id="settings"))
    client = NotebookClient(
        nb, timeout=600, startup_timeout=300, record_timing=False, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    del nb.cells[0]
    for number, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), 1):
        cell.execution_count = number
        cell.outputs = [kept(output, number) for output in cell.outputs]
    nb.metadata["language_info"] = {"name": "python"}
    return nb


def kept(output: Any, number: int) -> Any:
    """An output without what is of no use in the picture or the text of a page."""
    if "execution_count" in output:
        output.execution_count = number
    if "data" in output and "image/png" in output.data:
        output.data = {"image/png": smaller(output.data["image/png"])}
        output.metadata = {}
    return output


def smaller(png: str) -> str:
    """A picture (base64) of 64 colours, which takes half the room."""
    from PIL import Image

    found, out = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), io.BytesIO()
    found.quantize(64, dither=Image.Dither.NONE).save(out, "png", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="notebooks, without ending; all if none is given")
    parser.add_argument("--short", action="store_true", help="run the short form and write nothing")
    chosen = parser.parse_args()
    import nbformat

    for path in [FOLDER / "sources" / f"{Path(name).stem}.py" for name in chosen.names] or sources():
        with tempfile.TemporaryDirectory() as folder:
            nb = execute(notebook(path, chosen.short), Path(folder))
        if not chosen.short:
            nbformat.write(nb, FOLDER / f"{path.stem}.ipynb")
        print(path.stem, "runs" if chosen.short else f"{(FOLDER / f'{path.stem}.ipynb').stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
