"""What all models of the library have in common: they say where they come from, they join, they complain in words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from eqsim import DimensionMismatchError, Equations, NeuronGroup, library, ms, mV, nS
from eqsim.library import Model, Synapse, adex, ampa, exponential, hodgkin_huxley, kdr, leak, lif, membrane, nmda, stdp

ENTRIES = {name: value for name, value in vars(library).items() if isinstance(value, Model | Synapse)}
WITHOUT_PAPER = {"constant_calcium", "delta", "diffusion", "dual_exponential", "exponential", "exponential_current"}
WITHOUT_PAPER |= {"gap_junction", "leak"}  # textbook forms


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_says_what_it_is(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.title and str(entry).startswith(f"{entry.title}.")
    assert bool(entry.papers) != (name in WITHOUT_PAPER)
    assert name in library.__all__

    assert not {"N", "i", "j", "t", "dt", "v"} & set(entry.parameters)  # these are variables of every group


@pytest.mark.parametrize("name", [n for n, e in ENTRIES.items() if isinstance(e, Model) and "v" in e.initial])
def test_every_neuron_takes_conductances(name: str) -> None:
    """Those with units; each with a receptor of its own."""
    if ENTRIES[name].sums.get("I") == "amp":
        cell = ENTRIES[name] + ampa + nmda
        group = NeuronGroup(1, **cell.kwargs)
        assert str(cell.equations["I"]) == "I = I_ext + I_ampa + I_nmda : A"
        assert group.get_states(["g_ampa"])["g_ampa"][0] == 0 * nS


def test_values_are_those_of_the_copy() -> None:
    slow = lif(tau=20 * ms)
    assert slow.parameters["tau"] == 20 * ms and lif.parameters["tau"] == 10 * ms


def test_a_word_is_another_name() -> None:
    assert str(adex(v="V_m").equations).count("v") == 0
    assert "fast" in lif(tau="fast").parameters


def test_values_for_each_neuron() -> None:
    group = lif.per_neuron("tau", "V_th").neurons(3, threshold="v > V_th")
    assert group.tau[1] == 10 * ms
    group.tau = [5, 10, 20] * ms
    assert group.tau[2] == 20 * ms


def test_lines_of_your_own_are_added() -> None:
    cell = lif + "rate_seen : Hz" + Equations("depth : metre")
    assert {"rate_seen", "depth"} <= set(cell.equations)


MISTAKES = [
    (lambda: lif(tua=1 * ms), TypeError, "lif has no parameter 'tua'; it has tau, R, E_L, V_th, V_r, t_ref"),
    (lambda: lif(tau=1 * mV), DimensionMismatchError, "'tau' of lif is like 10. ms (unit is V)."),
    (lambda: lif + adex, TypeError, "lif and adex both have a threshold: a neuron has one"),
    (lambda: (lif + leak).equations, TypeError, "lif_L has no sum 'I_m' to add to, only 'I'"),
    (
        lambda: membrane + kdr + kdr("A", E_K=-95 * mV),
        ValueError,
        "'E_K' is -90. mV in one model and -95. mV in the other: give one of them another name",
    ),
    (lambda: lif.per_neuron("tua"), TypeError, "lif has no parameter 'tua'; it has tau, R, E_L, V_th, V_r, t_ref"),
    (lambda: exponential(taw=1 * ms), TypeError, "exponential has no parameter 'taw'; it has tau, E"),
]


@pytest.mark.parametrize(("attempt", "kind", "words"), MISTAKES)
def test_mistakes_are_told(attempt: object, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        attempt()  # type: ignore[operator]
    assert str(caught.value).splitlines()[0].removeprefix(f"{kind.__name__}: ") == words


def test_plasticity_is_added_to_a_synapse() -> None:
    both = ampa + stdp(weight_max=5 * nS)
    assert both.on_pre.splitlines()[0] == "g_ampa_post += weight"
    assert both.parameters["weight_max"] == 5 * nS
    assert set(both.neuron.parameters) == {"tau_ampa", "E_ampa"}


def test_help_of_a_model_is_its_card() -> None:
    assert "Hodgkin" in str(hodgkin_huxley.__doc__) and "E_Na = 50. mV" in str(hodgkin_huxley.__doc__)


def test_the_library_needs_no_parser_until_it_is_used() -> None:
    code = "import sys, eqsim.library; print('pyparsing' in sys.modules, 'sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
