"""Small models without randomness, written once for any package with the same names.

Each function gets the package ``b`` and returns numbers in SI units.  `record.py` runs them with Brian2 and writes
``recorded.json``; `test_recorded.py` runs them with eqsim and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MODELS: dict[str, Callable[[Any], dict[str, Any]]] = {}


def model(function: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Put a model into the list."""
    MODELS[function.__name__] = function
    return function


def every(b: Any, n: int, size: int = 1, **more: Any) -> Any:
    """A group whose neurons all spike in steps n, 2n, 3n, ..."""
    return b.NeuronGroup(size, "k : 1", threshold=f"t_in_timesteps % {n} == 0", reset="", **more)


@model
def lif(b: Any) -> dict[str, Any]:
    """Membrane with a constant drive: values before each step, spikes."""
    tau, drive = 10 * b.ms, 15 * b.mV
    G = b.NeuronGroup(2, "dv/dt = (drive*(1+0.2*i) - v)/tau : volt", threshold="v > 10*mV", reset="v = 0*mV", method="exact")
    M, S = b.StateMonitor(G, "v", record=True), b.SpikeMonitor(G)
    b.Network(G, M, S).run(30 * b.ms)
    return {"v": M.v_[:, ::20], "i": S.i[:], "t": S.t_[:], "end": G.v_[:], "times": M.t_[:5]}


@model
def refractory_steps(b: Any) -> dict[str, Any]:
    """Refractory times that are and are not multiples of dt."""
    found = {}
    for name, time in (("a", 0.3), ("b", 0.25), ("c", 0.1), ("d", 0.05), ("e", 1.0)):
        G = b.NeuronGroup(
            1, "dv/dt = 1/ms : 1 (unless refractory)", threshold="v > 0.15", reset="v = 0", refractory=time * b.ms
        )
        S, M = b.SpikeMonitor(G), b.StateMonitor(G, ["v", "not_refractory"], record=0)
        b.Network(G, S, M).run(4 * b.ms)
        found |= {f"t_{name}": S.t_[:], f"v_{name}": M.v_[0], f"r_{name}": M.not_refractory_[0].astype(int)}
    return found


@model
def refractory_always_true(b: Any) -> dict[str, Any]:
    """A threshold that always holds: spikes come exactly every refractory period."""
    G = b.NeuronGroup(4, "ref : second", threshold="True", reset="", refractory="ref")
    G.ref = [0, 0.3, 0.5, 1.0] * b.ms
    S = b.SpikeMonitor(G)
    b.Network(G, S).run(2.05 * b.ms)
    return {"i": S.i[:], "t": S.t_[:], "last": G.lastspike_[:], "ready": G.not_refractory_[:].astype(int)}


@model
def refractory_condition(b: Any) -> dict[str, Any]:
    """A neuron stays refractory as long as its condition holds."""
    G = b.NeuronGroup(2, "dv/dt = -v/(2*ms) : 1", threshold="v > 0.8", refractory="v > 0.3", method="exact")
    G.v = [1.0, 0.9]
    G.run_regularly("v += 0.7", dt=1 * b.ms)
    S, M = b.SpikeMonitor(G), b.StateMonitor(G, ["v", "not_refractory"], record=True)
    b.Network(G, S, M).run(8 * b.ms)
    return {
        "i": S.i[:],
        "t": S.t_[:],
        "v": M.v_[:, ::7],
        "r": M.not_refractory_[:, ::7].astype(int),
        "last": G.lastspike_[:],
    }


@model
def refractory_writes(b: Any) -> dict[str, Any]:
    """Synapses cannot write to guarded variables of refractory neurons; resets and run_regularly."""
    P = every(b, 3)
    G = b.NeuronGroup(
        2,
        "dv/dt = 0.1/ms : 1 (unless refractory)\nx : 1",
        threshold="v >= 0.99",
        reset="v = 0.1*i; x += 1",
        refractory=1 * b.ms,
    )
    S = b.Synapses(P, G, on_pre="v_post += 0.3; x_post += 0.01")
    S.connect()
    M, spikes = b.StateMonitor(G, ["v", "x"], record=True), b.SpikeMonitor(G)
    b.Network(P, G, S, M, spikes).run(4 * b.ms)
    return {"v": M.v_, "x": M.x_, "i": spikes.i[:], "t": spikes.t_[:]}


@model
def zero_delay(b: Any) -> dict[str, Any]:
    """A spike without delay arrives in the same step, before the reset: who spikes in that step loses the input."""
    P = every(b, 4)
    G = b.NeuronGroup(2, "dv/dt = 0/ms : 1\nspiking : 1", threshold="spiking > 0 and t_in_timesteps == 4", reset="v = 0")
    G.spiking = [1, 0]
    S = b.Synapses(P, G, on_pre="v += 1")
    S.connect()
    M = b.StateMonitor(G, "v", record=True)
    late = b.StateMonitor(G, "v", record=True, when="before_resets")
    b.Network(P, G, S, M, late).run(1.2 * b.ms)
    return {"v": M.v_, "late": late.v_}


@model
def delays(b: Any) -> dict[str, Any]:
    """Delays are rounded to the nearest step; each synapse has its own."""
    P = every(b, 50)
    G = b.NeuronGroup(8, "v : 1")
    S = b.Synapses(P, G, on_pre="v += 1 + i")
    S.connect()
    S.delay = [0, 0.04, 0.05, 0.06, 0.1, 0.149, 0.151, 3.0] * b.ms
    M = b.StateMonitor(G, "v", record=True)
    b.Network(P, G, S, M).run(9 * b.ms)
    return {"v": M.v_, "delay": S.delay_[:]}


@model
def delay_strings(b: Any) -> dict[str, Any]:
    """Delays by expressions, and by pathway."""
    P, G = every(b, 20, 3), b.NeuronGroup(4, "v : 1")
    S = b.Synapses(P, G, "w : 1", on_pre={"pre": "v_post += w", "slow": "v_post -= w/2"}, delay={"slow": 1 * b.ms})
    S.connect("(i + j) % 2 == 0")
    S.delay = "(i + 1)*0.3*ms + j*0.1*ms"
    S.w = "1 + i + 10*j"
    M = b.StateMonitor(G, "v", record=True)
    b.Network(P, G, S, M).run(5 * b.ms)
    return {"v": M.v_, "delay": S.delay_[:], "slow": S.slow.delay_[:], "pre": S.pre.delay_[:]}


