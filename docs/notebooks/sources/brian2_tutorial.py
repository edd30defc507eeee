# %% [markdown]
# # One neuron, and a hundred
#
# The two simulations of a tutorial for Brian2: a leaky integrate-and-fire neuron that fires by itself, and a hundred neurons
# that get different input.  The script is [`examples/seeds/brian2_tutorial.py`](../../examples/seeds/brian2_tutorial.py).

# %%
from eqsim import *

# %% [markdown]
# ## A neuron that fires by itself
#
# Its resting potential lies above its threshold, so it never comes to rest.  After a spike it is held at the reset for 5 ms.

# %%
v0 = -10*mV
tau = 10*ms
cell = NeuronGroup(1, 'dv/dt = (v0 - v)/tau : volt (unless refractory)',
                   threshold='v > -40*mV', reset='v = -60*mV', refractory=5*ms, method='exact')
cell.v = -70*mV
trace = StateMonitor(cell, 'v', record=True)
spikes = SpikeMonitor(cell)
run(50*ms)

plot.traces(trace);

# %%
cell

# %% [markdown]
# **Claim.** After the refractory time, the way to the threshold takes `tau*log((v0 - reset)/(v0 - threshold))`.
# Spikes have the time at which their step begins, so intervals are whole steps, off by less than one.

# %%
period = tau*log((v0 - -60*mV)/(v0 - -40*mV)) + 5*ms
print(diff(spikes.t), period)
assert all(abs(diff(spikes.t) - period) < defaultclock.dt)

# %% [markdown]
# ## A hundred neurons
#
# Each gets its own input `I`, from 0 to 40 mV.

# %%
start_scope()
N, v0, I_max, duration = 100, -50*mV, 40*mV, 1*second
cells = NeuronGroup(N, '''dv/dt = (v0 - v + I)/tau : volt (unless refractory)
                          I : volt''',
                    threshold='v > -40*mV', reset='v = -60*mV', refractory=1*ms, method='exact')
cells.v = -70*mV
cells.I = 'i*I_max/(N - 1)'
spikes = SpikeMonitor(cells)
run(duration)

plot.raster(spikes);

# %% [markdown]
# **Claim.** A neuron fires if its input lifts its resting potential above the threshold, by 10 mV.

# %%
rate = spikes.count/duration
plot(cells.I/mV, rate/Hz)
xlabel('I (mV)')
ylabel('rate (Hz)')
assert all((rate > 0*Hz) == (cells.I > 10*mV))
