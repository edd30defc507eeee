"""The balanced network (`../models/balanced.py`) for BrainPy, written after its public tutorial on spiking networks."""

import brainpy as bp
import brainpy.math as bm


class Exponential(bp.Projection):
    """Random connections with exponential conductances."""

    def __init__(self, pre, post, g_max, tau, E):
        super().__init__()
        self.proj = bp.dyn.ProjAlignPost2(
            pre=pre,
            delay=0.0,
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(0.02, pre=pre.num, post=post.num), g_max),
            syn=bp.dyn.Expon(size=post.num, tau=tau),
            out=bp.dyn.COBA(E=E),
            post=post,
        )


class Net(bp.DynamicalSystem):
    """Two populations, four projections."""

    def __init__(self):
        super().__init__()
        cell = {"V_rest": -60.0, "V_th": -50.0, "V_reset": -60.0, "tau": 20.0, "tau_ref": 5.0}
        self.E = bp.dyn.LifRef(3200, V_initializer=bp.init.Normal(-55.0, 2.0), **cell)
        self.I = bp.dyn.LifRef(800, V_initializer=bp.init.Normal(-55.0, 2.0), **cell)
        self.E2E = Exponential(self.E, self.E, 0.6, 5.0, 0.0)
        self.E2I = Exponential(self.E, self.I, 0.6, 5.0, 0.0)
        self.I2E = Exponential(self.I, self.E, 6.7, 10.0, -80.0)
        self.I2I = Exponential(self.I, self.I, 6.7, 10.0, -80.0)

    def update(self, inp):
        self.E2E()
        self.E2I()
        self.I2E()
        self.I2I()
        self.E(inp)
        self.I(inp)
        return self.E.spike.value, self.I.spike.value


def program(steps):
    """A network, and a function of the first step that runs so many steps and returns all spikes."""
    net = Net()

    @bm.jit
    def run(first):
        return bm.for_loop(lambda i: net.step_run(i, 20.0), first + bm.arange(steps))

    return run
