"""CUBA with more neurons or more synapses for each: the sum of all inputs of a neuron stays that of 80 synapses."""

from simulator import *

tau_m, tau_exc, tau_inh = 20 * ms, 5 * ms, 10 * ms
theta, v_reset, rest = -50 * mV, -60 * mV, -49 * mV


def network(cells, partners, delay=None, delays=None):
    """The objects of a network, by name; ``delay`` is one for all, ``delays`` a string for one each."""
    P = NeuronGroup(
        cells,
        """dv/dt = (rest - v + I_exc + I_inh)/tau_m : volt (unless refractory)
           dI_exc/dt = -I_exc/tau_exc : volt
           dI_inh/dt = -I_inh/tau_inh : volt""",
        threshold="v > theta",
        reset="v = v_reset",
        refractory=5 * ms,
        method="exact",
    )
    P.v = "v_reset + rand()*(theta - v_reset)"
    excitatory, more = cells * 4 // 5, {} if delay is None else {"delay": delay}
    exc = Synapses(P[:excitatory], P, on_pre="I_exc += w_exc", **more)
    inh = Synapses(P[excitatory:], P, on_pre="I_inh += w_inh", **more)
    for synapses in (exc, inh):
        synapses.connect(p=partners / cells)
        if delays is not None:
            synapses.delay = delays
    spikes = SpikeMonitor(P)
    found = {"P": P, "exc": exc, "inh": inh, "spikes": spikes, "net": Network(P, exc, inh, spikes)}
    weights = {"w_exc": 1.62 * mV * 80 / partners, "w_inh": -9 * mV * 80 / partners}
    constants = {"tau_m": tau_m, "tau_exc": tau_exc, "tau_inh": tau_inh, "theta": theta, "v_reset": v_reset, "rest": rest}
    return {**found, **weights, **constants}