@model
def pre_and_post(b: Any) -> dict[str, Any]:
    """When both sides spike in the same step, pre comes before post; local names; all kinds of assignment."""
    A, B = every(b, 2, 2), every(b, 3, 2)
    S = b.Synapses(
        A,
        B,
        "w : 1\nlast : second\ncount : integer",
        on_pre="""factor = 1 + 0.1*i + 0.01*j
                  w += 0.5*factor
                  last = t
                  count += 1
                  k_pre = w""",
        on_post="""w *= 0.5
                   w -= 0.01
                   count *= 2
                   k_post += w
                   k_pre /= 2""",
    )
    S.connect(i=[0, 0, 1], j=[0, 1, 1])
    M, N = b.StateMonitor(A, "k", record=True), b.StateMonitor(B, "k", record=True)
    b.Network(A, B, S, M, N).run(2.5 * b.ms)
    return {"w": S.w[:], "last": S.last_[:], "count": S.count[:], "A": M.k, "B": N.k}


@model
def clocks(b: Any) -> dict[str, Any]:
    """Groups and monitors with clocks of their own."""
    A = b.NeuronGroup(1, "dv/dt = 1/ms : 1", dt=0.2 * b.ms, threshold="v > 0.95", reset="v = 0", name="A", method="euler")
    B = b.NeuronGroup(1, "x : 1\ndy/dt = (x - y)/(2*ms) : 1", dt=0.5 * b.ms, name="B", method="euler")
    S = b.Synapses(A, B, on_pre="x_post += 1", delay=0.3 * b.ms)
    S.connect()
    M, N = b.StateMonitor(A, "v", record=0, dt=0.3 * b.ms), b.StateMonitor(B, ["x", "y"], record=0, dt=0.1 * b.ms)
    spikes, rate = b.SpikeMonitor(A), b.PopulationRateMonitor(A)
    b.Network(A, B, S, M, N, spikes, rate).run(6.5 * b.ms)
    return {
        "v": M.v,
        "t": M.t_[:],
        "x": N.x,
        "y": N.y,
        "nt": N.t_[:],
        "spikes": spikes.t_[:],
        "rt": rate.t_[:],
        "rate": rate.rate_[:],
    }


@model
def run_lengths(b: Any) -> dict[str, Any]:
    """A run that is no whole number of steps is rounded up; no step is run twice; t ends at the exact end."""
    G = b.NeuronGroup(1, "x : 1")
    G.run_regularly("x += 1")
    M = b.StateMonitor(G, "x", record=0)
    net, ends, xs = b.Network(G, M), [], []
    for length in (0.25, 0.25, 0.0, 0.04, 0.1, 1.0, 0.36):
        net.run(length * b.ms)
        ends.append(float(net.t))
        xs.append(float(G.x[0]))
    return {"ends": ends, "x": xs, "t": M.t_[:]}


@model
def change_of_dt(b: Any) -> dict[str, Any]:
    """A new dt between runs; spikes under way are kept."""
    P = b.NeuronGroup(1, "k : 1", threshold="abs(t - 0.4*ms) < 0.01*ms", reset="", name="P")
    G = b.NeuronGroup(1, "v : 1", name="G")
    S = b.Synapses(P, G, on_pre="v += 1", delay=2 * b.ms)
    S.connect()
    M = b.StateMonitor(G, "v", record=0)
    net = b.Network(P, G, S, M)
    net.run(1 * b.ms)
    b.defaultclock.dt = 0.2 * b.ms
    net.run(3 * b.ms)
    b.defaultclock.dt = 0.1 * b.ms
    net.run(0.5 * b.ms)
    return {"v": M.v[0], "t": M.t_[:]}


@model
def regularly(b: Any) -> dict[str, Any]:
    """run_regularly: shared variables first, clocks, slots, subgroups."""
    G = b.NeuronGroup(4, "x : 1\ny : 1\ns : 1 (shared)\nn : integer")
    G.run_regularly("s += 1; x += s; n = x", dt=0.3 * b.ms, name="first")
    G[1:3].run_regularly("y += x + i + N", dt=0.2 * b.ms, name="second")
    G.run_regularly("y *= 2", when="end", dt=1 * b.ms)
    M = b.StateMonitor(G, ["x", "y", "n"], record=True)
    b.Network(G, M).run(2.5 * b.ms)
    return {"x": M.x, "y": M.y, "n": M.n, "s": float(G.s[:])}


@model
def shared_in_equations(b: Any) -> dict[str, Any]:
    """Shared parameters and subexpressions in equations."""
    G = b.NeuronGroup(
        3,
        """dv/dt = (I_shared*gain - v)/(5*ms) : 1
           I_shared = 1 + amplitude*t/ms : 1 (shared)
           amplitude : 1 (shared, constant)
           gain : 1 (constant)
           enabled : boolean
           n : integer""",
        threshold="v > 2 and enabled",
        reset="v = 0; n += 1",
        method="euler",
    )
    G.amplitude, G.gain, G.enabled, G.n = 0.5, [1, 2, 3], [True, False, True], [0, 0, 7]
    M, R = b.StateMonitor(G, ["v", "I_shared"], record=[0, 2]), b.StateMonitor(G, "I_shared", record=0)
    b.Network(G, M, R).run(10 * b.ms)
    return {"v": M.v, "I": M.I_shared[0], "R": R.I_shared, "n": G.n[:], "enabled": G.enabled[:].astype(int)}


@model
def constant_over_dt(b: Any) -> dict[str, Any]:
    """Subexpressions that are held during a step, and those that are not."""
    found = {}
    for flag in ("", "(constant over dt)"):
        G = b.NeuronGroup(2, f"dv/dt = (I - v)/(3*ms) : 1\nI = sin(t/ms) + 0.1*v*i : 1 {flag}", method="rk4")
        M = b.StateMonitor(G, ["v", "I"], record=True)
        b.Network(G, M).run(4 * b.ms)
        found |= {f"v{flag}": M.v, f"I{flag}": M.I}
    return found


