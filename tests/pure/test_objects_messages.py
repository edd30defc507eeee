"""What objects say when something is wrong: whole texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import eqsim
from eqsim import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    nA,
)


def cells(equations: str = "v : 1", threshold: str | None = "v > 1", reset: str | None = "v = 0", **more: Any) -> Any:
    """Three neurons."""
    return NeuronGroup(3, equations, threshold=threshold, reset=reset, **{"name": "cells", **more})


def wires(on_pre: Any = "v += 1", **more: Any) -> Any:
    """Synapses among three neurons."""
    G = cells()
    return Synapses(G, G, on_pre=on_pre, name="wires", **more)


def regularly(code: str, equations: str = "v : 1\ns : 1 (shared)") -> None:
    """The error comes with the run."""
    G = cells(equations)
    G.run_regularly(code, name="often")
    Network(G).run(0 * ms)


CASES: dict[str, tuple[Callable[[], Any], str]] = {
    "unit_of_derivative": (
        lambda: cells("dv/dt = -v : volt", None, None),
        """dv/dt must be in volt/second, but its right-hand side is in volt
 --> equations of NeuronGroup 'cells', line 1
1 | dv/dt = -v : volt
  |         ^^ volt
  = help: divide it by a time constant, e.g. (...)/tau with tau in second""",
    ),
    "unit_of_subexpression": (
        lambda: cells("dv/dt = I/ms : volt\nI = 3*v*mV : volt", None, None),
        """I is declared in volt, but its right-hand side is in volt**2
 --> equations of NeuronGroup 'cells', line 2
2 | I = 3*v*mV : volt
  |     ^^^^^^ volt**2
  = help: write ': volt**2' at the end of the line, or change the units in it""",
    ),
    "unit_of_unused_subexpression": (
        lambda: cells("v : volt\nI = v : 1", None, None),
        """I is declared as a pure number (: 1), but its right-hand side is in volt
 --> equations of NeuronGroup 'cells', line 2
2 | I = v : 1
  |     ^ volt
  = help: write ': volt' at the end of the line, or change the units in it""",
    ),
    "threshold_compares_units": (
        lambda: cells(threshold="v > 10*mV"),
        """cannot compare a pure number and volt
 --> threshold of NeuronGroup 'cells', line 1
1 | v > 10*mV
  | ^^^^^^^^^ 1 > volt
  = help: multiply the first term by a voltage (e.g. mV)""",
    ),
    "threshold_is_a_number": (
        lambda: cells(threshold="v - 1"),
        """a condition is needed here
 --> threshold of NeuronGroup 'cells', line 1
1 | v - 1
  | ^^^^^ a number
  = help: compare it with something, e.g. v > -50*mV, or write ... != 0""",
    ),
    "reset_sets_shared": (
        lambda: cells("v : 1\ns : 1 (shared)", reset="v = 0\ns = 1"),
        """'s' is shared: code that runs for some elements only cannot set it
 --> reset of NeuronGroup 'cells', line 2
2 | s = 1
  | ^""",
    ),
    "reset_sets_subexpression": (
        lambda: cells("v : 1\nI = v : 1", reset="I = 1"),
        """'I' cannot be set: it is computed from other things
 --> reset of NeuronGroup 'cells', line 1
1 | I = 1
  | ^""",
    ),
    "shared_depends_on_elements": (
        lambda: cells("v : 1\nI = v : 1 (shared)"),
        """'I' is shared: it can only depend on shared variables
 --> equations of NeuronGroup 'cells', line 2
2 | I = v : 1 (shared)
  |     ^
  = help: only one value is kept for the whole group; take the flag (shared) away, or use shared variables""",
    ),
    "shared_after_elements": (
        lambda: regularly("v = 1\ns += 1"),
        """'s' is shared: set it before variables that are not
 --> run_regularly of NeuronGroup 'cells', line 2
2 | s += 1
  | ^
  = help: it is set once for all elements, before the statements that run for each of them""",
    ),
    "unit_changes_by_factor": (
        lambda: regularly("v *= 2*mV"),
        """*= would change the unit of v: the right-hand side must be a pure number
 --> run_regularly of NeuronGroup 'cells', line 1
