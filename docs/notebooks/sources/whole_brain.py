# %% [markdown]
# # A brain of eighty regions
#
# Each region is a FitzHugh-Nagumo oscillator just below the point where it begins to oscillate; fibres couple them, with
# delays that grow with their lengths, and noise keeps them moving. Which regions move together, the functional
# connectivity, can be compared with what fMRI shows. The script with all numbers is
# [`examples/seeds/whole_brain.py`](../../examples/seeds/whole_brain.py).
#
# The measured connectome (a file `hcp.npz` with `Cmat`, `Dmat` in mm and `FCs`) is read from the folder that the
# environment variable `EQSIM_DATA` names. Without it, an artificial one stands in: regions at random places in two
# hemispheres, near ones coupled more strongly.

# %%
import os
from pathlib import Path

from eqsim import *
from eqsim.analysis import functional_connectivity, matrix_correlation

seed(1234)
path = Path(os.environ.get('EQSIM_DATA', '.'))/'hcp.npz'
T = 6*second

# %% short
T = 1*second

# %%
measured = []
if path.exists():
    with np.load(path) as file:
        C, lengths, measured = file['Cmat'], file['Dmat']*mm, file['FCs']
else:
    chance = np.random.default_rng(1)
    place = chance.uniform(-1, 1, (80, 3))*[25, 80, 50] + [[30, 0, 0], [-30, 0, 0]]*40
    lengths = 1.3*linalg.norm(place[:, None] - place[None], axis=2)*mm
    C = exp(-lengths/(12*mm))*(1 - eye(80))
    C = C/C.max()
print('measured' if len(measured) else 'artificial', 'connectome of', len(C), 'regions')
plot.matrix(C, label='strength of fibres');

# %% [markdown]
# ## The model
#
# The noise is an Ornstein-Uhlenbeck process, drawn from its exact law. `x_pre(t - delay)` is the activity at the other
# end of a fibre, a delay ago.

# %%
noise = NeuronGroup(len(C), '''
    dn_x/dt = -n_x/(5*ms) + sigma*xi_1 : 1
    dn_y/dt = -n_y/(5*ms) + sigma*xi_2 : 1''', method='exact', order=-1, name='noise')
regions = NeuronGroup(len(C), '''
    dx/dt = (-3*x**3 + 4*x**2 - 1.5*x - y + x_ext + pull + n_x)/ms : 1
    dy/dt = ((x - y/2)/20 + n_y)/ms    : 1
    pull : 1
    n_x  : 1 (linked)
    n_y  : 1 (linked)''', method='exp_auto', name='regions')
regions.n_x, regions.n_y = linked_var(noise, 'n_x'), linked_var(noise, 'n_y')
regions.x, regions.y = '0.05*rand()', '0.05*rand()'

fibres = Synapses(regions, regions, '''
    strength : 1 (constant)
    delay    : second (constant)
    pull_post = strength*(x_pre(t - delay) - x_post) : 1 (summed)''', name='fibres')
fibres.connect(matrix=C, weight='strength')
fibres.delay = (lengths/(20*meter/second))[fibres.i[:], fibres.j[:]]

x_ext, sigma = 0.72, 0.01/sqrt(ms)
trace = StateMonitor(regions, 'x', record=True, dt=1*ms)
store()
fibres

# %% [markdown]
# ## Without noise
#
# **Claim.** All regions come to the same rest: there `y = 2*x`, and `-3*x**3 + 4*x**2 - 3.5*x + x_ext = 0`.

# %%
sigma = 0/sqrt(ms)
run(T/3)
rest = roots([-3, 4, -3.5, x_ext])
rest = float(rest[isreal(rest)].real[0])
print(f'{rest:.6f}', ptp(regions.x[:]))
assert allclose(regions.x[:], rest, atol=1e-3)

# %% [markdown]
# ## With noise

# %%
restore()
sigma = 0.01/sqrt(ms)
run(T)
plot.traces(trace, neurons=range(0, len(C), 20), end=min(T, 2*second));

# %%
fc = functional_connectivity(trace.x[:, trace.t > 200*ms])
plot.matrix(fc, label='functional connectivity');

# %% [markdown]
# **Claim.** Regions with strong fibres between them move together. With the measured connectome they are, to a part, those
# that move together in the scanner. The published number, a correlation of 0.53 of both matrices, averaged over seven
# subjects, counts the run from its beginning, where all regions come up together; without the first 200 ms it is less.

# %%
print(f'with the strength of fibres: {matrix_correlation(fc, C):.2f}')
assert matrix_correlation(fc, C) > 0.1
if len(measured):
    later = mean([matrix_correlation(fc, other) for other in measured])
    whole = mean([matrix_correlation(functional_connectivity(trace.x), other) for other in measured])
    print(f'with what was measured: {later:.2f}; from the beginning: {whole:.2f}')
    assert 0.2 < later < whole < 0.65
