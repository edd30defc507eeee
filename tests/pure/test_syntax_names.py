"""Names: what already means something is refused, everything else is free, and extensions can add rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eqsim.errors import EquationSyntaxError, Source
from eqsim.syntax import check_name, names, parse_equations, register_identifier_check


@pytest.fixture
def checks() -> Iterator[None]:
    before = list(names.IDENTIFIER_CHECKS)
    yield
    names.IDENTIFIER_CHECKS[:] = before


@pytest.mark.parametrize(
    "name",
    "t dt t_in_timesteps xi xi_1 i N not_refractory refractory refractory_until volt mV umetre2 exp rand int pi e inf"
    " if lambda True _v __v".split(),
)
def test_reserved_names_are_refused(name: str) -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        check_name(Source(name).whole)
    assert isinstance(caught.value, SyntaxError) and isinstance(caught.value, ValueError)


@pytest.mark.parametrize("name", "v V I n k j delay lastspike v_pre sum min print x__y xi2 E tau_m N_2 te nan".split())
def test_other_names_are_free(name: str) -> None:
    assert check_name(Source(name).whole) == name


@pytest.mark.parametrize("kind", [ValueError, SyntaxError])
def test_a_registered_check_refuses_names_in_equations(checks: None, kind: type[Exception]) -> None:
    def no_tau(name: str) -> None:
        if name == "tau":
            raise kind("tau is taken by my extension")

    register_identifier_check(no_tau)
    register_identifier_check(no_tau)  # twice is once
    parse_equations(Source("v : 1"))
    with pytest.raises(EquationSyntaxError) as caught:
        parse_equations(Source("v : 1\ntau : second"))
    assert str(caught.value) == "\n".join(
        [
            "tau is taken by my extension",
            " --> equations, line 2",
            "2 | tau : second",
            "  | ^^^",
            "  = help: choose another name",
        ]
    )
