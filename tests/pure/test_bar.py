"""The bar of `run(report='bar')`: in a terminal, a notebook, and a file; after errors, too."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from eqsim.network import bar as bars
from eqsim.network.bar import LinesBar, NotebookBar, TerminalBar, make_bar
from eqsim.only import Network, NetworkOperation, NeuronGroup, prefs


class Terminal(io.StringIO):
    """A terminal that remembers all that was written."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_to(count: int) -> None:
        monkeypatch.setenv("COLUMNS", str(count))

    set_to(80)
    return set_to


@pytest.fixture
def numpy_target() -> Iterator[None]:
    before, prefs.codegen.target = prefs.codegen.target, "numpy"
    yield
    prefs.codegen.target = before


def screen(text: str) -> str:
    """What a terminal shows of its last line, with what later lines do not cover."""
    shown: list[str] = []
    for line in text.split("\r"):
        shown[: len(line)] = line
    return "".join(shown).rstrip()


def test_bar_fills_in_its_line(columns: Any) -> None:
    out = Terminal()
    bar = TerminalBar(out)
    bar.show(0.0, "of 10. s")
    assert screen(out.getvalue()) == "|" + " " * 30 + "|   0 % of 10. s"
    bar.show(0.25, "of 10. s, 3s left")
    assert screen(out.getvalue()) == "|" + "█" * 7 + "▌" + " " * 22 + "|  25 % of 10. s, 3s left"
    bar.show(1.0, "took 4s")
    assert screen(out.getvalue()) == "|" + "█" * 30 + "| 100 % took 4s"  # nothing is left of the longer text
    assert "\n" not in out.getvalue()
    bar.close()
    bar.close()
    assert out.getvalue().count("\n") == 1


@pytest.mark.parametrize("width", [12, 30, 79, 200])
def test_bar_never_wraps(columns: Any, width: int) -> None:
    columns(width)
    out = Terminal()
    bar = TerminalBar(out)
    for k in range(11):
        bar.show(k / 10, "of 10. s, 1h 20m 3s left")
    assert max(len(line) for line in out.getvalue().split("\r")) < width


def test_terminal_without_blocks_gets_signs(columns: Any) -> None:
    out = Terminal()
    out.encoding = "ascii"  # type: ignore[misc]
    TerminalBar(out).show(0.5, "")
    assert screen(out.getvalue()) == "|" + "#" * 15 + "-" * 15 + "|  50 %"


def test_file_gets_a_line_for_each_tenth() -> None:
    out = io.StringIO()
    bar = make_bar(out)
    assert isinstance(bar, LinesBar)
    for k in range(101):
        bar.show(k / 100, "of 10. s")
    assert out.getvalue().splitlines() == [f"{10 * k:3} % of 10. s" for k in range(11)]


def test_notebook_gets_an_element_that_is_updated(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    handle = SimpleNamespace(update=lambda data, raw: shown.append(data))

    def display(data: dict[str, str], raw: bool, display_id: bool) -> Any:
        shown.append(data)
        return handle

    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    bar = make_bar()
    assert isinstance(bar, NotebookBar)
    assert isinstance(make_bar(io.StringIO()), LinesBar)  # asked for
    bar.show(0.0, "")
    bar.show(0.5, "a < b")
    assert [data["text/plain"] for data in shown] == ["0 %", "50 % a < b"]
    assert shown[1]["text/html"].startswith('<progress value="0.500" max="1"') and "a &lt; b" in shown[1]["text/html"]


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert not bars._in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not bars._in_notebook()


def test_run_shows_a_bar(monkeypatch: pytest.MonkeyPatch, columns: Any, numpy_target: None) -> None:
    import eqsim

    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    net = Network(NeuronGroup(1, "v : 1"))
    net.run(5 * eqsim.ms, report="bar")
    assert screen(out.getvalue()) == "|" + "█" * 30 + "| 100 % of 5. ms, took < 1s\n".rstrip()
    assert out.getvalue().endswith("\n") and out.getvalue().count("\n") == 1


@pytest.mark.parametrize("how", ["stop", "error"])
def test_bar_leaves_its_line_when_a_run_ends_early(
    monkeypatch: pytest.MonkeyPatch, columns: Any, numpy_target: None, how: str
) -> None:
    """The text of an error, or the next prompt, does not begin behind the bar."""
    import eqsim

    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)

    def act(t: Any) -> None:
        if t > 2 * eqsim.ms:
            if how == "error":
                raise RuntimeError("enough")
            eqsim.stop()

    net = Network(NeuronGroup(1, "v : 1"), NetworkOperation(act))
    if how == "error":
        with pytest.raises(RuntimeError, match="enough"):
            net.run(5 * eqsim.ms, report="bar")
    else:
        net.run(5 * eqsim.ms, report="bar")
    assert out.getvalue().endswith("\n") and out.getvalue().count("\n") == 1
