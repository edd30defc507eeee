# %% [markdown]
# # The Wilson-Cowan model: one state, then a rhythm
#
# An excitatory population x and an inhibitory one y.  Wilson and Cowan (1972) Biophys. J. 12:1.  The script with all numbers is
# [`examples/seeds/wilson_cowan.py`](../../examples/seeds/wilson_cowan.py).

# %%
from eqsim import *
from eqsim import analysis

a, theta = 1.5, 3.0
F_0 = 1/(1 + exp(a*theta))  # so that no input gives no response
eqs = '''
dx/dt = (-x + (1 - x)*(1/(1 + exp(-a*(16*x - 15*y + x_ext - theta))) - F_0))/ms : 1
dy/dt = (-y + (1 - y)*(1/(1 + exp(-a*(12*x - 3*y - theta))) - F_0))/ms          : 1
x_ext : 1
'''
model = analysis.Model(eqs)
model.equations

# %% [markdown]
# ## Two starts

# %%
cells = NeuronGroup(2, eqs, method='exp_auto')
cells.x, cells.y, cells.x_ext = [-0.2, 1], [0, 1], -0.5
trace = StateMonitor(cells, ['x', 'y'], record=True)
run(10*ms)
plot.traces(trace);

# %% [markdown]
# **Claim.** Both starts end in the same state.  (The tutorial from which this run is taken says that there are two stable states.
# For these parameters that is not so: the equations have one fixed point.)

# %%
(rest,) = model.replace(x_ext=-0.5).fixed_points(x=(-0.2, 1), y=(-0.2, 1))
print(rest)
print(cells.x[:], cells.y[:])
assert rest.stable
assert all(abs(cells.x - rest['x']) < 1e-4) and all(abs(cells.y - rest['y']) < 1e-4)

# %% [markdown]
# ## What the input changes

# %%
diagram = analysis.bifurcation(model, 'x_ext', -2, 3, cycles=True, x=(-0.2, 1), y=(-0.2, 1))
print(diagram)
plot.bifurcation(diagram);

# %% [markdown]
# **Claim.** There is no fold, so never more than one state; but between two Hopf points the populations oscillate, and the rhythm
# becomes faster with the input.

# %%
assert len(diagram.branches) == 1 and not diagram.of_kind('fold')
assert allclose([hopf.p for hopf in diagram.of_kind('Hopf')], [0.6998113, 2.8538747], atol=1e-7)
periods = [diagram.cycles[0].at(x_ext)[0].period/ms for x_ext in (0.75, 1, 1.5, 2)]
print(array(periods).round(4), 'ms')
assert all(diff(periods) < 0)
