"""The thalamic network in its alpha state for BrainCell 0.0.6, written after its public tutorial on this network."""

import braincell
import brainpy.state as bs
import brainstate
import braintools
import brainunit as u
import jax
import numpy as np

DENSITY = u.mS / u.cm**2
SIDES = {"HTC": 7, "RTC": 12, "IN": 8, "RE": 10}
AREAS = {"HTC": 2.9e-4, "RTC": 2.9e-4, "IN": 1.7e-4, "RE": 1.43e-4}  # cm**2
SHIFT = {"HTC": -30.0, "RTC": -40.0, "IN": -30.0, "RE": -40.0}  # mV, of Na and KDR
LEAK_K = {"HTC": 0.0, "RTC": 0.0, "IN": 0.02, "RE": 0.01}
LEAK_E = {"HTC": -70.0, "RTC": -70.0, "IN": -60.0, "RE": -60.0}
CALCIUM = {  # conductances in mS/cm**2
    "HTC": {"ICaL_IS2008": 0.5, "ICaN_IS2008": 0.5, "ICaT_HM1992": 2.1, "ICaHT_HM1992": 3.0},
    "RTC": {"ICaL_IS2008": 0.3, "ICaN_IS2008": 0.6, "ICaT_HM1992": 2.1, "ICaHT_HM1992": 0.6},
    "IN": {"ICaN_IS2008": 0.1, "ICaHT_HM1992": 2.5},
    "RE": {"ICaN_IS2008": 0.2, "ICaT_HP1992": 1.3},
}
AHP = {"HTC": 0.3, "RTC": 0.1, "IN": 0.2, "RE": 0.2}
H = {"HTC": 0.01, "RTC": 0.01, "IN": 0.05}
WARM_UPS = 2  # the second call compiles once more: the types of some variables settle in the first one
V0 = {"HTC": -80.0, "RTC": -80.0, "IN": -70.0, "RE": -70.0}

# source, target, probability, weight in uS, receptor, delay in ms
PROJECTIONS = (
    ("HTC", "IN", 0.3, 6e-3, "ampa", 0),
    ("HTC", "IN", 0.3, 3e-3, "nmda", 0),
    ("IN", "RTC", 0.3, 3e-3, "gaba", 2),
    ("HTC", "RE", 0.2, 4e-3, "ampa", 2),
    ("RTC", "RE", 0.2, 4e-3, "ampa", 2),
    ("HTC", "RE", 0.2, 2e-3, "nmda", 2),
    ("RTC", "RE", 0.2, 2e-3, "nmda", 2),
    ("RE", "HTC", 0.2, 3e-3, "gaba", 2),
    ("RE", "RTC", 0.2, 3e-3, "gaba", 2),
    ("RE", "RE", 0.2, 1e-3, "gaba", 2),
    ("RE", "IN", 0.05, 1e-3, "gaba", 2),
)


class Cell(braincell.SingleCompartment):
    """One kind of cell."""

    def __init__(self, name):
        size = SIDES[name] ** 2
        start = braintools.init.Constant(V0[name] * u.mV)
        super().__init__(size, V_initializer=start, V_th=20.0 * u.mV, solver="ind_exp_euler")
        self.area = 1e-3 / (AREAS[name] * u.cm**2)
        channel = braincell.channel
        self.na = braincell.ion.SodiumFixed(size, E=50.0 * u.mV)
        self.na.add(INa=channel.INa_Ba2002(size, V_sh=SHIFT[name] * u.mV))
        self.k = braincell.ion.PotassiumFixed(size, E=-90.0 * u.mV)
        self.k.add(IKL=channel.IK_Leak(size, g_max=LEAK_K[name] * DENSITY))
        self.k.add(IDR=channel.IKDR_Ba2002(size, V_sh=SHIFT[name] * u.mV, phi=1.0 if name == "RE" else 0.25))
        tau = (100.0 if name == "RE" else 10.0) * u.ms
        self.ca = braincell.ion.CalciumDetailed(size, C_rest=5e-5 * u.mM, tau=tau, d=0.5 * u.um)
        for kind, g in CALCIUM[name].items():
            self.ca.add(**{kind: getattr(channel, kind)(size, g_max=g * DENSITY)})
        self.kca = braincell.MixIons(self.k, self.ca)
        self.kca.add(IAHP=channel.IAHP_De1994(size, g_max=AHP[name] * DENSITY))
        if name in H:
            self.Ih = channel.Ih_HM1992(size, g_max=H[name] * DENSITY, E=-43.0 * u.mV)
        self.IL = channel.IL(size, g_max=0.0075 * DENSITY, E=LEAK_E[name] * u.mV)

    def compute_derivative(self, I_ext=0.0 * u.nA):
        I = self.sum_current_inputs(I_ext, self.V.value) * self.area
        channels = self.nodes(braincell.IonChannel, allowed_hierarchy=(1, 1)).values()
        for channel in channels:
            I = I + channel.current(self.V.value)
        self.V.derivative = I / self.C
        for channel in channels:
            channel.compute_derivative(self.V.value)


