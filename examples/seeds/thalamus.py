"""The thalamus of Li, Henriquez and Fröhlich (2017), PLoS Comput. Biol. 13:e1005797: four kinds of cells, four rhythms.

49 high-threshold and 144 relay thalamocortical cells (HTC, RTC), 64 interneurons (IN) and 100 reticular cells (RE), each
with ion channels, calcium, AMPA, NMDA and GABA-A receptors, and gap junctions.  Potassium leak and noise choose the rhythm.

``--variant document`` computes what a BrainCell tutorial for this network computes, with all its oddities: only the gap
junctions of RE act, synapses do not depress, all gates begin closed, a potassium current counts as calcium.  ``--variant
paper`` is the network as the paper means it.  The difference is the table VARIANTS.
"""

import gc
from dataclasses import dataclass

from _cli import finish, options

from eqsim import *
from eqsim.analysis import power_spectrum
from eqsim.library import Model, exponential, gap_junction, thalamic
from eqsim.library.membranes import mS_cm2


@dataclass(frozen=True)
class Variant:
    """What the two ways to read the model differ in."""

    gaps: tuple[str, ...]  # gap junctions that act
    depression: str  # what it scales: "", the "transmitter" or the "conductance"
    immediate: tuple[str, ...]  # projections without delay
    stimulated: tuple[str, ...]  # populations that get the pulses of current
    outdegree: bool  # each cell has the same number of targets; else each pair has the same probability
    common_space: bool  # the grids of RTC and HTC cover the same area; else they have the same spacing
    closed: bool  # gates begin closed; else at rest
    extra_calcium: bool  # I_AHP counts as a calcium current
    leaks: bool  # each cell has a leak of its own


VARIANTS = {
    "document": Variant(("RE",), "", ("HTC_IN",), ("HTC", "RTC", "IN", "RE"), True, False, True, True, False),
    "paper": Variant(("HTC", "RTC_HTC", "RE"), "conductance", (), ("HTC", "RTC"), False, True, False, False, True),
}

# jumps of the noise in nS; potassium leak in mS/cm**2
STATES = {
    "delta": ({"TC": 0.1, "IN": 0.1, "RE": 0.1}, {"TC": 0.035, "IN": 0.01, "RE": 0.03}),
    "spindle": ({"TC": 0.3, "IN": 0.3, "RE": 0.3}, {"TC": 0.01, "IN": 0.015, "RE": 0.02}),
    "alpha": ({"TC": 1.5, "IN": 1.5, "RE": 1.5}, {"TC": 0, "IN": 0.02, "RE": 0.01}),
    "gamma": ({"TC": 17, "IN": 1.5, "RE": 1.5}, {"TC": 0, "IN": 0.02, "RE": 0.01}),
}
KINDS = {"HTC": "htc", "RTC": "rtc", "IN": "interneuron", "RE": "reticular"}
SIDES = {"HTC": 7, "RTC": 12, "IN": 8, "RE": 10}  # the cells lie on square grids
KEYS = {"HTC": "HTC", "RTC": "RTC", "IN": "IN", "RE": "TRN"}  # what the document calls the cells
START = {"HTC": -80, "RTC": -80, "IN": -70, "RE": -70}  # mV
LEAK = {"HTC": "TC", "RTC": "TC", "IN": "IN", "RE": "RE"}  # whose noise and potassium leak

# The part of receptors that the transmitter T of a spike opens (Destexhe et al. 1994): one set for all synapses of a cell.
# x is what depression has left of the transmitter at the last spike, x_T and x_g what it scales.
GLUTAMATE = """
    dr_ampa/dt = 0.94/ms/mM*T*(1 - r_ampa) - 0.18/ms*r_ampa : 1
    dr_nmda/dt = 1.0/ms/mM*T*(1 - r_nmda) - 0.0067/ms*r_nmda : 1
    T = 0.5*mM*x_T*int(t - last < 0.5*ms + dt/2) : mM
    """
GABA = """
    dr_gaba/dt = 10.5/ms/mM*T*(1 - r_gaba) - 0.166/ms*r_gaba : 1
    T = 1*mM*x_T*int(t - last < 1*ms + dt/2) : mM
    """
