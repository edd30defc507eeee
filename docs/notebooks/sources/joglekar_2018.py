# %% [markdown]
# # Twenty-nine areas of the macaque cortex: how far does a pulse to V1 travel?
#
# Joglekar, Mejias, Yang and Wang (2018) Neuron 98:222.  The script with all figures is
# [`examples/seeds/joglekar_2018.py`](../../examples/seeds/joglekar_2018.py).
#
# The connectome is a file, `joglekar_subgraphData.mat`, in the folder that the environment variable `EQSIM_DATA` names.  Where it
# is absent an artificial connectome stands in, whose numbers differ.

# %%
import os

from eqsim import *

seed(1234)
defaultclock.dt = 0.2*ms
path = os.path.join(os.environ.get('EQSIM_DATA', ''), 'joglekar_subgraphData.mat')
measured = os.path.exists(path)
if measured:
    from scipy.io import loadmat
    file = loadmat(path)
    fln = file['flnMat']                                  # fractions of labelled neurons; row: target, column: source
    place = file['hierVals'].ravel()/file['hierVals'].max()  # in the hierarchy of areas
else:
    chance = np.random.default_rng(1234)
    place = linspace(0, 1, 29)
    fln = exp(-7*abs(place[:, None] - place) + 1.5*chance.standard_normal((29, 29)))
    fln[chance.random((29, 29)) > 0.66] = 0
    fill_diagonal(fln, 0)
    fln *= chance.uniform(0.2, 0.9, (29, 1))/fln.sum(axis=1, keepdims=True)
n = len(place)
print('measured' if measured else 'artificial', n, 'areas,', count_nonzero(fln), 'connections')
ax = plot.matrix(log10(where(fln > 0, fln, nan)))
ax.set(xlabel='from area', ylabel='to area', title='fraction of labelled neurons, log10');

# %% [markdown]
# ## The model
#
# Each area has an excitatory and an inhibitory population.  `mu_EE` is the strength of the long-range excitation, `omega_EI` that of
# the local inhibition.  A background keeps all areas at their spontaneous rates, 10 Hz and 35 Hz; currents are those on top of it.
# In a step the sum over areas comes first, then inhibition, then excitation: `order`.

# %%
beta_E, beta_I = 0.066*Hz/pA, 0.351*Hz/pA
tau_E, tau_I, eta = 20*ms, 10*ms, 0.68
omega_EE, omega_IE, omega_II, mu_IE = 24.3*pA/Hz, 12.2*pA/Hz, 12.5*pA/Hz, 25.3*pA/Hz
E_0, I_0 = 10*Hz, 35*Hz
pulse = TimedArray([0, 1, 0], dt=250*ms)

inhibitory = NeuronGroup(n, '''
    dI/dt = (-I + I_0 + max(beta_I*current, 0*Hz))/tau_I : Hz
    current = (1 + eta*h)*(omega_IE*(E - E_0) + mu_IE*long_range) - omega_II*(I - I_0) : amp
    long_range : Hz
    h : 1 (constant)
    E : Hz (linked)''', method='euler', order=1, name='inhibitory')
excitatory = NeuronGroup(n, '''
    dE/dt = (-E + E_0 + max(beta_E*current + stimulus, 0*Hz))/tau_E : Hz
    current = (1 + eta*h)*(omega_EE*(E - E_0) + mu_EE*long_range) - omega_EI*(I - I_0) : amp
    stimulus = strength*pulse(t)*int(i == 0) : Hz
    mu_EE : amp/Hz (constant, shared)
    omega_EI : amp/Hz (constant, shared)
    strength : Hz (constant, shared)
    h : 1 (linked)
    long_range : Hz (linked)
    I : Hz (linked)''', method='euler', order=2, name='excitatory')
inhibitory.E = linked_var(excitatory, 'E')
excitatory.h = linked_var(inhibitory, 'h')
excitatory.I = linked_var(inhibitory, 'I')
excitatory.long_range = linked_var(inhibitory, 'long_range')

between = Synapses(excitatory, inhibitory, '''
    w : 1 (constant)
    long_range_post = w*(E_pre - E_0) : Hz (summed)''')
between.connect(matrix=fln.T, weight='w')
inhibitory.h = place
excitatory.E, inhibitory.I = E_0, I_0
trace = StateMonitor(excitatory, 'E', record=True, when='end', name='trace')
net = Network(excitatory, inhibitory, between, trace)

# %% [markdown]
# ## Weak and strong balanced amplification (figure 3)
#
# The pulse lasts 250 ms.  Stronger long-range excitation together with stronger inhibition lets it through to area 24c.

# %%
two = {'excitatory.mu_EE': [33.7, 51.5]*pA/Hz, 'excitatory.omega_EI': [19.7, 25.2]*pA/Hz,
       'excitatory.strength': [22.05*1.9, 11.54*1.9]*Hz}
change = run_batch(net, 1.5*second, two, zip=True, results='trace.E').values/Hz - 10
t = arange(change.shape[2])*0.0002
fig, axs = subplots(2, 1, sharex=True, figsize=(7, 4))
for ax, area, name in ((axs[0], 0, 'V1'), (axs[1], -1, '24c')):
    ax.plot(t, change[0, area]/change[0, area].max(), 'g', label=f'weak, to {change[0, area].max():.3g} Hz')
    ax.plot(t, change[1, area]/change[1, area].max(), 'purple', label=f'strong, to {change[1, area].max():.3g} Hz')
    ax.set_ylabel(f'{name}, of its peak')
    ax.legend()
xlabel('time (s)');

# %% [markdown]
# **Claim.** What arrives in 24c, as a part of what V1 answers, is ten times as much and more.

# %%
peaks = change.max(axis=2)
print(f'weak {peaks[0, -1]/peaks[0, 0]:.3g}, strong {peaks[1, -1]/peaks[1, 0]:.3g}')
assert peaks[1, -1]/peaks[1, 0] > 10*peaks[0, -1]/peaks[0, 0]
if measured:
    assert allclose(peaks[:, [0, -1]], [[100.037007965, 0.00595077796], [97.006165880, 0.951788033]], rtol=1e-6)

# %% [markdown]
# ## Thirty-two parameter sets at once (figure 3F)
#
# `run_batch` runs all of them as one compiled program.

# %%
mu = arange(20., 52., 2.)
sets = {'excitatory.mu_EE': concatenate([mu, mu])*pA/Hz,
        'excitatory.omega_EI': concatenate([full(16, 19.7), 19.7 + (mu - 33.7)*55/178])*pA/Hz,
        'excitatory.strength': 22.05*1.9*Hz}
duration = 1.75*second

# %% short
duration = 0.75*second

# %%
BrianLogger.suppress_name('invalid_values')  # some networks are unstable: that is the point
found = run_batch(net, duration, sets, zip=True, results='trace.E').values/Hz
arrived = (found[:, -1] - 10).max(axis=1).reshape(2, 16)
semilogy(mu, minimum(arrived[0], 500), '.-', label='inhibition stays')
semilogy(mu, minimum(arrived[1], 500), 'k.-', label='inhibition grows along')
xlabel('mu_EE (pA/Hz)')
ylabel('peak in 24c (Hz), at most 500')
legend();

# %% [markdown]
# **Claim.** With constant inhibition the network becomes unstable, and what arrives grows without bounds; with inhibition that grows
# along it stays stable.

# %%
assert arrived[0, -1] > 1e6
assert all(diff(arrived[1]) > 0) and arrived[1, -1] < 10
