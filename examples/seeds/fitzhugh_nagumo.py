"""The FitzHugh-Nagumo model: where it rests, where it oscillates, and a simulation in between.

FitzHugh (1961) Biophys. J. 1:445, in the form of Kostova, Ravindran and Schonbek (2004) Int. J. Bifurc. Chaos 14:913.
Between two supercritical Hopf points, at x_ext = 0.72606 and 1.33155, there is a stable limit cycle; outside of them
every state comes to rest.  A simulation confirms both points to 1e-6.
"""

from _cli import finish, options
from _hopf import crossings, extent, turns

from eqsim import *
from eqsim import analysis

opts = options(__doc__)
prefs.codegen.target = opts.target
seed(opts.seed)

eqs = """
dx/dt = (-alpha*x**3 + beta*x**2 + gamma*x - y + x_ext)/ms : 1
dy/dt = (x - delta - epsilon*y)/tau                        : 1
x_ext : 1
"""
values = {"alpha": 3.0, "beta": 4.0, "gamma": -1.5, "delta": 0.0, "epsilon": 0.5, "tau": 20 * ms}

# what rests, what oscillates
fhn = analysis.Model(eqs, values)
diagram = analysis.bifurcation(fhn, "x_ext", 0, 2, cycles=True, x=(-2, 2), y=(-2, 2))
hopf = diagram.of_kind("Hopf")
print(diagram)
simulated = crossings(fhn, hopf, 200 * ms if opts.short else 10 * second, dt=0.1 * ms)

inputs = [0.7, 0.75, 1.0, 1.3, 1.4] if opts.short else [0.6, 0.7, 0.73, 0.74, 0.75, *np.arange(8, 14) / 10, 1.35, 1.4, 1.45]
cycles = []
for at in map(float, inputs):
    if hopf[0].p < at < hopf[1].p:
        (cycle,) = diagram.cycles[0].at(at)
        cycles.append((at, extent(cycle)))
    else:
        (point,) = fhn.replace(x_ext=at).fixed_points(x=(-2, 2), y=(-2, 2))
        cycles.append((at, [point["x"], point["x"], point["y"], point["y"], None]))

# a simulation at x_ext = 1
cell = NeuronGroup(1, eqs, method="exp_auto", dt=0.1 * ms, namespace=values)
cell.x, cell.y = "0.05*rand()", "0.05*rand()"
cell.x_ext = 1
trace = StateMonitor(cell, ["x", "y"], record=True)
net = Network(cell, trace)
net.run(500 * ms if opts.short else 2 * second)

t, x, y = trace.t / ms, trace.x[0], trace.y[0]
late = t > 200

if not opts.no_plot:
    fig, axes = subplots(2, 2, figsize=(10, 7))
    diagram.plot("x", ax=axes[0, 0])
    diagram.plot("y", ax=axes[0, 1], legend=False)
    axes[1, 0].plot(t[t < 100], x[t < 100], label="x")
    axes[1, 0].plot(t[t < 100], y[t < 100], label="y")
    axes[1, 0].set(xlabel="time (ms)", title="simulation, x_ext = 1")
    axes[1, 0].legend()
    plane = fhn.replace(x_ext=1).phase_plane(x=(-0.2, 1.0), y=(0, 1.4))
    plane.plot(ax=axes[1, 1])
    axes[1, 1].plot(x[late], y[late], "k")
    axes[1, 1].set_title("the simulated cycle in the phase plane")

finish(
    opts,
    {
        "hopf": [
            {
                "x_ext": h.p,
                "x": h["x"],
                "y": h["y"],
                "det": float(np.prod(h.eigenvalues).real) * 1e-6,  # 1/ms**2
                "omega": h.omega_hz * 1e-3,
                "T_lin": 2 * pi / h.omega_hz * 1e3,
            }
            for h in hopf
        ],
        "hopf_simulated": [float(v) for v in simulated],
        "criticality": "both supercritical" if all(h.supercritical for h in hopf) else "other",
        "cycles": cycles,
        "exp_euler": {
            "xmin": float(x[late].min()),
            "xmax": float(x[late].max()),
            "ymin": float(y[late].min()),
            "ymax": float(y[late].max()),
            "period": turns(t[late], x[late], 0.4),
        },
    },
)