RELEASE = {
    "": "last : second\nx_T = 1 : 1\nx_g = 1 : 1",
    "transmitter": "last : second\nx : 1\nx_T = x : 1\nx_g = 1 : 1",
    "conductance": "last : second\nx : 1\nx_T = 1 : 1\nx_g = x : 1",
}
DEPRESSION = "dleft/dt = (1 - left)/(700*ms) : 1 (event-driven)"

# What the receptors of a cell do, for the sum I of its currents
EXCITED = Model(
    name="excited",
    title="AMPA and NMDA receptors, these with their magnesium block",
    text="""
    g_ampa : siemens
    g_nmda : siemens
    I_ampa = g_ampa*(0*mV - v) : amp
    I_nmda = g_nmda*(0*mV - v)/(1 + exp(-(v + 25*mV)/(12.5*mV))) : amp
    """,
    terms=(("I", "I_ampa"), ("I", "I_nmda")),
)
INHIBITED = Model(
    name="inhibited",
    title="GABA-A receptors",
    text="g_gaba : siemens\nI_gaba = g_gaba*(E_gaba - v) : amp",
    parameters={"E_gaba": -80 * mV},
    terms=(("I", "I_gaba"),),
)
NOISE = exponential("noise", tau=5 * ms, E=0 * mV)
RECEPTORS = {
    "HTC": INHIBITED,
    "RTC": INHIBITED,
    "IN": EXCITED + INHIBITED,
    "RE": EXCITED + INHIBITED(E_gaba=-70 * mV),
}

# source, target, probability, weights in nS
PROJECTIONS = (
    ("HTC", "IN", 0.3, {"ampa": 6, "nmda": 3}),
    ("HTC", "RE", 0.2, {"ampa": 4, "nmda": 2}),
    ("RTC", "RE", 0.2, {"ampa": 4, "nmda": 2}),
    ("IN", "RTC", 0.3, {"gaba": 3}),
    ("RE", "HTC", 0.2, {"gaba": 3}),
    ("RE", "RTC", 0.2, {"gaba": 3}),
    ("RE", "RE", 0.2, {"gaba": 1}),
    ("RE", "IN", 0.05, {"gaba": 1}),
)
# source, target, part of the sources that take part, conductance
GAPS = {"HTC": ("HTC", "HTC", 1.0, 10 * nS), "RTC_HTC": ("RTC", "HTC", 0.2, nS / 0.3), "RE": ("RE", "RE", 0.2, nS / 0.3)}


@dataclass(frozen=True)
class Record:
    """What a run has recorded, by population: times and cells of spikes; voltages of all cells, each ms."""

    spikes: dict
    cells: dict
    t: Quantity
    v: dict
    current: Quantity


