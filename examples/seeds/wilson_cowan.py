"""The Wilson-Cowan model: excitatory and inhibitory population, its fixed points, and what the input changes.

Wilson and Cowan (1972) Biophys. J. 12:1.  With these parameters there is one fixed point for every input: two starts far
apart run into the same state.  (The tutorial that this follows plots x twice and sees two stable states; there are none
for these parameters.)  At the input x_ext = 0.69981 the point loses its stability in a supercritical Hopf point, and
regains it at 2.85387; in between the populations oscillate.  A simulation confirms both points to 1e-6.
"""

from _cli import finish, options
from _hopf import crossings, extent

from eqsim import *
from eqsim import analysis

opts = options(__doc__)
prefs.codegen.target = opts.target
seed(opts.seed)

eqs = """
dx/dt = (-x + (1 - r*x)*F_x)/tau_E                    : 1
dy/dt = (-y + (1 - r*y)*F_y)/tau_I                    : 1
F_x = 1/(1 + exp(-a_E*(in_x - theta_E))) - F_E        : 1
F_y = 1/(1 + exp(-a_I*(in_y - theta_I))) - F_I        : 1
in_x = w_EE*x - w_IE*y + x_ext                        : 1
in_y = w_EI*x - w_II*y + y_ext                        : 1
x_ext : 1
"""
values = {
    "w_EE": 16.0,
    "w_IE": 15.0,  # from I to E
    "w_EI": 12.0,  # from E to I
    "w_II": 3.0,
    "a_E": 1.5,
    "a_I": 1.5,
    "theta_E": 3.0,
    "theta_I": 3.0,
    "F_E": 1 / (1 + np.exp(4.5)),  # so that no input gives no response: 1/(1 + exp(a*theta))
    "F_I": 1 / (1 + np.exp(4.5)),
    "tau_E": 1 * ms,
    "tau_I": 1 * ms,
    "r": 1.0,
    "y_ext": 0.0,
}
box = {"x": (-0.2, 1), "y": (-0.2, 1)}

# two starts, one end
wilson_cowan = analysis.Model(eqs, values)
cells = NeuronGroup(2, eqs, method="exp_auto", dt=0.1 * ms, namespace=values)
starts = [(-0.2, 0.0), (1.0, 1.0)]
cells.x, cells.y = np.transpose(starts)
cells.x_ext = -0.5
traces = StateMonitor(cells, ["x", "y"], record=True)
Network(cells, traces).run(10 * ms)
resting = wilson_cowan.replace(x_ext=-0.5)
(rest,) = resting.fixed_points(**box)
print(f"from {starts[0]} and {starts[1]} to ({cells.x[0]:.4f}, {cells.y[0]:.4f}) and ({cells.x[1]:.4f}, {cells.y[1]:.4f})")
print(f"the only fixed point at x_ext = -0.5: {rest}")

# what rests, what oscillates
diagram = analysis.bifurcation(wilson_cowan, "x_ext", -2, 3, cycles=True, **box)
hopf = diagram.of_kind("Hopf")
print(diagram)
simulated = crossings(wilson_cowan, hopf, 40 * ms if opts.short else 2 * second, dt=0.02 * ms)

inputs = [-0.5, 0.75, 2.0] if opts.short else [-2, -1.5, -1, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
points = [(at, wilson_cowan.replace(x_ext=at).fixed_points(**box)) for at in inputs]
oscillating = [at for at in (0.7, 0.71, *inputs) if hopf[0].p < at < hopf[1].p]
cycles = {}
for at in oscillating:
    (cycle,) = diagram.cycles[0].at(at)
    cycles[str(float(at))] = dict(zip(("xmin", "xmax", "ymin", "ymax", "period"), extent(cycle), strict=True))

if not opts.no_plot:
    fig, axes = subplots(2, 2, figsize=(10, 7))
    for name, ax in zip("xy", axes[0], strict=True):
        for start, row in zip(starts, getattr(traces, name), strict=True):
            ax.plot(traces.t / ms, row, label=f"from x = {start[0]}, y = {start[1]}")
        ax.set(xlabel="time (ms)", ylabel=name, title="two starts, one end (x_ext = -0.5)")
        ax.legend()
    diagram.plot("x", ax=axes[1, 0])
    diagram.plot("y", ax=axes[1, 1], legend=False)


def exact_end(x: float, y: float) -> list[float]:
    """Where the equations lead in 10 ms."""
    path = resting.trajectory(10 * ms, x=x, y=y)
    return [float(path[name][-1]) for name in "xy"]


finish(
    opts,
    {
        "traj": [
            {
                "x0": x,
                "y0": y,
                "exp_euler_dt0p1_T10": [float(cells.x[k]), float(cells.y[k])],
                "exact_T10": exact_end(x, y),
                "fixed_point": [rest["x"], rest["y"]],
                "eig": [str(complex(e)) for e in rest.eigenvalues * 1e-3],  # 1/ms
            }
            for k, (x, y) in enumerate(starts)
        ],
        "saddle_nodes": [point.p for point in diagram.of_kind("fold")],
        "hopf": [
            {
                "x_ext": h.p,
                "x": h["x"],
                "y": h["y"],
                "det": float(np.prod(h.eigenvalues).real) * 1e-6,  # 1/ms**2
                "type": "Hopf",
                "omega": h.omega_hz * 1e-3,
            }
            for h in hopf
        ],
        "hopf_simulated": [float(v) for v in simulated],
        "fixed_points": [
            (at, [(p["x"], p["y"], p.kind, [str(complex(e)) for e in p.eigenvalues * 1e-3]) for p in found])
            for at, found in points
        ],
        "limit_cycles": cycles,
    },
)
