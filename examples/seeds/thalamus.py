"""The thalamus of Li, Henriquez and Fröhlich (2017), PLoS Comput. Biol. 13:e1005797: four kinds of cells, four rhythms.

49 high-threshold and 144 relay thalamocortical cells (HTC, RTC), 64 interneurons (IN) and 100 reticular cells (RE), each with
its ion channels, calcium, AMPA, NMDA and GABA-A receptors, and gap junctions.  Potassium leak and noise choose the rhythm.

``--variant document`` computes what a BrainCell tutorial for this network computes, with all its oddities: only the gap
junctions of RE act, synapses do not depress, all gates begin closed, a potassium current counts as calcium.  ``--variant
paper`` is the network as the paper means it.  The difference is the table VARIANTS.
"""

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
START = {"HTC": -80, "RTC": -80, "IN": -70, "RE": -70}  # mV
LEAK = {"HTC": "TC", "RTC": "TC", "IN": "IN", "RE": "RE"}  # whose noise and potassium leak

# The part of the receptors that the transmitter T of a spike opens (Destexhe et al. 1994): one set for all synapses of a cell.
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
        noise = [self.noise(name) for name in KINDS if noisy]
        self.spikes = {name: SpikeMonitor(group) for name, group in self.cells.items()}
        self.voltage = {name: StateMonitor(group, "v", record=True, dt=1 * ms) for name, group in self.cells.items()}
        monitors = [*self.spikes.values(), *self.voltage.values()]
        fibres = [part for parts in self.terminals.values() for part in parts]
        self.net = Network(*self.cells.values(), *fibres, *self.synapses.values(), *self.junctions, *noise, *monitors)

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
                setattr(group, gate, 0 if variant.closed else start)
        return group

    def noise(self, name):
        """A Poisson process of 100 Hz for each cell."""
        return PoissonInput(self.cells[name], "g_noise", N=1, rate=100 * Hz, weight=self.jumps[LEAK[name]] * nS)

    def ends(self, source, delay):
        """The ends of the axons of a population, where spikes arrive after the delay; made once for each delay."""
        key = source, float(delay / ms)
        if key not in self.terminals:
            cells, how = self.cells[source], self.variant.depression
            kinetics = GLUTAMATE if source in ("HTC", "RTC") else GABA
            # order -2: before the sums over them (-1) and the cells (0) of a step
            ends = NeuronGroup(len(cells), kinetics + RELEASE[how], method="exponential_euler", order=-2, name=f"ends_{source}*")
            ends.last = -1e9 * second
            arrive = "last_post = t" + ("; x_post = left; left -= 0.07*left" if how else "")
            axons = Synapses(cells, ends, DEPRESSION if how else "", on_pre=arrive, delay=delay, name=f"axons_{source}*")
            axons.connect(j="i")
            if how:
                axons.left, ends.x = 1, 1
            self.terminals[key] = ends, axons
        return self.terminals[key][0]

    def connect(self, source, target, receptor, p, weight):
        """One kind of receptors of a projection."""
        # in the document receptors open in the step of the spike, and are read 2 ms after it
        delay = 0 * ms if f"{source}_{target}" in self.variant.immediate else 2 * ms - self.variant.outdegree * defaultclock.dt
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