class Thalamus:
    """The network in a state: ``cells``, ``spikes`` and ``voltage`` by population, and ``net``.

    Parameters
    ----------
    state : str
        See STATES.
    variant : Variant
    pulses : TimedArray
        The current into the stimulated populations.
    noisy : bool
        Does noise arrive?
    matrices : dict
        How often cell i of a source reaches cell j of a target, by projection ('HTC_IN_ampa', 'RE' for a gap junction), in
        the place of random connections.
    """

    def __init__(self, state, variant, pulses, noisy=True, matrices=None):
        self.variant, self.pulses, self.matrices = variant, pulses, matrices
        self.jumps, self.leaks = STATES[state]
        self.cells = {name: self.population(name) for name in KINDS}
        self.synapses, self.terminals, self.junctions = {}, {}, []
        for source, target, p, weights in PROJECTIONS:
            for receptor, weight in weights.items():
                self.connect(source, target, receptor, p, weight * nS)
        for name in variant.gaps:
            self.join(name, *GAPS[name])
        noise = [self.noise(name, noisy) for name in KINDS]
        self.spikes = {name: SpikeMonitor(group, name=f"spikes_{name}") for name, group in self.cells.items()}
        self.voltage = {
            name: StateMonitor(group, "v", record=True, dt=1 * ms, name=f"voltage_{name}")
            for name, group in self.cells.items()
        }
        monitors = [*self.spikes.values(), *self.voltage.values()]
        fibres = [part for parts in self.terminals.values() for part in parts]
        self.net = Network(*self.cells.values(), *fibres, *self.synapses.values(), *self.junctions, *noise, *monitors)

    def run(self, duration):
        """Go on for a time; what has been recorded so far."""
        self.net.run(duration)
        t = self.voltage["HTC"].t
        spikes, cells = ({name: getattr(M, x)[:] for name, M in self.spikes.items()} for x in "ti")
        return Record(spikes, cells, t, {name: M.v[:] for name, M in self.voltage.items()}, self.pulses(t))

    def population(self, name):
        """The cells of one kind, with their receptors."""
        variant = self.variant
        cell = thalamic(KINDS[name], g_KL=self.leaks[LEAK[name]] * mS_cm2, extra_calcium=variant.extra_calcium)
        model = cell + RECEPTORS[name] + NOISE
        if name in variant.stimulated:
            model += Model("stimulus", "Pulses", "", {"pulses": self.pulses}, terms=(("I", "pulses(t)"),))
        if any(name in GAPS[gap][:2] for gap in variant.gaps):
            model += gap_junction
        if variant.leaks:
            model = model.per_neuron("g_L")
        group = model.neurons(SIDES[name] ** 2, name=name)
        group.v = START[name] * mV
        if variant.leaks:
            group.g_L = "(0.0075 + 0.005*rand())*msiemens/cm**2"
        for gate, start in model.initial.items():
            if gate.startswith(("p_", "q_")):
                setattr(group, gate, start)  # again: it depends on v
        if variant.closed:
            close(group, model)
        return group

    def noise(self, name, noisy):
        """A Poisson process of 100 Hz for each cell; without noise, of jumps by 0."""
        jump = self.jumps[LEAK[name]] * noisy * nS
        return PoissonInput(self.cells[name], "g_noise", N=1, rate=100 * Hz, weight=jump, name=f"noise_{name}")

    def ends(self, source, delay):
        """The ends of the axons of a population, where spikes arrive after the delay; made once for each delay."""
        key = source, float(delay / ms)
        if key not in self.terminals:
            cells, how, number = self.cells[source], self.variant.depression, len(self.terminals)
            kinetics = GLUTAMATE if source in ("HTC", "RTC") else GABA
            # order -2: before the sums over them (-1) and the cells (0) of a step
            text = kinetics + RELEASE[how]
            ends = NeuronGroup(len(cells), text, method="exponential_euler", order=-2, name=f"ends_{number}")
            ends.last = -1e9 * second
            arrive = "last_post = t" + ("; x_post = left; left -= 0.07*left" if how else "")
            axons = Synapses(cells, ends, DEPRESSION if how else "", on_pre=arrive, delay=delay, name=f"axons_{number}")
            axons.connect(j="i")
            if how:
                axons.left, ends.x = 1, 1
            self.terminals[key] = ends, axons
        return self.terminals[key][0]

    def connect(self, source, target, receptor, p, weight):
        """One kind of receptors of a projection."""
        # in the document receptors open in the step of the spike, and are read 2 ms after it
        delay = (
            0 * ms if f"{source}_{target}" in self.variant.immediate else 2 * ms - self.variant.outdegree * defaultclock.dt
        )
        name = f"{source}_{target}_{receptor}"
        model = f"g_{receptor}_post = weight*x_g_pre*r_{receptor}_pre : siemens (summed)"
        made = Synapses(self.ends(source, delay), self.cells[target], model, namespace={"weight": weight}, name=name)
        part = 0.1 if name == "RE_IN_gaba" else 1.0
        if self.matrices is not None:
            made.connect(**pairs(self.matrices[name]))
        elif self.variant.outdegree:
            made.connect(fixed_outdegree=int(p * SIDES[target] ** 2), multapses=True, pre_ratio=part)
        else:
            made.connect(condition="i != j" if source == target else None, p=p, pre_ratio=part)
        self.synapses[name] = made

    def join(self, name, source, target, part, conductance):
        """Gap junctions between cells at most two steps of the grid apart."""
        currents = "I_gap_post = g*(v_pre - v_post) : amp (summed)\nI_gap_pre = g*(v_post - v_pre) : amp (summed)"
        made = Synapses(self.cells[source], self.cells[target], currents, namespace={"g": conductance}, name=f"gap_{name}")
        if self.matrices is not None:
            made.connect(**pairs(self.matrices[name]))
        else:
            a, b = SIDES[source], SIDES[target]
            step = b / a if self.variant.common_space else 1
            apart = f"((i//{a})*{step} - j//{b})**2 + ((i%{a})*{step} - j%{b})**2"
            itself = source == target or not self.variant.common_space
            made.connect(f"{apart} <= 4" + f" and {apart} > 0" * itself, p=0.3, pre_ratio=part)
        self.junctions.append(made)