1 | v *= 2*mV
  |      ^^^^ volt""",
    ),
    "changed_before_set": (
        lambda: regularly("w += 1"),
        """'w' is changed before it has a value
 --> run_regularly of NeuronGroup 'cells', line 1
1 | w += 1
  | ^""",
    ),
    "on_pre_unknown": (
        lambda: (lambda S: (S.connect(), Network(S.source, S).run(0 * ms, namespace={})))(wires("v_post += weight")),
        """'weight' stands for nothing that is known here
 --> on_pre of Synapses 'wires', line 1
1 | v_post += weight
  |           ^^^^^^ unknown name
  = help: define it in the equations, in the script before the run, or pass it in namespace=""",
    ),
    "on_pre_shared": (
        lambda: (lambda G: Synapses(G, G, on_pre="s_post += 1", name="wires"))(cells("v : 1\ns : 1 (shared)")),
        """'s' is shared: code that runs for some elements only cannot set it
 --> on_pre of Synapses 'wires', line 1
1 | s_post += 1
  | ^^^^^^""",
    ),
    "refractory_unit": (
        lambda: Network(cells(refractory="3*mV")).run(0 * ms),
        "refractory must be a time or a condition, not in volt (unit is V).",
    ),
    "refractory_value": (
        lambda: cells(refractory=3),
        "refractory of NeuronGroup 'cells' must be a time such as 5*ms (unit is 1).",
    ),
    "reset_without_threshold": (lambda: cells(threshold=None), "NeuronGroup 'cells' has a reset but no threshold"),
    "equations_first": (
        lambda: NeuronGroup("v : 1", 3),  # type: ignore[arg-type]
        "the first argument of NeuronGroup is the number of neurons: NeuronGroup(N, equations, ...)",
    ),
    "half_a_neuron": (lambda: NeuronGroup(2.5, "v : 1"), "the number of neurons must be an integer, not 2.5"),  # type: ignore[arg-type]
    "no_neuron": (lambda: NeuronGroup(0, "v : 1"), "a group needs at least one neuron, not 0"),
    "dt_and_clock": (
        lambda: cells(dt=1 * ms, clock=eqsim.defaultclock),
        "'cells': give either dt= or clock=, not both",
    ),
    "unknown_variable": (
        lambda: setattr(cells(), "w", 1),
        "NeuronGroup 'cells' has no variable 'w'; for attributes of your own use add_attribute()",
    ),
    "misspelt_variable": (
        lambda: setattr(cells("voltage : 1", None, None), "votage", 1),
        "NeuronGroup 'cells' has no variable 'votage'; did you mean 'voltage'?",
    ),
    "wrong_unit": (
        lambda: setattr(cells("v : volt", None, None), "v", 3 * nA),
        "cells.v is in volt, but the value that it was set to is in amp (units are V and A).",
    ),
    "no_unit": (
        lambda: setattr(cells("v : volt", None, None), "v", 3),
        "cells.v is in volt, but the value that it was set to is a pure number (units are V and 1).",
    ),
    "string_of_wrong_unit": (
        lambda: setattr(cells("v : volt", None, None), "v", "3*nA"),
        "value for v of NeuronGroup 'cells' is in volt, but the string '3*nA' is in amp (units are V and A).",
    ),
    "float_index": (
        lambda: cells().v[0.5],
        "indices must be integers, slices, masks or conditions, not float64",
    ),
    "subgroup_backwards": (
        lambda: cells()[::-1],
        "NeuronGroup 'cells': the numbers of a subgroup must be ascending, each once: slice(None, None, -1)",
    ),
    "subgroup_negative": (
        lambda: cells()[-1],
        "NeuronGroup 'cells': a single negative index is not possible, write [2]",
    ),
    "subgroup_twice": (
        lambda: cells()[[0, 0]],
        "NeuronGroup 'cells': the numbers of a subgroup must be ascending, each once: [0, 0]",
    ),
    "subgroup_mask": (
        lambda: cells()[[True, False]],
        "NeuronGroup 'cells' has 3 neurons, the mask has 2",
    ),
    "subgroup_no_condition": (
        lambda: cells()["v"],
        """a condition is needed here
 --> subgroup of NeuronGroup 'cells', line 1
