# %% [markdown]
# # The FitzHugh-Nagumo model: from rest to oscillation and back
#
# Two variables, one input.  FitzHugh (1961) Biophys. J. 1:445, in the form of Kostova, Ravindran and Schonbek (2004) Int. J.
# Bifurc. Chaos 14:913.  The script with all numbers is
# [`examples/seeds/fitzhugh_nagumo.py`](../../examples/seeds/fitzhugh_nagumo.py).

# %%
from eqsim import *
from eqsim import analysis

seed(1234)
eqs = '''
dx/dt = (-3*x**3 + 4*x**2 - 1.5*x - y + x_ext)/ms : 1
dy/dt = (x - y/2)/(20*ms)                         : 1
x_ext : 1
'''
model = analysis.Model(eqs)
model.equations

# %% [markdown]
# ## What the input changes
#
# The analysis works on the same equations as a simulation.  Full lines are stable, broken ones are not; a limit cycle is shown
# by its extremes.

# %%
diagram = analysis.bifurcation(model, 'x_ext', 0, 2, cycles=True)
print(diagram)
plot.bifurcation(diagram);

# %% [markdown]
# **Claim.** The model oscillates between two Hopf points.  There the trace of the Jacobian is 0, $-9x^2 + 8x - 1.5 - 1/40 = 0$,
# on the line $y = 2x$.

# %%
first, second = diagram.of_kind('Hopf')
at = sort(roots([-9, 8, -1.5 - 1/40]))
assert allclose([first['x'], second['x']], at, rtol=1e-9)
assert allclose([first.p, second.p], 3*at**3 - 4*at**2 + 3.5*at, rtol=1e-9)
print(f'{first.p:.7f} to {second.p:.7f}')

# %% [markdown]
# ## A simulation in between

# %%
cell = NeuronGroup(3, eqs, method='exp_auto')
cell.x_ext = [0.7, 1.0, 1.4]
cell.x, cell.y = '0.05*rand()', '0.05*rand()'
trace = StateMonitor(cell, ['x', 'y'], record=True)
run(400*ms)
plot.traces(trace, 'x', end=200*ms);

# %% [markdown]
# **Claim.** Cells with an input outside of the interval come to rest; the one inside has the limit cycle of the diagram, up to
# the error of the method at this step, which is of first order.

# %%
late = trace.x[:, trace.t > 300*ms]
print('extent of x:', ptp(late, axis=1).round(4))
(cycle,) = diagram.cycles[0].at(1.0)
print(f"{cycle}, x from {cycle.lowest('x'):.4f} to {cycle.highest('x'):.4f}")
assert all(ptp(late, axis=1)[[0, 2]] < 0.01)
assert abs(late[1].max() - cycle.highest('x')) < 0.005

# %% [markdown]
# ## The phase plane
#
# Where the nullclines meet, nothing moves, but this point repels; the cycle goes around it.

# %%
plane = model.replace(x_ext=1.0).phase_plane(x=(-0.2, 1), y=(0.4, 1.2))
plot.phase_plane(plane)
plt.plot(trace.x[1, trace.t > 300*ms], trace.y[1, trace.t > 300*ms], 'k');