def pairs(matrix):
    """The arguments of `connect` for so many synapses from each cell i to each cell j."""
    i, j = np.nonzero(matrix)
    n = matrix[i, j]
    return {"i": np.repeat(i, n), "j": np.repeat(j, n)}


def rhythm(first=1 * second, last=2 * second, length=10 * ms, period=250 * ms, current=0.2 * nA):
    """Pulses of current between two times."""
    step = 10 * ms
    at = np.arange(round(last / step) + 1) - round(first / step)
    on = (at >= 0) & (at < round((last - first) / step)) & (at % round(period / step) < round(length / step))
    return TimedArray(current * on, step, name="pulses")


def peak(signal, dt=1 * ms):
    """The frequency between 1 and 100 Hz at which the spectrum is largest."""
    f, density = power_spectrum(signal, dt, segment=1 * second, points=8192)
    inside = (f >= 1 * Hz) & (f <= 100 * Hz)
    return float(f[inside][np.argmax(density[inside])] / Hz)


def measured(record, start, end):
    """Rates of the populations and dominant frequencies of their spikes and mean voltages between two times, in Hz."""
    times = {name: t[(t >= start) & (t < end)] / second for name, t in record.spikes.items()}
    seconds = (end - start) / second
    counts = {name: np.histogram(t, round(seconds * 1000), (start / second, end / second))[0] for name, t in times.items()}
    counts["TC"] = counts["HTC"] + counts["RTC"]
    inside = (record.t >= start) & (record.t < end)
    return {
        "rates": {name: len(t) / SIDES[name] ** 2 / seconds for name, t in times.items()},
        "fpeak": {
            **{f"spk_{name}": peak(n) for name, n in counts.items()},
            **{f"V_{name}": peak(v[:, inside].mean(axis=0) / mV) for name, v in record.v.items()},
        },
    }


def cells_in_steps(dt):
    """Each kind of cell by itself gets 0.05 nA from 50 to 250 ms; all gates begin closed.  Its spikes and its trace."""
    step = TimedArray([0, 0.05, 0.05, 0.05, 0.05, 0, 0] * nA, 50 * ms, name="step")
    driven = Model("driven", "Step of current", "", {"step": step}, terms=(("I", "step(t)"),))
    models = {name: thalamic(kind, extra_calcium=True) + driven for name, kind in KINDS.items()}
    cells = {name: model.neurons(1, dt=dt, name=f"cell_{name}") for name, model in models.items()}
    for name, cell in cells.items():
        close(cell, models[name])
    spikes = {name: SpikeMonitor(cell, name=f"spikes_{name}") for name, cell in cells.items()}
    traces = {
        name: StateMonitor(cell, ["v", "Ca"], record=0, when="end", name=f"trace_{name}") for name, cell in cells.items()
    }
    Network(*cells.values(), *spikes.values(), *traces.values()).run(350 * ms)
    return spikes, traces


def close(group, model):
    """Close all gates."""
    for gate in model.initial:
        if gate.startswith(("p_", "q_")):
            setattr(group, gate, 0)


def described(spikes, trace):
    """The numbers of a single cell: times in ms, voltages in mV, calcium in mM."""
    voltage = trace.v[0] / mV
    return {
        "spikes": [round(float(time), 4) for time in spikes.t / ms],
        "Vmax": float(max(voltage)),
        "Vmin": float(min(voltage)),
        "V50": float(voltage[round(50 * ms / trace.clock.dt) - 1]),
        "Vend": float(voltage[-1]),
        "Camax": float(max(trace.Ca[0] / mM)),
    }


def document_picture(record, state):
    """The picture of the document: the current, the voltages of all cells, and their spikes."""
    fig, axes = subplots(5, 2, figsize=(11, 10), sharex=True)
    grid = axes[0, 0].get_gridspec()
    for ax in axes[0]:
        ax.remove()
    top = fig.add_subplot(grid[0, :], sharex=axes[1, 0])
    top.plot(record.t / ms, record.current / nA)
    top.set(ylabel="current (nA)", title=f"thalamus in the state {state}")
    for (left, right), name in zip(axes[1:], KINDS, strict=True):
        left.plot(record.t / ms, record.v[name].T / mV, linewidth=0.3)
        left.set_ylabel(f"{name}: v (mV)")
        right.plot(record.spikes[name] / ms, record.cells[name], "k.", markersize=1)
        right.set_ylabel(f"{name}: cell")
    for ax in axes[-1]:
        ax.set(xlabel="time (ms)", xlim=(0, float(record.t[-1] / ms)))


