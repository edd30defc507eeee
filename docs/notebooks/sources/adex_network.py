# %% [markdown]
# # A noisy network of adaptive neurons
#
# A hundred adaptive exponential integrate-and-fire neurons (Brette and Gerstner 2005, J. Neurophysiol. 94:3637), with
# synaptic conductances and white noise. The script with all numbers is
# [`examples/seeds/adex_network.py`](../../examples/seeds/adex_network.py).

# %%
from eqsim import *
from eqsim.analysis import cv_isi

seed(1234)
C, gL, EL, VT, DT = 104*pF, 4.3*nS, -65*mV, -52*mV, 0.8*mV
Vs, Vr = 40*mV, -53*mV                        # a spike counts at Vs and ends at Vr
a, b, tau_w = -0.8*nS, 65*pA, 88*ms           # adaptation: b is added at each spike
Ee, Ei, tau_g = 0*mV, -80*mV, 7*ms
Iext = 8*pA*sqrt(second)

G = NeuronGroup(100, '''
    dV/dt = (-gL*(V - EL) + gL*DT*exp((V - VT)/DT) - I - w - Iext*xi)/C : volt
    dw/dt = (a*(V - EL) - w)/tau_w        : amp
    I     = ge*(V - Ee) + gi*(V - Ei)     : amp
    dge/dt = -ge/tau_g                    : siemens
    dgi/dt = -gi/tau_g                    : siemens''',
    threshold='V > Vs', reset='V = Vr; w += b', method='euler', name='cells')
G.V = EL
G

# %% [markdown]
# 80 neurons excite, 19 inhibit. (Neuron 80 sends nothing; this is so in the script that the numbers were taken from.)

# %%
exc, inh = G[:80], G[81:]
Se = Synapses(exc, G, on_pre='ge += 2*nS', name='excitation')
Si = Synapses(inh, G, on_pre='gi += 8*nS', name='inhibition')
Se.connect(condition='i != j', p=0.05)
Si.connect(condition='(i + 81) != j', p=0.05)

_, (left, right) = subplots(1, 2, figsize=(9, 4), layout='constrained')
plot.synapses(Se, ax=left).set_title('excitation')
plot.synapses(Si, ax=right).set_title('inhibition');

# %%
trace = StateMonitor(G, ['V', 'w'], record=[0])
spikes = SpikeMonitor(G)
store()
T = 20*second

# %% short
T = 5*second

# %%
run(T, report='bar')

# %%
plot.traces(trace, spikes=spikes, top=Vs, end=2*second);

# %%
plot.raster(spikes, end=min(T, 10*second));

# %% [markdown]
# **Claim.** Noise and recurrent excitation make the network fire irregularly, at about 5 Hz: the intervals of a neuron have
# a coefficient of variation near 1, as those of a Poisson process have.

# %%
rate, cv = spikes.count.mean()/T, nanmean(cv_isi(spikes))
print(f'{rate/Hz:.1f} Hz, CV {cv:.2f}')
assert 3*Hz < rate < 8*Hz and 0.7 < cv < 1.2
plot.isi(spikes, log=True);

# %% [markdown]
# **Claim.** Adaptation keeps the network in check: from the same start and with the same noise, but with smaller jumps of
# `w`, it fires more often. (Without any, it explodes.)

# %%
restore()
b = 50*pA
run(T)
less = spikes.count.mean()/T
print(f'{less/Hz:.1f} Hz with less adaptation')
assert less > 1.3*rate
plot.raster(spikes, end=min(T, 10*second));