1 | v
  | ^ a number
  = help: compare it with something, e.g. v > -50*mV, or write ... != 0""",
    ),
    "subgroup_nobody": (
        lambda: cells()["i > 7"],
        "NeuronGroup 'cells': the subgroup 'i > 7' is empty",
    ),
    "subgroup_start": (
        lambda: cells()[::2].start,
        "the neurons of Subgroup 'cells_subgroup' are no neighbours: use its indices, not start and stop",
    ),
    "synaptic_name_taken": (
        lambda: (lambda G: Synapses(G, G, "v : 1", name="wires"))(cells()),
        "'v' is a variable of NeuronGroup 'cells', too: choose another name in Synapses 'wires'",
    ),
    "no_threshold": (
        lambda: (lambda G: Synapses(G, G, on_pre="v += 1"))(cells(threshold=None, reset=None)),
        "NeuronGroup 'cells' has no 'spike' events: it has no threshold, so on_pre would never run",
    ),
    "set_before_connect": (
        lambda: setattr(Synapses(cells(), model="w : 1", name="wires"), "w", 1),
        "Synapses 'wires' has no synapses yet: call connect() before setting 'w'",
    ),
    "delay_without_pathway": (
        lambda: (lambda G: setattr(Synapses(G, G, on_post="v_post += 1", name="wires"), "delay", 1 * ms))(cells()),
        "Synapses 'wires' has no pathway 'pre', so no delay; use S.<pathway>.delay",
    ),
    "delay_of_unknown_pathway": (
        lambda: wires(delay={"late": 1 * ms}),
        "Synapses 'wires' has a delay for 'late', but no pathway of that name",
    ),
    "delay_without_unit": (lambda: wires(delay=1), "a delay must be a time, e.g. delay=2*ms (unit is 1)."),
    "negative_delay": (lambda: wires(delay=-1 * ms), "a delay cannot be negative: -1. ms"),
    "connect_argument": (
        lambda: wires(connect="i != j"),
        "connect= is not an argument of Synapses: make the synapses first, then call S.connect(...)",
    ),
    "condition_and_indices": (
        lambda: wires().connect("i != j", j=[0]),
        "connect() takes a condition, or i and j, not both",
    ),
    "generator_as_condition": (
        lambda: wires().connect("k for k in range(3)"),
        "'k for k in range(3)' is not a condition: write connect(j='k for k in range(3)')",
    ),
    "generator_with_p": (
        lambda: wires().connect(j="k for k in range(3)", p=0.5),
        "p is not possible with a generator; put it into the condition: if rand() < ...",
    ),
    "source_out_of_range": (
        lambda: wires().connect(i=[0, 5], j=[0, 1]),
        "connect(): i=5, but NeuronGroup 'cells' has the indices 0 to 2",
    ),
    "target_out_of_range": (
        lambda: wires().connect(j="i+1"),
        "connect() of Synapses 'wires': j=3 for i=2, but j goes from 0 to 2; skip_if_invalid=True leaves such pairs out",
    ),
    "counts_in_connect": (
        lambda: wires().connect("N_incoming < 3"),
        "'N_incoming' cannot be used in connect(): it is known only when all synapses are made",
    ),
    "number_as_condition": (
        lambda: wires().connect("i"),
        """a condition is needed here
 --> condition of connect() of Synapses 'wires', line 1
1 | i
  | ^ a number
  = help: compare it with something, e.g. v > -50*mV, or write ... != 0""",
    ),
    "sample": (
        lambda: wires().connect(j="k for k in sample(3, 0.5)"),
        """sample() takes one named argument, the probability or the number: sample(N_post, p=0.1) or sample(N_post, size=10)
 --> connect() of Synapses 'wires', line 1