@model
def subgroups(b: Any) -> dict[str, Any]:
    """Subgroups in synapses, monitors, assignments and indices: i, j, N are relative."""
    G = b.NeuronGroup(10, "v : 1\nw : 1", threshold="(t_in_timesteps + i) % 5 == 0", reset="w += 1")
    low, high = G[2:6], G[6:]
    high.v = "i + 100*N"
    low.v["i > 1"] = 7
    low[1:3].w = [0.25, 0.5]
    S = b.Synapses(low, high, "q : 1", on_pre="v_post += 1 + i + 0.01*j", on_post="w_pre += 100", delay=0.2 * b.ms)
    S.connect("i <= j")
    S.q = "N_pre + 10*N_post + v_pre"
    spikes, rate, state = b.SpikeMonitor(high), b.PopulationRateMonitor(low), b.StateMonitor(high, "v", record=[0, 3])
    counts = b.SpikeMonitor(low, record=False)
    b.Network(G, S, spikes, rate, state, counts).run(1.5 * b.ms)
    return {
        "v": G.v[:], "w": G.w[:], "i": spikes.i[:], "t": spikes.t_[:], "rate": rate.rate_[:], "state": state.v,
        "si": S.i[:], "sj": S.j[:], "q": S.q[:], "count": counts.count[:], "low": G.v[low], "record": state.record,
    }  # fmt: skip


CONNECTIONS: dict[str, dict[str, Any]] = {
    "all": {},
    "condition": {"condition": "i != j"},
    "condition_v": {"condition": "x_pre < x_post and N_pre > 2"},
    "false": {"condition": False},
    "n": {"condition": "i < j", "n": 2},
    "n_string": {"condition": "i < j", "n": "i + 1"},
    "arrays": {"i": [3, 0, 2, 2], "j": [1, 1, 4, 0]},
    "arrays_n": {"i": [3, 0], "j": [1, 1], "n": 3},
    "broadcast": {"i": 1, "j": [0, 2, 4]},
    "one_to_one": {"j": "i"},
    "shifted": {"j": "i+1"},
    "skipped": {"j": "i+3", "skip_if_invalid": True},
    "modulo": {"j": "(2*i+1) % N_post"},
    "if": {"j": "i if i % 2 == 0"},
    "by_target": {"i": "j % N_pre"},
    "range": {"j": "k for k in range(i)"},
    "range_two": {"j": "k for k in range(i, N_post)"},
    "range_three": {"j": "k for k in range(0, 5, 2)"},
    "range_if": {"j": "k for k in range(i-2, i+3) if k != i", "skip_if_invalid": True},
    "range_if_j": {"j": "k+1 for k in range(0, 4) if x_post > 1"},
    "range_of_target": {"i": "k for k in range(1, 4) if k != j"},
    "range_n": {"j": "k for k in range(2)", "n": 2},
    "p_zero": {"p": 0},
    "condition_p_one": {"condition": "i > j", "p": 1.0},
    "p_string": {"p": "1.0*(i == j)"},
    "if_before_range": {"j": "i+2 if i < 3"},
    "fraction": {"j": "i/2"},
    "downwards": {"j": "k for k in range(3, -1, -1)"},
    "range_test_j": {"j": "k for k in range(4) if j > i"},
    "range_test_number": {"j": "k for k in range(4) if i"},
    "n_of_source": {"condition": "i != j", "n": "int(x_pre)"},
    "sine": {"j": "int(2 + 2*sin(i))"},
}


@model
def connections(b: Any) -> dict[str, Any]:
    """The forms of connect: who is connected, in which order."""
    found = {}
    A, B = b.NeuronGroup(4, "x : 1", name="A"), b.NeuronGroup(5, "x : 1", name="B")
    A.x, B.x = [3, 1, 2, 0], [0, 1, 2, 3, 4]
    for name, arguments in CONNECTIONS.items():
        S = b.Synapses(A, B)
        S.connect(**arguments)
        found |= {f"{name}_i": S.i[:], f"{name}_j": S.j[:]}
        if len(S) > 0:
            found |= {f"{name}_in": S.N_incoming_post[:], f"{name}_out": S.N_outgoing_pre[:]}
    return found


@model
def several_connects(b: Any) -> dict[str, Any]:
    """Connects append; variables and delays of the new synapses begin at 0."""
    A, B = every(b, 5, 3), b.NeuronGroup(4, "v : 1")
    S = b.Synapses(A, B, "w : 1\nn : integer\nm : 1 (shared)", on_pre="v_post += w + 0.001*N_incoming + 0.0001*N_outgoing")
    S.connect(j="i")
    S.w, S.delay = "i + 1", 0.3 * b.ms
    S.connect(i=[2, 0, 1], j=[0, 0, 3])
    S.w["i != j"] = "0.5 + j"
    S.n = 3.7
    S.m = 4
    M = b.StateMonitor(B, "v", record=True)
    b.Network(A, B, S, M).run(1.5 * b.ms)
    return {
        "i": S.i[:], "j": S.j[:], "w": S.w[:], "delay": S.delay_[:], "v": M.v, "n": S.n[:], "m": float(S.m[:]),
        "row": S.w[2, :], "column": S.w[:, 0], "pair": S.w[1, 3], "none": S.w[0, 3], "one": float(S.w[2]), "slice": S.w[1:3],
        "groups": S.w[A[1:], B[:2]], "where": S.w["w > 1"], "incoming": S.N_incoming[:], "outgoing": S.N_outgoing[:],
    }  # fmt: skip


@model
def synaptic_monitor(b: Any) -> dict[str, Any]:
    """A StateMonitor of synapses: parameters and subexpressions."""
    A = b.NeuronGroup(2, "da/dt = 1/ms : 1", threshold="t_in_timesteps % 4 == i", reset="", method="euler")
    B = b.NeuronGroup(3, "dv/dt = -v/(1*ms) : 1", method="exact")
    S = b.Synapses(A, B, "w : 1\nI = w*w + i + 10*j : 1", on_pre="v_post += w; w *= 1.1")
    S.connect("i + j != 2")
    S.w = "0.1*(1 + i + j)"
    M, N = b.StateMonitor(S, ["w", "I"], record=True), b.StateMonitor(S, "w", record=S[1, :])
    b.Network(A, B, S, M, N).run(2 * b.ms)
    return {"w": M.w, "I": M.I, "N": N.w, "now": S.I[:], "some": M[S[0, :]].w, "one": M[2].I, "record": N.record}