class MgBlock(bs.SynOut):
    """NMDA receptors are blocked by magnesium."""

    def update(self, conductance, potential):
        return conductance * (0 * u.mV - potential) / (1 + u.math.exp(-(potential / u.mV + 25) / 12.5))


def receptor(kind, size):
    """The kinetics of a kind of receptor."""
    alpha, beta = {"ampa": (0.94, 0.18), "nmda": (1.0, 0.0067), "gaba": (10.5, 0.166)}[kind]
    make = bs.GABAa if kind == "gaba" else bs.AMPA
    return make(size, alpha=alpha / (u.ms * u.mM), beta=beta / u.ms)


class Thalamus(brainstate.nn.Module):
    """The network; gap junctions of RE only, as those of other cells have no effect there."""

    def __init__(self):
        super().__init__()
        self.cells = {name: Cell(name) for name in SIDES}
        self.inputs = [self.noise(cell) for cell in self.cells.values()]
        self.synapses = [self.projection(*row) for row in PROJECTIONS]
        self.gap = bs.SymmetryGapJunction(self.cells["RE"], "V", conn=near, weight=1 / 300 * u.mS)

    def noise(self, cell):
        return bs.AlignPostProj(
            bs.PoissonSpike(cell.varshape, freqs=100 * u.Hz),
            comm=brainstate.nn.OneToOne(cell.varshape, 1.5e-3 * u.mS),
            syn=bs.Expon.desc(cell.varshape, tau=5.0 * u.ms),
            out=bs.COBA.desc(E=0.0 * u.mV),
            post=cell,
        )

    def projection(self, source, target, p, weight, kind, delay):
        pre, post = self.cells[source], self.cells[target]
        ends = pre.align_pre(bs.STD.desc(tau=700 * u.ms, U=0.07)).align_pre(receptor(kind, pre.varshape))
        g = ends.prefetch_delay("g", delay * u.ms) if delay else ends.prefetch("g")
        more = {"afferent_ratio": 0.1} if (source, target) == ("RE", "IN") else {}
        comm = brainstate.nn.FixedNumConn(pre.varshape, post.varshape, p, weight, **more)
        E = (-70.0 if source == target else -80.0) if kind == "gaba" else 0.0
        return bs.CurrentProj(g, comm=comm, out=MgBlock() if kind == "nmda" else bs.COBA(E=E * u.mV), post=post)

    def update(self, i):
        with brainstate.environ.context(t=i * brainstate.environ.get_dt(), i=i):
            for part in (*self.inputs, *self.synapses, self.gap):
                part()
            return [cell(0.0 * u.mA) for cell in self.cells.values()]


def near(pre_size, post_size):
    """Pairs at most two steps of the grid apart, for a fifth of the sources, with probability 0.3."""
    rng, n = np.random.default_rng(1), round(pre_size[0] ** 0.5)
    places = np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), -1).reshape(-1, 2)
    distance = np.linalg.norm(places[:, None] - places[None], axis=-1)
    taken = (distance <= 2) & (distance > 0) & (rng.random(distance.shape) < 0.3) & (rng.random((n * n, 1)) < 0.2)
    return np.nonzero(taken)


def program(steps):
    """The network, and a function of the first step that runs so many steps and returns all spikes."""
    brainstate.environ.set(dt=0.1 * u.ms, precision=64 if jax.config.jax_enable_x64 else 32)
    net = Thalamus()
    brainstate.nn.init_all_states(net)

    @brainstate.transform.jit
    def run(first):
        return brainstate.transform.for_loop(net.update, first + jax.numpy.arange(steps))

    return run