1 | k for k in sample(3, 0.5)
  |            ^^^^^^""",
    ),
    "record_unknown": (
        lambda: StateMonitor(cells("voltage : 1", None, None), "voltag", record=True),
        "NeuronGroup 'cells' has no variable 'voltag'; did you mean 'voltage'?",
    ),
    "record_out_of_range": (
        lambda: StateMonitor(cells(), "v", record=5),
        "record=5: NeuronGroup 'cells' has the elements 0 to 2",
    ),
    "not_recorded_element": (
        lambda: StateMonitor(cells(), "v", record=1, name="watch")[0],
        "StateMonitor 'watch' did not record element 0",
    ),
    "not_recorded_variable": (
        lambda: StateMonitor(cells("voltage : 1\nw : 1", None, None), "voltage", record=1, name="watch").voltag,
        "StateMonitor 'watch' did not record 'voltag'; did you mean 'voltage'?",
    ),
    "spikes_without_threshold": (
        lambda: SpikeMonitor(cells(threshold=None, reset=None)),
        "NeuronGroup 'cells' has no threshold: it never spikes",
    ),
    "rates_without_threshold": (
        lambda: PopulationRateMonitor(cells(threshold=None, reset=None)),
        "NeuronGroup 'cells' has no threshold: it never spikes",
    ),
    "order_without_when": (lambda: SpikeMonitor(cells(), order=1), "give when= together with order="),
    "spikes_not_kept": (
        lambda: SpikeMonitor(cells(), record=False, name="spikes").i,
        "SpikeMonitor 'spikes' has record=False: it counts spikes and does not keep 'i'",
    ),
    "rates_unit": (lambda: PoissonGroup(3, rates=10), "rates must be in hertz, e.g. rates=10*Hz (unit is 1)."),
    "rates_string_unit": (
        lambda: PoissonGroup(3, rates="10*ms", name="input"),
        """rates must be in hertz
 --> rates of PoissonGroup 'input', line 1
1 | 10*ms
  | ^^^^^ second
  = help: e.g. 10*Hz or 1/tau""",
    ),
    "rates_are_computed": (
        lambda: setattr(PoissonGroup(3, rates="i*Hz", name="input"), "rates", 3 * Hz),
        "input.rates cannot be set",
    ),
    "underscore_in_namespace": (
        lambda: cells(namespace={"_a": 1}),
        "names in a namespace must not begin with an underscore: _a",
    ),
    "bad_name": (
        lambda: cells(name="my cells"),
        "'my cells' cannot be a name: use letters, digits and underscores, beginning with a letter",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_message(case: str) -> None:
    """The whole text of the error."""
    act, text = CASES[case]
    with pytest.raises(Exception) as error:
        act()
    assert str(error.value) == text


def test_errors_in_strings_are_of_two_classes() -> None:
    """The error belongs to an object, and is what it is: both can be caught."""
    with pytest.raises(eqsim.DimensionMismatchError) as error:
        cells("dv/dt = -v : volt", None, None)
    assert isinstance(error.value, eqsim.BrianObjectException)
    assert error.value.owner == "cells"
    assert error.value.__cause__ is None


def test_all_mistakes_of_a_block_together() -> None:
    """Two wrong lines: two carets in one error."""
    with pytest.raises(eqsim.DimensionMismatchError) as error:
        cells("dv/dt = -v : volt\ndw/dt = v : amp", None, None)
    assert str(error.value).count("^") >= 3 and "line 1" in str(error.value) and "line 2" in str(error.value)


def test_run_regularly_is_checked_when_it_is_made() -> None:
    """With a caret; and the group is as it was, so that the line can be mended and run again."""
    G = NeuronGroup(2, "v : volt", name="regular_cells")
    with pytest.raises(eqsim.DimensionMismatchError) as caught:
        G.run_regularly("v = 3*ms")
    assert "run_regularly of NeuronGroup 'regular_cells', line 1" in str(caught.value)
    assert not G.contained_objects or all(o.name != "regular_cells_run_regularly" for o in G.contained_objects)


def test_names_are_found_from_behind_a_wrapper() -> None:
    """A tool that wraps `Network.run` stands between the script and the run."""
    from eqsim import Network, ms

    top = 7
    G = NeuronGroup(1, "x : 1", name="wrapped_cells")
    G.run_regularly("x = top", dt=1 * ms)
    net = Network(G)
    (lambda: net.run(1 * ms))()
    assert G.x[0] == top
