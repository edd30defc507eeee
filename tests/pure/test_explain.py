"""explain(): each form of each kind of object; whole texts where they do not depend on the passes."""

from __future__ import annotations

import gc
import io
from itertools import pairwise
from typing import Any

import pytest

from eqsim.errors import UnknownNameError
from eqsim.model import Equations
from eqsim.network.network import Network
from eqsim.objects import (
    NetworkOperation,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
)
from eqsim.tools.explain import FORMS, explain, explanation
from eqsim.units import Hz, ms, mV

tau = 10 * ms


@pytest.fixture(autouse=True)
def free_names() -> None:
    """Objects of earlier tests that wait for the garbage collection would keep their names."""
    gc.collect()


def make_cells() -> NeuronGroup:
    return NeuronGroup(
        4,
        """
        dv/dt = (I - v)/tau : volt (unless refractory)
        I : volt (constant)
        """,
        threshold="v > 15*mV",
        reset="v = 0*mV",
        refractory=2 * ms,
        method="euler",
        name="granule",
    )


def sections(text: str) -> list[str]:
    """The titles of the forms in an explanation."""
    lines = text.splitlines()
    return [line for line, under in pairwise(lines) if under and set(under) == {"-"}]


def test_group_goes_through_all_forms_in_order() -> None:
    titles = sections(explanation(make_cells()))
    assert explanation(make_cells()).splitlines()[:2] == ["NeuronGroup 'granule' with 4 neurons", "=" * 36]
    assert titles == ["strings", "equations", "model", "rule: euler", "kernels", "program", "sources"]
    assert [title.split(":")[0] for title in titles] == list(FORMS)


def test_first_forms_of_a_group() -> None:
    text = explanation(make_cells(), "strings", "equations", "model", "rule")
    assert text == (
        """\
strings
-------
equations of NeuronGroup 'granule':
    dv/dt = (I - v)/tau : volt (unless refractory)
    I : volt (constant)
threshold of NeuronGroup 'granule':
    v > 15*mV
reset of NeuronGroup 'granule':
    v = 0*mV
refractory of NeuronGroup 'granule':
    2. ms

equations
---------
v  differential  volt  unless refractory
I  parameter     volt  constant

model
-----
dv/dt = (granule.I[i] - v)/granule.tau   where not_refractory
d(dv/dt)/dv = -(1/granule.tau)
granule.tau = 0.01 second

rule: euler
-----------
v_new = v + dt*((granule.I[i] - v)/granule.tau if not_refractory else 0)
v = v_new"""
    )


def test_every_generated_line_of_a_group_is_there() -> None:
    """Kernels, program and sources name the same kernels in the order of a step; the user's lines stand above theirs."""
    cells = make_cells()
    names = ["granule_stateupdater", "granule_spike_thresholder", "granule_spike_thresholder_mark", "granule_spike_resetter"]
    for form, begin in (("kernels", "kernel "), ("program", "kernel "), ("sources", "// granule")):
        text = explanation(cells, form)
        heads = [line.split()[1].rstrip(",:") for line in text.splitlines() if line.startswith(begin)]
        assert heads == names
        assert text.count("dv/dt = (I - v)/tau : volt (unless refractory)") == 1
    lines = explanation(cells, "sources").splitlines()
    assert "  // v = 0*mV" in lines
    assert lines[lines.index("  // v = 0*mV") + 1] == "  s.v[i] = 0.0;"
    assert not [line for line in lines if line.startswith("struct") or "_bind(" in line]


