"""The examples in the docstrings of eqsim run, without network and without compiler."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "eqsim").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.fixture(autouse=True)
def interpreter() -> Iterator[None]:
    """No compiler, no windows; what an example sets is set back."""
    import matplotlib
    from matplotlib import units as axes

    from eqsim import ImportExport, defaultclock, ms, prefs, start_scope
    from eqsim.units import choices

    matplotlib.use("agg")
    target = prefs.codegen.target
    registered, converters = {k: list(v) for k, v in choices._REGISTERED.items()}, dict(axes.registry)
    formats = dict(ImportExport.methods)
    prefs.codegen.target = "numpy"
    start_scope()
    yield
    prefs.codegen.target = target
    defaultclock.dt = 0.1 * ms
    start_scope()
    for table, before in (
        (choices._REGISTERED, registered),
        (axes.registry, converters),
        (ImportExport.methods, formats),
    ):
        table.clear()
        table.update(before)


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_show(name: str) -> None:
    module = importlib.import_module(name)
    # an example is a script of a user: its frame must not look like a part of eqsim
    scope = {**vars(module), "__name__": "example"}
    report: list[str] = []
    attempted = 0
    for test in doctest.DocTestFinder().find(module, globs=scope):
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
        attempted += runner.run(test, out=report.append).attempted
    if report:
        pytest.fail("".join(report), pytrace=False)
    assert attempted > 0