@model
def spike_variables(b: Any) -> dict[str, Any]:
    """Variables at spikes are those before the reset; silent neurons have empty trains."""
    G = b.NeuronGroup(
        3, "dv/dt = rate : 1\nrate : Hz\nu : volt", threshold="v > 1", reset="v = 0; u += 1*mV", method="euler"
    )
    G.rate = [1, 0, 2.5] * b.kHz
    M, N = b.SpikeMonitor(G, ["v", "u"]), b.SpikeMonitor(G, record=False)
    R = b.SpikeMonitor(G, "v", when="end", order=1)
    b.Network(G, M, N, R).run(4 * b.ms)
    trains = M.spike_trains()
    return {
        "i": M.i[:], "t": M.t_[:], "v": M.v[:], "u": M.u_[:], "count": N.count[:], "n": N.num_spikes, "late": R.v[:],
        "t0": trains[0], "t1": trains[1], "t2": trains[2], "v2": M.values("v")[2], "u0": M.all_values()["u"][0],
    }  # fmt: skip


@model
def rates(b: Any) -> dict[str, Any]:
    """The rate of a population, smoothed."""
    G = b.NeuronGroup(5, "k : 1", threshold="(t_in_timesteps * (i + 3)) % 7 == 0", reset="")
    R = b.PopulationRateMonitor(G)
    b.Network(G, R).run(3 * b.ms)
    return {
        "rate": R.rate_[:],
        "gauss": R.smooth_rate(width=0.25 * b.ms),
        "gauss2": R.smooth_rate("gaussian", 0.4 * b.ms),
        "flat": R.smooth_rate("flat", 0.5 * b.ms),
        "flat2": R.smooth_rate("flat", 0.62 * b.ms),
        "own": R.smooth_rate(np.array([1.0, 2.0, 1.0])),
    }


@model
def string_indices(b: Any) -> dict[str, Any]:
    """Assignments and indices by strings."""
    offset = 2 * b.mV
    G = b.NeuronGroup(6, "v : volt\nn : integer\nb : boolean\nI = v/(2*ohm) : amp\ns : volt (shared)")
    G.v = "i*mV + offset"
    G.v["i % 2 == 0"] = "-v"
    G.v["v > 6*mV"] = 1 * b.volt
    G.n = "i/2 - 1"
    G.b = "v > 0*mV"
    G.s = "3*mV + offset"
    G.v[4:] += 5 * b.mV
    G.v[[0, 1]] = [-1, -2] * b.mV
    G.n[np.array([False, True, False, False, False, False])] = 9
    return {
        "v": G.v_[:], "n": G.n[:], "b": G.b[:].astype(int), "I": np.array(G.I[:]), "Ii": np.array(G.I["i > 3"]),
        "s": float(G.s[:]), "mean": float(np.mean(G.v)), "sum": float(np.sum(G.n)), "some": np.array(G.v["b"]),
        "sub": np.array(G.v[G[1:3]]), "over": np.array(G.v[4:99]),
    }  # fmt: skip


@model
def rate_strings(b: Any) -> dict[str, Any]:
    """PoissonGroup with a string of rates that leaves nothing to chance."""
    P = b.PoissonGroup(4, rates="(i % 2)*(t >= 0.5*ms)/dt*2")
    M = b.SpikeMonitor(P)
    b.Network(P, M).run(1 * b.ms)
    return {"i": M.i[:], "t": M.t_[:]}


@model
def slots(b: Any) -> dict[str, Any]:
    """What a monitor sees in each slot of a step with integration, input and reset."""
    P = every(b, 2)
    G = b.NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > 1.25", reset="v = 0", method="euler")
    S = b.Synapses(P, G, on_pre="v_post += 0.25")
    S.connect()
    names = "before_start start after_start before_groups groups after_groups thresholds synapses".split()
    names += ["after_synapses", "resets", "end"]
    monitors = [b.StateMonitor(G, "v", record=0, when=when, order=2) for when in names]
    b.Network(P, G, S, *monitors).run(2 * b.ms)
    return {when: M.v[0] for when, M in zip(names, monitors, strict=True)}


@model
def own_schedule(b: Any) -> dict[str, Any]:
    """Resets before synapses: the input survives."""
    found = {}
    for name, schedule in (
        ("default", None),
        ("resets_first", ["start", "groups", "thresholds", "resets", "synapses", "end"]),
    ):
        P = every(b, 4)
        G = b.NeuronGroup(1, "v : 1", threshold="t_in_timesteps == 4", reset="v = 0.5")
        S = b.Synapses(P, G, on_pre="v += 1")
        S.connect()
        net = b.Network(P, G, S)
        net.schedule = schedule
        net.run(1 * b.ms)
        found[name] = G.v[:]
    return found


@model
def inactive(b: Any) -> dict[str, Any]:
    """Objects and parts that are switched off."""
    P = every(b, 3)
    G = b.NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > 0.55", reset="v = 0", method="euler")
    S = b.Synapses(P, G, on_pre="v += 0.1")
    S.connect()
    M, R = b.StateMonitor(G, "v", record=0), b.SpikeMonitor(G)
    net = b.Network(P, G, S, M, R)
    net.run(1 * b.ms)
    S.active = False
    net.run(1 * b.ms)
    S.active, G.active = True, False
    net.run(1 * b.ms)
    G.active, R.active = True, False
    net.run(1 * b.ms)
    M.active = False
    net.run(1 * b.ms)
    return {"v": M.v[0], "t": R.t_[:], "mt": M.t_[:]}


@model
def operations(b: Any) -> dict[str, Any]:
    """Python functions in the step: order, clock, stop."""
    seen: list[list[float]] = []
    G = b.NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")

    @b.network_operation(dt=0.5 * b.ms)
    def early(t: Any) -> None:
        seen.append([0, float(t / b.second), float(G.v[0])])
        G.v += 10

    @b.network_operation(dt=1 * b.ms, when="end")
    def late() -> None:
        seen.append([1, float(b.defaultclock.t / b.second), float(G.v[0])])
        if len(seen) > 8:
            b.stop()

    M = b.StateMonitor(G, "v", record=0)
    net = b.Network(G, early, late, M)
    net.run(10 * b.ms)
    reached = float(net.t)
    net.run(0.3 * b.ms)
    return {"seen": seen, "reached": reached, "end": float(net.t), "v": M.v[0][-5:], "t": M.t_[-5:]}


