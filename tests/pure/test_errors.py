"""Errors: how places are shown, and that errors survive being pickled, raised for an object, and left uncaught."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from eqsim.errors import (
    BrianObjectException,
    Diagnostic,
    DimensionMismatchError,
    EqsimError,
    EquationSyntaxError,
    Source,
    Span,
    UnknownNameError,
    did_you_mean,
    for_object,
)

SOURCE = Source("v : volt\n\tw = a ^ b : 1\n", "equations of NeuronGroup 'cells'")
PLACE = Span(SOURCE, SOURCE.text.index("^"), SOURCE.text.index("^") + 1)
TEXT = "\n".join(
    [
        "no such sign",
        " --> equations of NeuronGroup 'cells', line 2",
        "2 | \tw = a ^ b : 1",
        "  | \t      ^ here",
        "  = help: write **",
    ]
)


def example() -> EquationSyntaxError:
    return EquationSyntaxError(Diagnostic("E1", "no such sign", PLACE, "here", "write **"))


def test_the_caret_stands_under_the_term_also_behind_tabs() -> None:
    assert str(example()) == TEXT


def test_long_lines_are_cut_around_the_place() -> None:
    source = Source("a + " * 1000 + "^" + " + b" * 1000)
    error = EquationSyntaxError(Diagnostic("E1", "no", Span(source, 4000, 4001)))
    _, _, line, caret = str(error).split("\n")
    assert line[caret.index("^")] == "^"
    assert len(line) < 120


def test_an_error_for_an_object_is_both_kinds() -> None:
    error = for_object(example(), "cells")
    assert isinstance(error, BrianObjectException) and isinstance(error, EquationSyntaxError)
    assert str(error) == TEXT and type(error).__name__ == "EquationSyntaxError"


@pytest.mark.parametrize(
    "error",
    [
        example(),
        for_object(example(), "cells"),
        DimensionMismatchError("x", 1, 2),
        for_object(DimensionMismatchError("x", 1, 2), "cells"),
        for_object(UnknownNameError("x is not known"), "cells"),
    ],
)
def test_errors_travel_between_processes(error: EqsimError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error) and vars(again) == vars(error)


def test_an_uncaught_error_prints_the_whole_message() -> None:
    """Python prints the attribute msg of a SyntaxError, not its text: without our own, users saw a tuple."""
    code = f"from eqsim.errors import *; raise EquationSyntaxError(Diagnostic('E1', 'no', Span({SOURCE!r}, 0, 1)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "EquationSyntaxError: no\n --> equations of NeuronGroup 'cells', line 1\n1 | v : volt\n  | ^" in done.stderr


def test_the_nearest_name_is_suggested() -> None:
    known = ("tau_m", "v", "V_t")
    assert did_you_mean("tau_n", known) == "did you mean 'tau_m'?"
    assert did_you_mean("v_T", known) == "did you mean 'V_t'?"
    assert did_you_mean("completely_else", known) == ""