def test_explaining_twice_gives_the_same_text_and_changes_nothing() -> None:
    cells = make_cells()
    synapses = Synapses(cells, cells, on_pre="v += 1*mV", name="grain")
    before = explanation(synapses)
    assert explanation(synapses) == before
    synapses.connect(j="i")
    cells.I = 20 * mV
    spikes = SpikeMonitor(cells)
    net = Network(cells, synapses, spikes)
    explain(cells, file=io.StringIO())
    net.run(20 * ms)
    # v reaches 15 mV after tau*log(4) = 13.9 ms, once in 20 ms
    assert list(spikes.count) == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("make", "kernels", "strings"),
    [
        (
            lambda cells: Synapses(cells, cells, "w : volt", on_pre="v += w", on_post="w *= 2", delay=1 * ms, name="grain"),
            ["grain_pre", "grain_post"],
            ["w : volt", "v += w", "1. ms", "w *= 2"],
        ),
        (lambda cells: PoissonGroup(2, 10 * Hz, name="noise"), ["noise_spike_thresholder"], ["[10. 10.] Hz"]),
        (lambda cells: PoissonGroup(2, "t*10*Hz/ms", name="noise"), ["noise_spike_thresholder"], ["t*10*Hz/ms"]),
        (lambda cells: StateMonitor(cells, "v", record=True, name="trace"), ["trace", "trace_t"], ["v"]),
        (lambda cells: SpikeMonitor(cells[1:3], name="spikes"), ["spikes"], ["i, t"]),
        (lambda cells: PopulationRateMonitor(cells, name="rate"), ["rate_count", "rate_rate"], []),
        (lambda cells: cells.run_regularly("v = 0*mV", dt=1 * ms, name="now"), ["now"], ["v = 0*mV"]),
        (lambda cells: NetworkOperation(print, name="op"), [], ["<built-in function print>"]),
    ],
)
def test_other_objects_show_their_own_strings_and_kernels(make: Any, kernels: list[str], strings: list[str]) -> None:
    cells = make_cells()
    text = explanation(made := make(cells), "strings", "kernels", "sources")
    assert [line.split()[1].rstrip(",") for line in text.splitlines() if line.startswith("kernel ")] == kernels
    assert [line.strip() for line in text.splitlines() if line.startswith("    ") and "=" not in line[:3]][
        : len(strings)
    ] == strings
    assert explanation(made).splitlines()[0] == repr(made).strip("<>")
    assert sections(text) == ["strings"] * bool(strings) + ["kernels", "sources"] * bool(kernels)


def test_subgroup_is_explained_by_its_group() -> None:
    cells = make_cells()
    title, _, *rest = explanation(cells[:2]).splitlines()
    assert title == "Subgroup 'granule_subgroup' of 'granule' from 0 to 2"
    assert rest == explanation(cells).splitlines()[2:]


def test_network_shows_the_order_of_a_step() -> None:
    cells = make_cells()
    net = Network(cells, SpikeMonitor(cells, name="spikes"), StateMonitor(cells, "v", record=0, name="trace"), name="net")
    heads = [line.split(",")[0] for line in explanation(net, "program").splitlines() if line.startswith("kernel ")]
    assert heads == [
        "kernel trace",
        "kernel trace_t",
        "kernel granule_stateupdater",
        "kernel granule_spike_thresholder",
        "kernel granule_spike_thresholder_mark",
        "kernel spikes",
        "kernel granule_spike_resetter",
    ]


def test_equations_alone_are_shown_in_symbols() -> None:
    """Two coupled equations: the Jacobian has the entries that can be found by hand, and no others."""
    text = explanation(Equations("dv/dt = (w - v)/tau + s*xi/tau**0.5 : 1\ndw/dt = -v**2/tau_w : 1"), "model")
    assert text.splitlines()[2:] == [
        "dv/dt = (w - v)/tau + s*xi/sqrt(tau)",
        "dw/dt = -(v*v)/tau_w",
        "d(dv/dt)/dv = -(1/tau)",
        "d(dv/dt)/dw = 1/tau",
        "d(dw/dt)/dv = -((v + v)/tau_w)",
    ]


def test_text_goes_to_the_file() -> None:
    file = io.StringIO()
    explain(make_cells(), "equations", file=file)
    assert file.getvalue() == explanation(make_cells(), "equations") + "\n"


def test_names_come_from_the_namespace_that_is_given() -> None:
    text = explanation(make_cells(), "model", namespace={"tau": 5 * ms})
    assert text.splitlines()[-1] == "granule.tau = 0.005 second"


def test_unknown_form_object_and_name() -> None:
    with pytest.raises(ValueError) as error:
        explain(make_cells(), "c++")
    assert str(error.value) == (
        "there is no form 'c++'; the forms are: strings, equations, model, rule, kernels, program, sources"
    )
    with pytest.raises(TypeError) as wrong:
        explain(3)
    assert str(wrong.value) == "explain() takes an object of a model, Equations or a Network, not int"
    lost = NeuronGroup(1, "dv/dt = -v/nowhere : 1", name="lost")
    with pytest.raises(UnknownNameError):
        explain(lost)
