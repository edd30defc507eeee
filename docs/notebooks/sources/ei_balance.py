# %% [markdown]
# # A balanced network
#
# Strong excitation and strong inhibition cancel on average; what remains are fluctuations (van Vreeswijk and Sompolinsky
# 1996, Science 274:1724). 3200 excitatory and 800 inhibitory neurons, with the conductances of the benchmark COBA (Brette et
# al. 2007, J. Comput. Neurosci. 23:349). The script with all numbers is
# [`examples/seeds/ei_balance.py`](../../examples/seeds/ei_balance.py).

# %%
from eqsim import *
from eqsim.analysis import cv_isi

seed(1234)
V_rest, V_th, drive = -60*mV, -50*mV, 20*mV
E_exc, E_inh = 0*mV, -80*mV
w_exc, w_inh = 0.6, 6.7       # conductances are multiples of the leak

P = NeuronGroup(4000, '''
    dV/dt = (V_rest - V + RI)/(20*ms) : volt (unless refractory)
    RI = drive + g_exc*(E_exc - V) + g_inh*(E_inh - V) : volt (constant over dt)
    dg_exc/dt = -g_exc/(5*ms)         : 1
    dg_inh/dt = -g_inh/(10*ms)        : 1''',
    threshold='V >= V_th', reset='V = V_rest', refractory=5*ms, method='exact', name='cells')
E, I = P[:3200], P[3200:]
P.V = '-55*mV + 2*mV*randn()'
P

# %% [markdown]
# Each neuron sends its spikes to 64 excitatory and 16 inhibitory ones, 2 % of both. Every neuron gets the same constant
# drive, which alone would bring it to -40 mV, far above the threshold.

# %%
exc = Synapses(E, P, on_pre='g_exc += w_exc', name='excitation')
inh = Synapses(I, P, on_pre='g_inh += w_inh', name='inhibition')
for synapses in (exc, inh):
    synapses.connect(j='k for k in sample(3200, size=64)')
    synapses.connect(j='k for k in sample(3200, N_post, size=16)')

spikes_E, spikes_I = SpikeMonitor(E), SpikeMonitor(I)
currents = StateMonitor(P, ['V', 'g_exc', 'g_inh'], record=arange(0, 3200, 100))
T = 1*second

# %% short
T = 500*ms

# %%
run(T)
plot.raster(spikes_E, spikes_I, names=['excitatory', 'inhibitory'], end=100*ms);

# %% [markdown]
# **Claim.** Excitation and inhibition are each more than twenty times the distance from rest to threshold (10 mV), and nine
# tenths of them cancel.

# %%
late = currents.t > 50*ms
excitation = (drive + currents.g_exc*(E_exc - currents.V))[:, late]
inhibition = (currents.g_inh*(E_inh - currents.V))[:, late]
net = excitation + inhibition

shown = slice(0, 1000)
plt.plot(currents.t[late][shown]/ms, excitation[3, shown]/mV, label='excitation and drive')
plt.plot(currents.t[late][shown]/ms, inhibition[3, shown]/mV, label='inhibition')
plt.plot(currents.t[late][shown]/ms, net[3, shown]/mV, 'k', label='sum')
xlabel('time (ms)')
ylabel('input (mV)')
legend()
print(f'{excitation.mean()/mV:.0f} mV and {inhibition.mean()/mV:.0f} mV, together {net.mean()/mV:.1f} mV')
assert excitation.mean() > 200*mV and abs(net.mean()) < 0.1*excitation.mean()

# %% [markdown]
# **Claim.** Both populations fire at about 21 Hz, and irregularly: the intervals of a neuron vary more than those of a
# Poisson process, whose coefficient of variation is 1.

# %%
rates = [s.count.mean()/T/Hz for s in (spikes_E, spikes_I)]
cv = nanmean(cv_isi(spikes_E, minimum=5))
print(f'{rates[0]:.1f} Hz and {rates[1]:.1f} Hz, CV {cv:.2f}')
assert all(abs(array(rates) - 21.3) < 4) and cv > 1
plot.isi(spikes_E, log=True);
