"""100 adaptive exponential integrate-and-fire neurons with noise (Brette and Gerstner 2005; Naud et al. 2008)."""

from simulator import *

C, gL, EL, VT, DT = 104 * pF, 4.3 * nS, -65 * mV, -52 * mV, 0.8 * mV
Vs, Vr, a, b, tau_w = 40 * mV, -53 * mV, -0.8 * nS, 65 * pA, 88 * ms
Ee, Ei, tau_g, Iext = 0 * mV, -80 * mV, 7 * ms, 8 * pA * sqrt(second)

G = NeuronGroup(
    100,
    """dV/dt = (-gL*(V - EL) + gL*DT*exp((V - VT)/DT) - I - w - Iext*xi)/C : volt
       dw/dt = (a*(V - EL) - w)/tau_w : amp
       I = ge*(V - Ee) + gi*(V - Ei) : amp
       dge/dt = -ge/tau_g : siemens
       dgi/dt = -gi/tau_g : siemens""",
    threshold="V > Vs",
    reset="V = Vr; w += b",
    method="euler",
)
G.V = EL
we, wi = 2 * nS, 8 * nS
exc = Synapses(G[:80], G, on_pre="ge += we")
inh = Synapses(G[81:], G, on_pre="gi += wi")
exc.connect(condition="i != j", p=0.05)
inh.connect(condition="(i + 81) != j", p=0.05)
trace = StateMonitor(G, "V", record=[0])
spikes = SpikeMonitor(G)
net = Network(G, exc, inh, trace, spikes)
