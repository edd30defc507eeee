"""The decision network (`../models/decision.py`) for BrainPy, written after its public tutorial on spiking networks."""

import brainpy as bp
import brainpy.math as bm
import numpy as np


def exponential(pre, post, kind, delay, g_max, tau, E):
    """A projection with exponential conductances."""
    comm = bp.dnn.AllToAll(pre.num, post.num, g_max) if kind == "all" else bp.dnn.OneToOne(pre.num, g_max)
    syn, out = bp.dyn.Expon.desc(post.num, tau=tau), bp.dyn.COBA.desc(E=E)
    return bp.dyn.ProjAlignPostMg2(pre=pre, delay=delay, comm=comm, syn=syn, out=out, post=post)


def nmda(pre, post, g_max):
    """An all-to-all projection with NMDA receptors."""
    syn, comm = bp.dyn.NMDA.desc(pre.num, a=0.5, tau_decay=100.0, tau_rise=2.0), bp.dnn.AllToAll(pre.num, post.num, g_max)
    return bp.dyn.ProjAlignPreMg2(pre=pre, delay=0.5, syn=syn, comm=comm, out=bp.dyn.MgBlock(E=0.0, cc_Mg=1.0), post=post)


class Net(bp.DynSysGroup):
    """Four populations, their projections and inputs."""

    def __init__(self):
        super().__init__()
        cell = {"V_rest": -70.0, "V_reset": -55.0, "V_th": -50.0, "V_initializer": bp.init.OneInit(-70.0)}
        sizes = {"A": 240, "B": 240, "N": 1120}
        for name, size in sizes.items():
            setattr(self, name, bp.dyn.LifRef(size, tau=20.0, R=0.04, tau_ref=2.0, **cell))
        self.I = bp.dyn.LifRef(400, tau=10.0, R=0.05, tau_ref=1.0, **cell)
        self.IA = bp.dyn.PoissonGroup(240, freqs=bm.Variable(bm.zeros(1)))
        self.IB = bp.dyn.PoissonGroup(240, freqs=bm.Variable(bm.zeros(1)))
        for name, group in (("A", self.A), ("B", self.B), ("N", self.N), ("I", self.I)):
            noise = bp.dyn.PoissonGroup(group.num, freqs=2400.0)
            setattr(self, f"noise_{name}", noise)
            g_max = 1.62 if name == "I" else 2.1
            setattr(self, f"noise2{name}", exponential(noise, group, "one", None, g_max, 2.0, 0.0))
        self.IA2A = exponential(self.IA, self.A, "one", None, 2.1, 2.0, 0.0)
        self.IB2B = exponential(self.IB, self.B, "one", None, 2.1, 2.0, 0.0)
        w_pos, w_neg = 1.7, 1 - 0.15 * 0.7 / 0.85
        for pre in "NBA":
            for post in "BANI":
                w = 1.0 if post in "NI" else w_pos if pre == post else w_neg
                g_ampa, g_nmda = (0.04, 0.13) if post == "I" else (0.05, 0.165)
                source, target = getattr(self, pre), getattr(self, post)
                setattr(self, f"{pre}2{post}_AMPA", exponential(source, target, "all", 0.5, g_ampa * w, 2.0, 0.0))
                setattr(self, f"{pre}2{post}_NMDA", nmda(source, target, g_nmda * w))
        for post in "BANI":
            g_max = 1.0 if post == "I" else 1.3
            setattr(self, f"I2{post}", exponential(self.I, getattr(self, post), "all", 0.5, g_max, 5.0, -70.0))


def program(steps):
    """A network, and a function of the first step that runs so many steps and returns the spikes of A, B and N."""
    net = Net()
    chance = np.random.default_rng(1).normal(0, 10, 20)
    frequencies = [
        bm.asarray(np.repeat(np.concatenate([[0, 0], 40 * (1 + sign * 0.256) + chance, [0]]), 500)) for sign in (1, -1)
    ]
    last = len(frequencies[0]) - 1

    def one(i):
        at = bm.minimum(i, last)
        net.IA.freqs[0], net.IB.freqs[0] = frequencies[0][at], frequencies[1][at]
        net.step_run(i)
        return net.A.spike.value, net.B.spike.value, net.N.spike.value

    @bm.jit
    def run(first):
        return bm.for_loop(one, first + bm.arange(steps))

    return run