@model
def recurrent(b: Any) -> dict[str, Any]:
    """A ring of neurons that pass a spike on, with delays."""
    G = b.NeuronGroup(5, "v : 1", threshold="v > 0.5", reset="v = 0")
    S = b.Synapses(G, on_pre="v_post += 1")
    S.connect(j="(i + 1) % N")
    S.delay = "0.1*ms*(i + 1)"
    G.v[0] = 1
    M = b.SpikeMonitor(G)
    b.Network(G, S, M).run(4 * b.ms)
    return {"i": M.i[:], "t": M.t_[:]}


@model
def delay_changes(b: Any) -> dict[str, Any]:
    """A delay for all synapses is changed between runs."""
    P, G = every(b, 10), b.NeuronGroup(1, "v : 1")
    S = b.Synapses(P, G, on_pre="v += 1", delay=0.5 * b.ms)
    S.connect()
    M = b.StateMonitor(G, "v", record=0)
    net = b.Network(P, G, S, M)
    net.run(1.8 * b.ms)
    S.delay = 0.8 * b.ms
    net.run(2 * b.ms)
    return {"v": M.v[0], "delay": np.array(S.delay_[:])}


@model
def monitor_between_runs(b: Any) -> dict[str, Any]:
    """A monitor that joins later; one sample by hand at the end."""
    G = b.NeuronGroup(2, "dv/dt = 1/ms : 1", method="euler")
    net = b.Network(G)
    net.run(0.75 * b.ms)
    M, Z = b.StateMonitor(G, "v", record=[1], dt=0.2 * b.ms), b.StateMonitor(G, "v", record=True)
    net.add(M, Z)
    net.run(1 * b.ms)
    Z.record_single_timestep()
    return {"t": M.t_[:], "v": M.v, "zt": Z.t_[:], "zv": Z.v}


@model
def states(b: Any) -> dict[str, Any]:
    """What get_states gives."""
    G = b.NeuronGroup(2, "dv/dt = -v/ms : volt\nI = 2*v : volt\np : 1 (shared)", threshold="v > 1*volt", refractory=1 * b.ms)
    S = b.Synapses(G, G, "w : 1", on_pre="v += w*mV")
    S.connect()
    M, spikes, R = b.StateMonitor(G, "v", record=True), b.SpikeMonitor(G), b.PopulationRateMonitor(G)
    b.Network(G, S, M, spikes, R).run(0.3 * b.ms)
    objects = {"G": G, "S": S, "M": M, "spikes": spikes, "R": R}
    return {name: ",".join(sorted(obj.get_states(units=False))) for name, obj in objects.items()}


@model
def multiplicative(b: Any) -> dict[str, Any]:
    """Assignments to post-synaptic variables other than +=, when each target has one synapse."""
    P, G = every(b, 3, 3), b.NeuronGroup(3, "v : 1\nn : integer\nb : boolean")
    G.v = 1
    S = b.Synapses(P, G, "w : 1", on_pre="v_post *= 1 + w; n_post += 1.7; b_post = v_post > 2; w = clip(w + 0.25, 0, 0.6)")
    S.connect(j="i")
    S.w = "0.1*i"
    M = b.StateMonitor(G, ["v", "n"], record=True)
    b.Network(P, G, S, M).run(2 * b.ms)
    return {"v": M.v, "n": M.n, "b": G.b[:].astype(int), "w": S.w[:]}


@model
def integer_expressions(b: Any) -> dict[str, Any]:
    """Division, remainders, powers, int() and comparisons as Python has them."""
    G = b.NeuronGroup(9, "k : integer\na : 1\nb : 1\nc : 1\nd : 1\nx : 1\nf : 1")
    G.k = "i - 4"
    G.a, G.b, G.c = "k/2", "k//3", "k % 3"
    G.d, G.x, G.f = "(k + 0.5) % 1.5", "int(k*0.7) + int(k > 0)", "k**2 - 2.0**k + sign(k)*int(not k > 1)"
    return {n: getattr(G, n)[:] for n in ("k", "a", "b", "c", "d", "x", "f")}


@model
def guarded_statements(b: Any) -> dict[str, Any]:
    """run_regularly and synapses do not write to guarded variables of refractory neurons, resets do."""
    G = b.NeuronGroup(
        2,
        "dv/dt = 0.5/ms : 1 (unless refractory)\nx : 1",
        threshold="v > 0.42",
        reset="v = 0; x += 1",
        refractory="(0.5 + 0.4*i)*ms",
        method="euler",
    )
    G.run_regularly("v += 0.03; x += 0.01")
    G.run_regularly("v *= 1.1", when="end")
    S = b.Synapses(every(b, 2), G, on_pre="v *= 0.9; x_post -= 0.001")
    S.connect()
    M = b.StateMonitor(G, ["v", "x", "not_refractory", "lastspike"], record=True)
    b.Network(S.source, G, S, M).run(4 * b.ms)
    return {"v": M.v, "x": M.x, "r": M.not_refractory.astype(int), "last": M.lastspike_}


@model
def pathways(b: Any) -> dict[str, Any]:
    """Several pathways on both sides: order by `order`, then by name; delays of post-synaptic spikes."""
    A, B = every(b, 3, 2), every(b, 4, 2)
    S = b.Synapses(
        A,
        B,
        "w : 1",
        on_pre={"pre": "w = 2*w + 1", "b": "w = w - i", "a": "w = w*3"},
        on_post={"post": "w = w/2", "later": "w = w - 0.25*j"},
        delay={"later": 0.3 * b.ms, "b": 0.1 * b.ms},
    )
    S.connect()
    S.post.delay = "0.1*ms*i"
    S.a.order = 5
    M = b.StateMonitor(S, "w", record=True)
    b.Network(A, B, S, M).run(2.1 * b.ms)
    return {"w": M.w, "post": S.post.delay_[:], "later": float(np.asarray(S.later.delay_[:])), "code": S.a.code}