def overview(records):
    """One column for each state: an HTC cell, all spikes, and the spectrum of the thalamocortical cells."""
    _, axes = subplots(3, len(records), figsize=(4 * len(records), 8), squeeze=False, height_ratios=(1, 2, 1))
    for (top, middle, bottom), (state, record) in zip(axes.T, records.items(), strict=True):
        top.plot(record.t / ms, record.v["HTC"][0] / mV, linewidth=0.7)
        top.set(title=state, ylabel="v of an HTC cell (mV)", ylim=(-100, 60))
        base = 0
        for name in reversed(KINDS):
            middle.plot(record.spikes[name] / ms, base + record.cells[name], ".", markersize=1, label=name)
            base += SIDES[name] ** 2
        middle.set(xlabel="time (ms)", ylabel="RE, IN, RTC, HTC cells", ylim=(0, base))
        both = np.concatenate([record.spikes[name] / ms for name in ("HTC", "RTC")])
        counts = np.histogram(both, len(record.t), (0, len(record.t)))[0]
        f, density = power_spectrum(counts, 1 * ms, segment=1 * second, points=8192)
        bottom.plot(f / Hz, density / max(density[f >= 1 * Hz]))
        bottom.set(xlim=(1, 60), ylim=(0, 1.1), xlabel="frequency (Hz)", ylabel="spectrum of HTC and RTC spikes")


def main():
    """Run what the command line asks for."""
    opts = options(
        __doc__,
        state={"default": "all", "choices": ["all", "cells", *STATES], "help": "what to run"},
        variant={"default": "document", "choices": list(VARIANTS), "help": "how to read the model"},
    )
    prefs.codegen.target = opts.target
    numbers, records = {"variant": opts.variant}, {}
    if opts.state in ("all", "cells"):
        numbers["cells"] = cells_by_step((0.1,) if opts.short else (0.1, 0.05, 0.025, 0.01, 0.005))
    numbers["network"] = {}
    for state in [name for name in STATES if opts.state in ("all", name)]:
        seed(opts.seed)
        records[state], found = run_state(state, opts.variant, opts.short)
        numbers["network"] |= found
    if records and not opts.no_plot:
        overview(records) if len(records) > 1 else document_picture(records[opts.state], opts.state)
    opts.no_plot |= not records
    finish(opts, numbers)


def cells_by_step(steps):
    """The numbers of the single cells, by their names and the step in ms."""
    found = {}
    for dt in steps:
        gc.collect()
        spikes, traces = cells_in_steps(dt * ms)
        found[dt] = {name: described(spikes[name], traces[name]) for name in KINDS}
    for dt, row in found.items():
        print(f"dt = {dt} ms: " + "; ".join(f"{name} at {row[name]['spikes']}" for name in KINDS))
    return {KEYS[name]: {str(dt): found[dt][name] for dt in steps} for name in KINDS}


def run_state(state, variant, short=False):
    """The record of 3 s in a state, or of 0.3 s, and what is measured in it."""
    gc.collect()  # of networks that are gone: the next one gets their names, and the code compiled for them
    network = Thalamus(state, VARIANTS[variant], rhythm(100 * ms, 300 * ms) if short else rhythm())
    record = network.run(300 * ms if short else 3 * second)
    word, found = "eqsim" if variant == "document" else f"eqsim_{variant}", {}
    for a, b in [(0, 300)] if short else [(0, 3000), (200, 1000), (1000, 2000), (2000, 3000)]:
        row = measured(record, a * ms, b * ms)
        rates = ", ".join(f"{name} {rate:.2f}" for name, rate in row["rates"].items())
        print(f"{state}, {a} to {b} ms: {rates} Hz; rhythm of HTC and RTC: {row['fpeak']['spk_TC']:.1f} Hz")
        found[f"{word}_{state}_{a}_{b}"] = row
    return record, found


if __name__ == "__main__":
    main()
