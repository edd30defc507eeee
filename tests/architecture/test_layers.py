"""The layers of eqsim: who may import whom, and which outside package lives where.

A module imports its own layer and lower ones. To find out why, read the folders in the order of the data.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "eqsim"

LAYERS = {
    "errors": 0,
    "log": 0,
    "later": 0,
    "units": 0,
    "ir": 1,
    "functions": 2,
    "syntax": 3,
    "model": 4,
    "integrators": 5,
    "objects": 6,
    "schedule": 7,
    "codegen": 8,
    "bytecode": 8,
    "targets": 9,
    "network": 10,
    "topology": 7,
    "library": 11,
    "analysis": 11,
    "spatial": 11,
    "sweeps": 11,
    "tools": 12,
    "plot": 12,
    "only": 13,
    "pylab_names": 13,
    "__init__": 14,
    "__main__": 15,
}

# Inside layer 0, errors and log know nothing of units.
FOUNDATION = {"errors", "log", "later"}

# Outside package: where it may be imported, and whether only inside functions (so that `import eqsim` stays fast).
OWNERS: dict[str, tuple[tuple[str, ...], bool]] = {
    "pyparsing": (("syntax/lines.py",), True),
    "sympy": (("model/sympy_forms.py", "integrators/", "analysis/", "tools/"), True),
    "jinja2": (("codegen/templates.py",), True),
    "matplotlib": (("plot/", "tools/", "analysis/", "spatial/", "units/plotting.py"), True),
    "contourpy": (("analysis/",), True),
    "scipy": (("objects/connect_matrix.py", "analysis/", "tools/", "spatial/"), True),
    "Cython": (("codegen/", "targets/"), True),
    "mpmath": (("analysis/",), True),
}

FORBIDDEN_CALLS = {"eval", "exec", "sympify", "parse_expr", "compile_restricted", "__import__"}
HEAVY = ("Cython", "jinja2", "matplotlib", "mpmath", "pyparsing", "scipy", "sympy")


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the file it stands in, the line, the module, whether it runs when the file is imported."""

    file: str
    line: int
    module: str
    at_import: bool

    @property
    def where(self) -> str:
        return f"eqsim/{self.file}:{self.line} imports {self.module}"


def _files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _walk(node: ast.AST, at_import: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """All nodes below, and whether each runs when the module is imported; what only type checkers see is left out."""
    for child in ast.iter_child_nodes(node):
        if _only_for_types(child):
            continue
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield child, at_import
        yield from _walk(child, at_import and not inside)


def _modules(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """Dotted names of what an import statement imports; ``from eqsim import x`` counts as ``eqsim.x``."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
    module = ".".join(part for part in (base, node.module or "") if part)
    return [f"eqsim.{alias.name}" for alias in node.names] if module == "eqsim" else [module]


def imports() -> list[Import]:
    found = []
    for path in _files():
        file = path.relative_to(PACKAGE).as_posix()
        package = ("eqsim", *path.relative_to(PACKAGE).parent.parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node, at_import in _walk(tree):
            for module in _modules(node, package):
                found.append(Import(file, getattr(node, "lineno", 0), module, at_import))
    return found


IMPORTS = imports()


def _area(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def test_each_folder_has_a_layer() -> None:
    assert {_area(path.relative_to(PACKAGE).as_posix()) for path in _files()} <= set(LAYERS)


def test_modules_import_their_own_layer_and_lower_ones() -> None:
    upward = [
        found.where
        for found in IMPORTS
        if found.module.startswith("eqsim.")
        and (area := found.module.split(".")[1]) in LAYERS
        and LAYERS[area] > LAYERS[_area(found.file)]
    ]
    assert upward == []


def test_errors_and_messages_stand_below_everything() -> None:
    wrong = [
        found.where
        for found in IMPORTS
        if _area(found.file) in FOUNDATION
        and found.module.startswith("eqsim.")
        and found.module.split(".")[1] not in FOUNDATION
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(OWNERS))
def test_outside_package_is_imported_by_its_owner_only(name: str) -> None:
    owners, late = OWNERS[name]
    uses = [found for found in IMPORTS if found.module.split(".")[0] == name]
    assert [found.where for found in uses if not found.file.startswith(owners)] == []
    assert [found.where for found in uses if late and found.at_import] == []


def test_no_other_package_is_needed() -> None:
    known = {"eqsim", "numpy", *OWNERS, *sys.stdlib_module_names}
    optional = set("cuda IPython tqdm pint quantities astropy pandas neo nrn h5py xarray cloudpickle".split())
    strange = [found.where for found in IMPORTS if found.module.split(".")[0] not in known | optional]
    needed = [found.where for found in IMPORTS if found.module.split(".")[0] in optional and found.at_import]
    assert (strange, needed) == ([], [])


def test_user_text_is_never_run_as_python() -> None:
    calls = []
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            builtin = isinstance(node.func, ast.Name)
            if name in FORBIDDEN_CALLS and (builtin or name in ("sympify", "parse_expr")):
                calls.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {name}")
    assert calls == []


def _loaded_after(code: str) -> set[str]:
    report = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", report], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("code", ["import eqsim", "from eqsim import *", "import eqsim; repr(eqsim.plot); dir(eqsim)"])
def test_import_stays_light(code: str) -> None:
    """`import eqsim` costs little more than numpy: everything heavy waits for its first use."""
    assert _loaded_after(code) & set(HEAVY) == set()


def test_plotting_imports_matplotlib_when_used() -> None:
    code = "import matplotlib; matplotlib.use('agg')\nfrom eqsim import *\nfigure(); assert isinstance(gcf(), Figure)"
    assert "matplotlib" in _loaded_after(code)