@model
def poisson_subgroups(b: Any) -> dict[str, Any]:
    """Parts of a PoissonGroup as sources; certain spikes by rates beyond 1/dt."""
    P = b.PoissonGroup(6, rates=np.array([0, 1, 0, 1, 1, 0]) * 20 * b.kHz)
    G = b.NeuronGroup(3, "v : 1")
    S = b.Synapses(P[2:5], G, on_pre="v_post += 1 + i + 0.1*N_pre", delay=0.1 * b.ms)
    S.connect(j="i")
    M, part = b.SpikeMonitor(P), b.SpikeMonitor(P[3:])
    b.Network(P, G, S, M, part).run(0.5 * b.ms)
    return {"v": G.v[:], "i": M.i[:], "part": part.i[:], "count": part.count[:], "rates": P.rates[:] / b.Hz}


@model
def equations_put_together(b: Any) -> dict[str, Any]:
    """Equations added and with replaced names and values."""
    eqs = b.Equations("dx/dt = (rest - x)/tau : volt", x="vm", tau=5 * b.ms, rest=-60 * b.mV)
    eqs += b.Equations("dw/dt = (a*vm/mV - w)/tau_w : 1\na : 1 (constant)")
    tau_w = 20 * b.ms
    G = b.NeuronGroup(2, eqs, method="euler")
    G.vm, G.a = [-70, -50] * b.mV, [1, 0.5]
    b.Network(G).run(3 * b.ms)
    return {"vm": G.vm_[:], "w": G.w[:], "tau": float(tau_w / b.ms)}


@model
def functions(b: Any) -> dict[str, Any]:
    """Functions that strings can call."""
    G = b.NeuronGroup(7, "x : 1\n" + "\n".join(f"y{k} : 1" for k in range(22)))
    G.x = "(i - 3)/2.0"
    texts = (
        "sin(x); cos(x); tan(x); sinh(x); cosh(x); tanh(x); exp(x); log(x + 2); log10(x + 2); expm1(x); exprel(x); "
        "log1p(x + 1); sqrt(x + 2); ceil(x); floor(x); arcsin(x/2); arccos(x/2); arctan(x); abs(x); sign(x); "
        "clip(x, -1, 0.7); timestep(x*ms, 0.1*ms) + int(x)"
    ).split(";")
    for k, text in enumerate(texts):
        setattr(G, f"y{k}", text.strip())
    return {f"y{k}": getattr(G, f"y{k}")[:] for k in range(len(texts))}


@model
def methods(b: Any) -> dict[str, Any]:
    """The integration methods on one linear and one nonlinear system, in a network with its own clock."""
    found = {}
    for method in ("exact", "euler", "rk2", "rk4", "heun", "exponential_euler"):
        G = b.NeuronGroup(
            3, "dx/dt = (a - x)/(3*ms) : 1\ndy/dt = (x - y)/(5*ms) : 1\na : 1 (constant)", method=method, dt=0.5 * b.ms
        )
        G.a = "1 + i"
        b.Network(G).run(4 * b.ms)
        found |= {f"x_{method}": G.x[:], f"y_{method}": G.y[:]}
    for method in ("euler", "rk2", "rk4", "heun", "exponential_euler"):
        G = b.NeuronGroup(
            3, "dx/dt = (y**2 + sin(t/ms) - x*y)/ms : 1\ndy/dt = (1 - y*(1 + i) - x)/(2*ms) : 1", method=method
        )
        G.x, G.y = 0.1, 0.5
        b.Network(G).run(2 * b.ms)
        found |= {f"nx_{method}": G.x[:], f"ny_{method}": G.y[:]}
    return found


@model
def time_in_strings(b: Any) -> dict[str, Any]:
    """t, dt and t_in_timesteps in equations, thresholds, statements and assignments."""
    G = b.NeuronGroup(
        2, "x : 1\ny = t/ms + i : 1\nz : second", threshold="t >= 0.35*ms and t_in_timesteps % 3 == i", reset="x += t/dt"
    )
    G.run_regularly("z = t + dt", dt=0.4 * b.ms)
    M, S = b.StateMonitor(G, ["x", "y", "z"], record=True), b.SpikeMonitor(G, "y")
    net = b.Network(G, M, S)
    net.run(1.2 * b.ms)
    G.z["i == 1"] = "10*t + dt"
    return {"x": M.x, "y": M.y, "z": M.z_, "i": S.i[:], "sy": S.y[:], "end": G.z_[:], "now": np.array(G.y[:])}


@model
def order_by_name(b: Any) -> dict[str, Any]:
    """Within a slot names decide: an operation comes before a StateMonitor, whatever its function is called."""
    G = b.NeuronGroup(1, "x : 1")
    seen: list[float] = []

    @b.network_operation(dt=0.2 * b.ms)
    def zebra() -> None:
        seen.append(float(G.x[0]))
        G.x = 10

    G.run_regularly("x += 1")
    M = b.StateMonitor(G, "x", record=0)
    b.Network(G, zebra, M).run(0.6 * b.ms)
    return {"x": M.x[0], "seen": seen}


@model
def linked_variables(b: Any) -> dict[str, Any]:
    """A variable of another group: one to one, one for all, by index, by a variable, of a subgroup, of a subexpression."""
    H = b.NeuronGroup(3, "dy/dt = 1/ms : 1\ntwice = 2*y : 1\ns : 1 (shared)", method="euler", name="h_source")
    H.y, H.s = [1, 2, 3], 4
    one = b.NeuronGroup(1, "c : 1", name="one_source")
    one.c = 7
    part = H[1:]
    found: dict[str, Any] = {}
    links = {
        "same": (3, lambda: b.linked_var(H, "y")),
        "view": (3, lambda: b.linked_var(H.y)),
        "twice": (3, lambda: b.linked_var(H, "twice")),
        "shared": (2, lambda: b.linked_var(H, "s")),
        "one": (2, lambda: b.linked_var(one, "c")),
        "part": (2, lambda: b.linked_var(part, "y")),
        "index": (4, lambda: b.linked_var(H, "y", index=[0, 2, 1, 1])),
        "by": (4, lambda: b.linked_var(H, "y", index="k")),
    }
    objects = [H, one]
    for before in ("a", "z"):  # integrated before and after its source, as names decide
        for name, (n, link) in links.items():
            G = b.NeuronGroup(
                n, "dz/dt = x/ms : 1\nx : 1 (linked)\nk : integer (constant)", method="euler", name=f"{before}_{name}"
            )
            G.k = [0, 2, 1, 1][:n]
            G.x = link()
            objects.append(G)
    net = b.Network(*objects)
    net.run(0.4 * b.ms)
    H.y = 10
    net.run(0.2 * b.ms)
    for G in objects[2:]:
        found[f"z_{G.name}"], found[f"x_{G.name}"] = G.z[:], np.atleast_1d(G.x[:])
    return found


