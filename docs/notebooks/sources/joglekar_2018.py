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
# the local inhibition.  A sweep is one model: each parameter set has areas of its own.  In a step the sum over areas comes first,
# then inhibition, then excitation: `order`.

# %%
beta_E, beta_I = 0.066*Hz/pA, 0.351*Hz/pA
tau_E, tau_I, eta = 20*ms, 10*ms, 0.68
omega_EE, omega_IE, omega_II, mu_IE = 24.3*pA/Hz, 12.2*pA/Hz, 12.5*pA/Hz, 25.3*pA/Hz
E_0, I_0 = 10*Hz, 35*Hz
pulse = TimedArray([0, 1, 0], dt=250*ms)


def network(mu, omega, strength):
    inhibitory = NeuronGroup(n*len(mu), '''
        dI/dt = (-I + max(beta_I*current + background, I_0))/tau_I         : Hz
        current = (1 + eta*h)*(omega_IE*E + mu_IE*long_range) - omega_II*I : amp
        long_range : Hz
        background : Hz (constant)
        h : 1 (constant)
        E : Hz (linked)''', method='euler', order=1)
    excitatory = NeuronGroup(n*len(mu), '''
        dE/dt = (-E + max(beta_E*current + background + stimulus*pulse(t), E_0))/tau_E : Hz
        current = (1 + eta*h)*(omega_EE*E + mu_EE*long_range) - omega_EI*I             : amp
        background : Hz (constant)
        stimulus : Hz (constant)
        mu_EE : amp/Hz (constant)
        omega_EI : amp/Hz (constant)
        h : 1 (linked)
        long_range : Hz (linked)
        I : Hz (linked)''', method='euler', order=2)
    inhibitory.E = linked_var(excitatory, 'E')
    for name in ('h', 'I', 'long_range'):
        setattr(excitatory, name, linked_var(inhibitory, name))

    between = Synapses(excitatory, inhibitory, '''w : 1 (constant)
                                                  long_range_post = w*E_pre : Hz (summed)''')
    target, source = nonzero(fln)
    sets = n*arange(len(mu))[:, None]
    between.connect(i=(sets + source).ravel(), j=(sets + target).ravel())
    between.w = tile(fln[target, source], len(mu))

    excitatory.mu_EE, excitatory.omega_EI = repeat(mu, n)*pA/Hz, repeat(omega, n)*pA/Hz
    excitatory.stimulus = where(arange(n*len(mu)) % n == 0, strength, 0)*Hz
    inhibitory.h = tile(place, len(mu))
    # all areas start at their spontaneous rates, and the background is such that they stay there
    excitatory.E, inhibitory.I = E_0, I_0
    inhibitory.long_range = E_0*tile(fln.sum(axis=1), len(mu))
    excitatory.background = 'E_0 - beta_E*current'
    inhibitory.background = 'I_0 - beta_I*current'
    trace = StateMonitor(excitatory, 'E', record=True, when='end')
    return Network(excitatory, inhibitory, between, trace), trace

# %% [markdown]
# ## Weak and strong balanced amplification (figure 3)
#
# The pulse lasts 250 ms.  Stronger long-range excitation together with stronger inhibition lets it through to area 24c.

# %%
net, trace = network([33.7, 51.5], [19.7, 25.2], repeat([22.05*1.9, 11.54*1.9], n))
net.run(1.5*second)
change = (trace.E/Hz - 10).reshape(2, n, -1)
fig, axs = subplots(2, 1, sharex=True, figsize=(7, 4))
for ax, area, name in ((axs[0], 0, 'V1'), (axs[1], -1, '24c')):
    ax.plot(trace.t/second, change[0, area]/change[0, area].max(), 'g', label=f'weak, to {change[0, area].max():.3g} Hz')
    ax.plot(trace.t/second, change[1, area]/change[1, area].max(), 'purple', label=f'strong, to {change[1, area].max():.3g} Hz')
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

# %%
mu = arange(20., 52., 2.)
both = concatenate([mu, mu])
omega = concatenate([full(16, 19.7), 19.7 + (mu - 33.7)*55/178])
duration = 2*second

# %% short
duration = 0.75*second

# %%
BrianLogger.suppress_name('invalid_values')  # some networks are unstable: that is the point
net, trace = network(both, omega, repeat(22.05*1.9, 32*n))
net.run(duration)
arrived = (trace.E/Hz - 10).reshape(32, n, -1)[:, -1].max(axis=1).reshape(2, 16)
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
