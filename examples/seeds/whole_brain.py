"""Eighty brain regions, coupled by the fibres between them, with conduction delays and noise.

Each region is a FitzHugh-Nagumo oscillator just below its Hopf point; noise makes it leave its rest now and then, and the
fibres make regions do so together.  Which regions go together is compared with what fMRI shows.  The connectome is a file
with the matrices Cmat (strengths), Dmat (lengths of fibres, mm) and FCs (measured functional connectivity, one for each
subject), such as the one of Cakan, Jajcay and Obermayer (2021) Cogn. Comput. 15:1132 from data of the Human Connectome
Project; without it an artificial one stands in, which has nothing to be compared with.
"""

from _cli import finish, options

from eqsim import *
from eqsim.analysis import functional_connectivity, matrix_correlation

opts = options(
    __doc__,
    connectome={"metavar": "FILE", "help": "npz file with Cmat, Dmat, FCs"},
    quiet={"action": "store_true", "help": "no noise, from a listed start"},
)
prefs.codegen.target = opts.target
seed(opts.seed)


def artificial(n):
    """Strengths and lengths (mm) of fibres between n regions in two hemispheres: near regions are coupled more strongly."""
    chance = np.random.default_rng(opts.seed)
    place = chance.uniform(-1, 1, (n, 3)) * [25, 80, 50]
    place[:, 0] += np.where(np.arange(n) % 2, 30, -30)
    lengths = 1.3 * np.linalg.norm(place[:, None] - place[None], axis=2)
    strengths = np.exp(-lengths / 25) * np.exp(0.8 * chance.standard_normal((n, n)))
    strengths = np.sqrt(strengths * strengths.T)
    np.fill_diagonal(strengths, 0)
    return strengths / strengths.max(), lengths, []


if opts.connectome:
    with np.load(opts.connectome) as file:
        C, lengths, measured = file["Cmat"], file["Dmat"], file["FCs"]
else:
    C, lengths, measured = artificial(80)
n = len(C)

alpha, beta, gamma, epsilon, tau = 3, 4, -1.5, 0.5, 20
tau_ou, sigma = 5 * ms, (0 if opts.quiet else 0.01) / sqrt(ms)
x_ext = 0.72  # the Hopf point of a single region is at 0.72606
speed, coupling = 20 * meter / second, 1.0
step = defaultclock.dt

# The noise is drawn from its exact law, before the regions are integrated: order.
noise = NeuronGroup(
    n,
    """dn_x/dt = -n_x/tau_ou + sigma*xi_1 : 1
       dn_y/dt = -n_y/tau_ou + sigma*xi_2 : 1""",
    method="exact",
    order=-1,
    name="noise",
)
regions = NeuronGroup(
    n,
    """dx/dt = (-alpha*x**3 + beta*x**2 + gamma*x - y + x_ext + pull + n_x)/ms : 1
       dy/dt = ((x - epsilon*y)/tau + n_y)/ms : 1
       pull : 1
       n_x : 1 (linked)
       n_y : 1 (linked)""",
    method="exp_auto",
    name="regions",
)
regions.n_x, regions.n_y = linked_var(noise, "n_x"), linked_var(noise, "n_y")
regions.x, regions.y = ("0.02 + 0.0005*i", 0.01) if opts.quiet else ("0.05*rand()", "0.05*rand()")

fibres = Synapses(
    regions,
    regions,
    """strength : 1 (constant)
       delay : second (constant)
       pull_post = coupling*strength*(x_pre(t - delay) - x_post) : 1 (summed)""",
    name="fibres",
)
fibres.connect(matrix=C, weight="strength")
steps = np.floor(lengths * mm / speed / step)  # delays are whole steps
fibres.delay = steps[fibres.i[:], fibres.j[:]] * step

duration = 2000 * ms if opts.quiet else 6000 * ms
trace = StateMonitor(regions, "x", record=True)
net = Network(noise, regions, fibres, trace)
net.run(duration / 20 if opts.short else duration)

fc = functional_connectivity(trace.x)
scores = [matrix_correlation(fc, other) for other in measured]
off = ~np.eye(n, dtype=bool)
numbers = {"mean_fc": float(fc[off].mean()), "x_mean": float(trace.x.mean()), "x_sd": float(trace.x.std())}
if len(scores):
    numbers |= {"scores": scores, "mean": float(np.mean(scores))}
numbers["structure"] = matrix_correlation(fc, C)

if not opts.no_plot:
    fig, axes = subplots(1, 4 if len(scores) else 3, figsize=(18, 4.2))
    images = [(C, "strength of fibres"), (fc, "functional connectivity")]
    images += [(measured[0], f"measured, r = {scores[0]:.2f}")] if len(scores) else []
    for ax, (image, title) in zip(axes[:-1], images, strict=True):
        plot.matrix(image, rows="region", columns="region", ax=ax).set_title(title)
    plot.traces(trace, "x", neurons=arange(0, n, 5), legend=False, ax=axes[-1]).set_title("every fifth region")

finish(opts, numbers)