@model
def linked_to_itself(b: Any) -> dict[str, Any]:
    """Neurons on a ring that read their neighbours; a reset that writes through a link."""
    found = {}
    for method in ("euler", "rk2", "exact"):
        G = b.NeuronGroup(5, "dy/dt = (x - y)/ms : 1\nx : 1 (linked)", method=method)
        G.y = "i**2"
        G.x = b.linked_var(G, "y", index=[1, 2, 3, 4, 0])
        b.Network(G).run(1 * b.ms)
        found[method] = G.y[:]
    H = b.NeuronGroup(3, "y : 1")
    W = b.NeuronGroup(3, "x : 1 (linked)", threshold="i != 1", reset="x = 5*i + 1")
    W.x = b.linked_var(H, "y", index=[2, 1, 0])
    b.Network(H, W).run(0.1 * b.ms)
    return found | {"written": H.y[:]}


@model
def custom_events(b: Any) -> dict[str, Any]:
    """Events beside spikes: their step, their statements, monitors, pathways, refractoriness that does not stop them."""
    G = b.NeuronGroup(
        3,
        "dv/dt = (1.5 + 0.1*i - v)/(4*ms) : 1 (unless refractory)\nup : 1\nseen : 1",
        threshold="v > 1",
        reset="v = 0.1*seen",
        refractory=1 * b.ms,
        events={"half": "v > 0.5 + up", "late": "t > 4*ms and t_in_timesteps % 10 == i"},
        method="exact",
    )
    G.run_on_event("half", "up += 0.1; seen += 1")
    G.run_on_event("late", "up *= 0.5", when="before_resets")
    T = b.NeuronGroup(3, "a : 1\nc : 1")
    S = b.Synapses(
        G, T, "w : 1", on_pre={"p": "a_post += w", "q": "c_post += w"}, on_post=None, delay={"p": 0.3 * b.ms},
        on_event={"p": "half", "q": "spike"},
    )  # fmt: skip
    S.connect(j="i")
    S.w = "1 + i"
    E, L, K = b.EventMonitor(G, "half", ["v", "up"]), b.EventMonitor(G, "late"), b.SpikeMonitor(G, "up")
    b.Network(G, T, S, E, L, K).run(12 * b.ms)
    trains = E.event_trains()
    return {
        "i": E.i[:], "t": E.t_[:], "v": E.v[:], "up": E.up[:], "late_i": L.i[:], "late_t": L.t_[:], "spike_i": K.i[:],
        "spike_t": K.t_[:], "spike_up": K.up[:], "a": T.a[:], "c": T.c[:], "end": G.up[:], "seen": G.seen[:],
        "train": np.asarray(trains[1]), "number": E.num_events, "count": E.count[:],
    }  # fmt: skip


@model
def events_in_other_slots(b: Any) -> dict[str, Any]:
    """`set_event_schedule`: where in the step an event is found, and where monitors of it stand."""
    found: dict[str, Any] = {}
    for when in ("start", "before_thresholds", "after_resets"):
        G = b.NeuronGroup(
            2, "dv/dt = 1/ms : 1\nn : 1", threshold="v > 0.75", reset="v = 0", events={"e": "v > 0.35"}, method="euler"
        )
        G.set_event_schedule("e", when=when, order=3)
        G.run_on_event("e", "n += 1", when="end")
        M = b.EventMonitor(G, "e", "v")
        b.Network(G, M).run(2 * b.ms)
        found |= {f"t_{when}": M.t_[:], f"v_{when}": M.v[:], f"n_{when}": G.n[:], f"order_{when}": [M.order]}
    return found


@model
def refractory_by_hand(b: Any) -> dict[str, Any]:
    """`not_refractory` that code sets: what it holds back, and when it is renewed."""
    G = b.NeuronGroup(
        3, "dv/dt = 1/ms : 1 (unless refractory)\nu : 1", threshold="v > 0.45", reset="v = 0; u += 1", refractory=0.3 * b.ms,
        method="euler",
    )  # fmt: skip
    G.run_regularly("not_refractory = not_refractory and not (i == 1 and t > 0.75*ms and t < 1.15*ms)", when="after_groups")
    M, S = b.StateMonitor(G, ["v", "not_refractory"], record=True), b.SpikeMonitor(G)
    b.Network(G, M, S).run(3 * b.ms)
    return {"v": M.v, "r": M.not_refractory.astype(int), "i": S.i[:], "t": S.t_[:], "u": G.u[:]}


@model
def order_between_groups(b: Any) -> dict[str, Any]:
    """`order=` says who is integrated first; shared values change by code."""
    found: dict[str, Any] = {}
    for first in (-1, 1):
        H = b.NeuronGroup(1, "dy/dt = -y/ms + g/ms : 1\ng : 1 (shared)", method="euler", name="middle", order=0)
        H.y = 1
        H.run_regularly("g += 0.5", dt=0.5 * b.ms)
        G = b.NeuronGroup(1, "dz/dt = (x - z)/ms : 1\nx : 1 (linked)", method="euler", order=first)
        G.x = b.linked_var(H, "y")
        b.Network(H, G).run(1.5 * b.ms)
        found |= {f"z_{first}": G.z[:], f"y_{first}": H.y[:], f"g_{first}": [float(np.asarray(H.g))]}
        del H
    return found


