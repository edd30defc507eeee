"""Figure 3F of Joglekar 2018: 32 parameter sets of 29 areas, see examples/seeds/joglekar_2018.py."""

from simulator import *

from models.connectome import artificial

defaultclock.dt = 0.2 * ms
fractions, place = artificial()
n = len(place)
beta_E, beta_I = 0.066 * Hz / pA, 0.351 * Hz / pA
tau_E, tau_I, eta = 20 * ms, 10 * ms, 0.68
omega_EE, omega_IE, omega_II, mu_IE = 24.3 * pA / Hz, 12.2 * pA / Hz, 12.5 * pA / Hz, 25.3 * pA / Hz
E_0, I_0, strength = 10 * Hz, 35 * Hz, 22.05 * 1.9 * Hz
pulse = TimedArray([0] * 8 + [1, 0], dt=250 * ms)

inhibitory = NeuronGroup(
    n,
    """dI/dt = (-I + I_0 + max(beta_I*current, 0*Hz))/tau_I : Hz
       current = (1 + eta*h)*(omega_IE*(E - E_0) + mu_IE*long_range) - omega_II*(I - I_0) : amp
       long_range : Hz
       h : 1 (constant)
       E : Hz (linked)""",
    method="euler",
    order=1,
)
excitatory = NeuronGroup(
    n,
    """dE/dt = (-E + E_0 + max(beta_E*current + strength*pulse(t)*int(i == 0), 0*Hz))/tau_E : Hz
       current = (1 + eta*h)*(omega_EE*(E - E_0) + mu_EE*long_range) - omega_EI*(I - I_0) : amp
       mu_EE : amp/Hz (constant, shared)
       omega_EI : amp/Hz (constant, shared)
       h : 1 (linked)
       long_range : Hz (linked)
       I : Hz (linked)""",
    method="euler",
    order=2,
    name="excitatory",
)
inhibitory.E = linked_var(excitatory, "E")
for name in ("h", "I", "long_range"):
    setattr(excitatory, name, linked_var(inhibitory, name))
between = Synapses(excitatory, inhibitory, "fln : 1 (constant)\nlong_range_post = fln*(E_pre - E_0) : Hz (summed)")
target, source = np.nonzero(fractions)
between.connect(i=source, j=target)
between.fln = fractions[target, source]
inhibitory.h, excitatory.E, inhibitory.I = place, E_0, I_0
trace = StateMonitor(excitatory, "E", record=[n - 1], when="end", name="trace")
net = Network(excitatory, inhibitory, between, trace)

mu = np.arange(20.0, 52.0, 2.0)
points = {
    "excitatory.mu_EE": np.concatenate([mu, mu]) * pA / Hz,
    "excitatory.omega_EI": np.concatenate([19.7 + (mu - 33.7) * 55 / 178, np.full(16, 19.7)]) * pA / Hz,
}


def peaks(seconds):
    """The largest change of the rate of the last area, in Hz, of each set; pulse at 2 s, seen from 1.75 s to 3.5 s."""
    E = np.asarray(run_batch(net, seconds * second, points, zip=True, results="trace.E").values)[:, 0]
    return (E[:, 8750:17500] - E[:, 8750:8751]).max(axis=1)