@model
def event_driven(b: Any) -> dict[str, Any]:
    """Pairs of spikes with traces in the synapses, coupled ones too, and a delay for each synapse."""
    A, B = every(b, 13, 2), every(b, 21, 2)
    S = b.Synapses(
        A,
        B,
        """w : 1
           rate : Hz
           dx1/dt = -x1/(5*ms) : 1 (event-driven)
           dx2/dt = rate*(x1 - x2) : 1 (event-driven)
           dy1/dt = -y1/(10*ms) : 1 (event-driven)""",
        on_pre="x1 += 1 + 0.1*i; w = clip(w - 0.1*y1, 0, 2)",
        on_post="y1 += 1; w = clip(w + 0.2*x2, 0, 2); k_post += x1",
    )
    S.connect()
    S.w, S.rate = "1 + 0.1*j", "(50 + 20*j)*Hz"
    S.delay = "(0.5*i + 0.7*j)*ms"
    M = b.StateMonitor(S, ["w", "x1", "x2", "y1"], record=True)
    b.Network(A, B, S, M).run(9 * b.ms)
    found = {name: getattr(M, name)[:, ::3] for name in ("w", "x1", "x2", "y1")}
    return {**found, "k": B.k[:], "last": S.lastupdate_[:]}


@model
def clock_driven(b: Any) -> dict[str, Any]:
    """Nonlinear synapses that are integrated in each step, written to by spikes, summed into their targets."""
    A = every(b, 15, 3)
    B = b.NeuronGroup(2, "dv/dt = (g - v)/(3*ms) : 1\ng : 1", method="euler")
    S = b.Synapses(
        A,
        B,
        """ds/dt = -s/(8*ms) + 0.6/ms*x1*(1 - s) : 1 (clock-driven)
           dx1/dt = -x1/(2*ms) : 1 (clock-driven)
           w : 1 (constant)
           g_post = w*s : 1 (summed)""",
        on_pre="x1 += 1",
        delay=0.4 * b.ms,
        method="rk2",
    )
    S.connect("i != j")
    S.w = "0.5 + 0.1*i + j"
    M, N = b.StateMonitor(S, ["s", "x1"], record=True), b.StateMonitor(B, ["v", "g"], record=True)
    b.Network(A, B, S, M, N).run(5 * b.ms)
    return {"s": M.s[:, ::2], "x": M.x1[:, ::2], "v": N.v[:, ::2], "g": N.g[:, ::2]}


@model
def summed_both_sides(b: Any) -> dict[str, Any]:
    """Sums for targets and for sources, of subgroups, and a gap junction; order of sums, integration and monitors."""
    G = b.NeuronGroup(6, "dv/dt = (I - v)/(4*ms) : 1\nI : 1\nload : 1\ngap : 1\ntotal : 1", method="euler")
    G.v, G.I, G.load, G.total = "0.3*i", 7, 7, 7
    S = b.Synapses(G[:4], G[2:], "w : 1\nI_post = w*v_pre : 1 (summed)\nload_pre = w*v_post : 1 (summed)", name="both_sides")
    S.connect("i <= j")
    S.w = "0.1*(1 + i + 2*j)"
    J = b.Synapses(G, G, "gap_post = 0.2*(v_pre - v_post) : 1 (summed)", name="junctions")
    J.connect("abs(i - j) == 1")
    T = b.Synapses(G, G, "total_post = v_pre : 1 (summed)", name="total_of_all")
    T.connect()
    M = b.StateMonitor(G, ["v", "I", "load", "gap", "total"], record=True)
    b.Network(G, S, J, T, M).run(2 * b.ms)
    return {name: getattr(M, name)[:, ::2] for name in ("v", "I", "load", "gap", "total")}


@model
def synapses_onto_synapses(b: Any) -> dict[str, Any]:
    """A modulator changes the weights of synapses; several synapses of a pair; a shared factor."""
    A, B, D = every(b, 7, 3), every(b, 11, 2), every(b, 16, 2)
    S = b.Synapses(
        A,
        B,
        "w : 1\neligible : 1\nreward : 1 (shared)\nextra : 1",
        on_pre="k_post += w; eligible += 1",
        on_post="w += 0.1*reward*eligible; eligible *= 0.5",
        multisynaptic_index="copy",
        name="weights",  # in a step the modulator comes first, by name
    )
    S.connect(i=[0, 0, 1, 2, 0], j=[1, 1, 0, 1, 1], n=2)
    S.w, S.reward = "i + 10*copy", 0.5
    S.delay = "copy*0.3*ms"
    onto = b.Synapses(
        D, S, "gain : 1\nextra_post = gain*w_post : 1 (summed)", on_pre="w_post *= 1 + 0.1*gain", name="modulator"
    )
    onto.connect("(i + j) % 2 == 0")
    onto.gain = "1 + i"
    b.Network(A, B, D, S, onto).run(5.05 * b.ms)
    picked = S.w[0, 1, 3]
    return {"w": S.w[:], "copy": S.copy[:], "extra": S.extra[:], "k": B.k[:], "picked": picked, "eligible": S.eligible[:]}


@model
def spike_generator(b: Any) -> dict[str, Any]:
    """Listed spikes: times between steps, a period, a step of their own, new spikes between runs, delays to targets."""
    times = [0.0, 0.31, 0.25, 1.04999, 1.05, 2.2, 2.2] * b.ms
    A = b.SpikeGeneratorGroup(4, [3, 1, 0, 1, 2, 0, 3], times, name="list_of_spikes")
    P = b.SpikeGeneratorGroup(2, [0, 1, 0], [0, 0.4, 1.1] * b.ms, period=1.5 * b.ms, name="periodic")
    D = b.SpikeGeneratorGroup(2, [0, 1], [0.3, 0.8] * b.ms, dt=0.25 * b.ms, name="slow")
    T = b.NeuronGroup(4, "dx/dt = -x/(5*ms) : 1", method="exact")
    S = b.Synapses(A, T, on_pre="x_post += 1 + 0.1*i", name="of_list")
    S.connect()
    S.delay = "0.1*ms*(i + j)"
    monitors = [b.SpikeMonitor(G, name=f"spikes_of_{G.name}") for G in (A, P, D)]
    M = b.StateMonitor(T, "x", record=True)
    net = b.Network(A, P, D, T, S, monitors, M)
    net.run(2 * b.ms)
    A.set_spikes([2, 0], [2.5, 3] * b.ms)
    P.set_spikes([1], [0.2] * b.ms, period=0.7 * b.ms)
    net.run(2.05 * b.ms)
    found = {"x": M.x[:, ::3], "index": A.neuron_index[:], "time": A.spike_time[:] / b.second}
    for G, N in zip("APD", monitors, strict=True):
        found |= {f"i_{G}": N.i[:], f"t_{G}": N.t_[:]}
    return found
