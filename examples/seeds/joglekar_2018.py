"""Twenty-nine areas of the macaque cortex: how far does a pulse to V1 travel?  Figures 2B, 2C, 3B, 3D, 3E, 3F of the paper.

Joglekar, Mejias, Yang and Wang (2018) Neuron 98:222, with the connectome of Markov et al. (2014) Cereb. Cortex 24:17.
Each area has an excitatory and an inhibitory population; the long-range connections excite.  Stronger long-range excitation
lets the pulse reach area 24c, but makes the network unstable; when local inhibition grows along (global balanced
amplification, GBA), the pulse arrives and all stays stable.

The fifty parameter sets of the figures run side by side, as batches.  The connectome is a file with the matrices of the
paper (flnMat, hierVals, areaList); without it an artificial one stands in.
"""

from __future__ import annotations

from dataclasses import dataclass

from _cli import finish, options

from eqsim import *

opts = options(
    __doc__,
    connectome={"metavar": "FILE", "help": "MATLAB file with flnMat, hierVals and areaList"},
    single={"action": "store_true", "help": "run the parameter sets one after the other: equal bits; projects always do so"},
)
opts.single |= get_device().name != "runtime"
prefs.codegen.target = opts.target
defaultclock.dt = 0.2 * ms


def artificial(n: int = 29) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Fractions of labelled neurons (n, n; row: target), places in the hierarchy, names: nearer ones have more."""
    chance = np.random.default_rng(opts.seed)
    place = np.linspace(0, 1, n)
    fractions = np.exp(-7 * np.abs(place[:, None] - place) + 1.5 * chance.standard_normal((n, n)))
    fractions[chance.random((n, n)) > 0.66] = 0
    np.fill_diagonal(fractions, 0)
    fractions *= chance.uniform(0.2, 0.9, (n, 1)) / fractions.sum(axis=1, keepdims=True)
    return fractions, place, ["V1", *(f"area {k}" for k in range(2, n)), "24c"]


if opts.connectome:
    from scipy.io import loadmat

    file = loadmat(opts.connectome)
    fractions, place = file["flnMat"], file["hierVals"].ravel() / file["hierVals"].max()
    areas = [str(area[0]) for area in file["areaList"].ravel()]
else:
    fractions, place, areas = artificial()
n = len(areas)

# the fifty parameter sets


@dataclass(frozen=True, order=True)
class Point:
    """Long-range excitation and local inhibition in pA/Hz, strength of the pulse in Hz, are there connections back?"""

    mu_EE: float
    omega_EI: float = 19.7
    pulse: float = 21.8 * 1.9
    feedback: bool = True


def balanced(mu: float) -> float:
    """Inhibition that grows along with the excitation."""
    return 19.7 + (mu - 33.7) * 55 / 178


mu_2C, mu_3F = range(28, 44, 2), range(20, 52, 2)
with_feedback = [Point(mu) for mu in mu_2C]
without_feedback = [Point(mu, feedback=False) for mu in mu_2C]
with_gba = [Point(mu, balanced(mu), 22.05 * 1.9) for mu in mu_3F]
without_gba = [Point(mu, pulse=22.05 * 1.9) for mu in mu_3F]
weak, strong = Point(33.7, pulse=22.05 * 1.9), Point(51.5, 25.2, 11.54 * 1.9)
stable, unstable = Point(34), Point(36)
shown = [stable, unstable, weak, strong]  # of these all areas are recorded, of the others V1 and 24c
swept = [] if opts.short else sorted({*with_feedback, *without_feedback, *with_gba, *without_gba} - {*shown})

# the model

beta_E, beta_I = 0.066 * Hz / pA, 0.351 * Hz / pA
tau_E, tau_I = 20 * ms, 10 * ms
omega_EE, omega_IE, omega_II = 24.3 * pA / Hz, 12.2 * pA / Hz, 12.5 * pA / Hz
mu_IE = 25.3 * pA / Hz
eta = 0.68
E_0, I_0 = 10 * Hz, 35 * Hz  # spontaneous rates
before = 0.75 * second  # at rest, nothing happens: so long before the pulse is long enough
duration = before + (0.5 * second if opts.short else 3 * second)
pulse = TimedArray([0, 0, 0, 1, 0], dt=250 * ms)
onset = 2.0  # when the paper gives the pulse, in second


def network(fractions: np.ndarray, record: list[int]) -> Network:
    """All areas at their spontaneous rates.

    The paper gives each area a background that makes these rates a fixed point: currents are those on top of it.  Order in
    a step: the sum over areas, inhibition (which sees the newest E), excitation.
    """
    inhibitory = NeuronGroup(
        n,
        """dI/dt = (-I + I_0 + max(beta_I*current, 0*Hz))/tau_I                               : Hz
           current = (1 + eta*h)*(omega_IE*(E - E_0) + mu_IE*long_range) - omega_II*(I - I_0) : amp
           long_range : Hz
           h : 1 (constant)
           E : Hz (linked)""",
        method="euler",
        order=1,
        name="inhibitory",
    )
    excitatory = NeuronGroup(
        n,
        """dE/dt = (-E + E_0 + max(beta_E*current + stimulus, 0*Hz))/tau_E                    : Hz
           current = (1 + eta*h)*(omega_EE*(E - E_0) + mu_EE*long_range) - omega_EI*(I - I_0) : amp
           stimulus = strength*pulse(t)*int(i == 0)                                           : Hz
           mu_EE : amp/Hz (constant, shared)
           omega_EI : amp/Hz (constant, shared)
           strength : Hz (constant, shared)
           h : 1 (linked)
           long_range : Hz (linked)
           I : Hz (linked)""",
        method="euler",
        order=2,
        name="excitatory",
    )
    inhibitory.E = linked_var(excitatory, "E")
    for name in ("h", "I", "long_range"):
        setattr(excitatory, name, linked_var(inhibitory, name))
    between = Synapses(
        excitatory,
        inhibitory,
        """fln : 1 (constant)
           long_range_post = fln*(E_pre - E_0) : Hz (summed)""",
        name="between",
    )
    between.connect(matrix=fractions.T, weight="fln")
    inhibitory.h = place
    excitatory.E, inhibitory.I = E_0, I_0
    return Network(excitatory, inhibitory, between, StateMonitor(excitatory, "E", record=record, when="end", name="trace"))


def values(point: Point) -> dict[str, Quantity]:
    """The parameters of a point, as a batch wants them."""
    names = ("mu_EE", "omega_EI", "strength")
    units = (pA / Hz, pA / Hz, Hz)
    numbers = (point.mu_EE, point.omega_EI, point.pulse)
    return {f"excitatory.{name}": x * unit for name, x, unit in zip(names, numbers, units, strict=True)}


def simulate(points: list[Point], record: list[int]) -> dict[Point, np.ndarray]:
    """Rates of the recorded areas in Hz (areas, times), from ``before`` the pulse on; for points of one connectome."""
    if not points:
        return {}
    net = network(fractions if points[0].feedback else np.tril(fractions), record)
    if not opts.single:
        rates = np.asarray(run_batch(net, duration, points=[values(p) for p in points], results="trace.E").values / Hz)
        return dict(zip(points, rates, strict=True))
    found = {}
    net.store()
    for point in points:
        for name, value in values(point).items():
            setattr(net["excitatory"], name.removeprefix("excitatory."), value)
        net.run(duration)
        found[point] = np.array(net["trace"].E / Hz)
        net.restore()
    return found


BrianLogger.suppress_name("invalid_values")  # some networks are unstable: that is what the figures show
rates = simulate(shown, list(range(n)))
rates |= simulate([p for p in swept if p.feedback], [0, n - 1])
rates |= simulate([p for p in swept if not p.feedback], [0, n - 1])

# what the figures show

t = onset - float(before / second) + np.arange(round(duration / defaultclock.dt)) * float(defaultclock.dt / second)


def change(point: Point, area: int, start: float = -0.25, stop: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Times, and what an area's rate has changed since a start, which is counted from the pulse: s, Hz."""
    window = slice(*np.searchsorted(t, np.array([start, stop]) + onset - 1e-9))
    row = rates[point][area if point in shown else {0: 0, n - 1: 1}[area]]
    return t[window], row[window] - row[window][0]


def peak(point: Point, area: int = n - 1, stop: float = 3.0) -> float:
    """The largest change of the rate of an area; of 24c by default."""
    return float(change(point, area, stop=stop)[1].max())


def peaks(some: list[Point], stop: float = 3.0) -> list[float]:
    return [peak(point, stop=stop) for point in some]


def capped(values: list[float]) -> list[float]:
    """Unstable networks grow without bounds: what is above 500 Hz is shown as 500 Hz."""
    return [min(value, 500.0) for value in values]


def fig2B(point: Point) -> dict[str, object]:
    found = [change(point, area) for area in (0, n - 1)]
    return {
        "V1": peak(point, 0),
        "a24c": peak(point),
        "t_V1": float(found[0][0][found[0][1].argmax()]),
        "t_24c": float(found[1][0][found[1][1].argmax()]),
        "end": float(found[1][1][-1]),
        "all": [peak(point, area) for area in range(n)],
    }


some = [area for area in (0, 2, 5, 7, 8, 12, 16, 18, 28) if area < n]
weak_peak, strong_peak = ([peak(point, area) for area in range(n)] for point in (weak, strong))
numbers = {
    "areas": areas,
    "fig2B": {"34": fig2B(stable), "36": fig2B(unstable)},
    "fig3BD": {
        "areas": [areas[area] for area in some],
        "weak_peak_from1p25": [float(change(weak, area, start=-0.75)[1].max()) for area in some],
        "weak": [weak_peak[area] for area in some],
        "strong": [strong_peak[area] for area in some],
    },
    "fig3E": {
        "weak_peak": weak_peak,
        "strong_peak": strong_peak,
        "weak_percent": [100 * value / weak_peak[0] for value in weak_peak],
        "strong_percent": [100 * value / strong_peak[0] for value in strong_peak],
    },
}
if not opts.short:
    found_2C = {"with_feedback": peaks(with_feedback), "without_feedback": peaks(without_feedback)}
    found_3F = {"with_gba": peaks(with_gba, stop=1.5), "without_gba": peaks(without_gba, stop=1.5)}
    for figure, mu, found in (("fig2C", mu_2C, found_2C), ("fig3F", mu_3F, found_3F)):
        raw = {f"{name}_raw": values for name, values in found.items()}
        numbers[figure] = {"muEE": list(mu)} | raw | {name: capped(values) for name, values in found.items()}

if not opts.no_plot:
    rows = [["2B 34", "2B 36"]] * 3 + [["2C with", "2C without"]] * 3 + [["3F", "3F"]] * 3
    fig, ax = subplot_mosaic([[*row, f"B {k}", f"D {k}"] for k, row in enumerate(rows)] + [["3E"] * 4] * 3, figsize=(13, 13))
    for label, point in (("2B 34", stable), ("2B 36", unstable)):
        for area, color in ((0, "dodgerblue"), (n - 1, "forestgreen")):
            x, y = change(point, area)
            ax[label].semilogy(x, np.maximum(y, 1e-2), color, label=areas[area])
        title = f"2B: $\\mu_{{EE}}$ = {point.mu_EE} pA/Hz"
        ax[label].set(ylim=(1e-2, 2e2), xlabel="time (s)", ylabel="change in rate (Hz)", title=title)
    ax["2B 34"].legend()
    if not opts.short:
        for label, some_points in (("with", with_feedback), ("without", without_feedback)):
            found = capped(peaks(some_points))
            ax[f"2C {label}"].semilogy(mu_2C, found, ".-", color="cornflowerblue", markersize=10)
            ax[f"2C {label}"].set(ylim=(1e-6, 1e3), xlabel="global E to E coupling (pA/Hz)", title=f"2C: {label} feedback")
            for k, marker in ((4, "o"), (3, "x")):
                ax[f"2C {label}"].plot(mu_2C[k], found[k], marker, color="cornflowerblue", markersize=12, fillstyle="none")
        ax["2C with"].set_ylabel("maximum rate in 24c (Hz)")
        ax["3F"].semilogy(mu_3F, capped(peaks(without_gba, 1.5)), ".-", color="cornflowerblue", label="without GBA")
        ax["3F"].semilogy(mu_3F, capped(peaks(with_gba, 1.5)), ".-", color="black", label="with GBA")
        ax["3F"].set(
            ylim=(1e-8, 1e4), xlabel="global E to E coupling (pA/Hz)", ylabel="maximum rate in 24c (Hz)", title="3F"
        )
        ax["3F"].legend()
    for k, area in enumerate(some):
        for column, point, color in (("B", weak, "green"), ("D", weak, "green"), ("D", strong, "purple")):
            ax[f"{column} {k}"].plot(*change(point, area, start=-0.25, stop=2), color=color)
        for column, height in (("B", weak_peak[area]), ("D", max(weak_peak[area], strong_peak[area]))):
            ax[f"{column} {k}"].set(ylim=(0, 1.2 * height), yticks=[float(f"{height:.3g}")], xticks=[])
            ax[f"{column} {k}"].spines[["top", "right", "bottom"]].set_visible(False)
        ax[f"B {k}"].set_ylabel(areas[area], rotation=0, ha="right")
    ax["B 0"].set_title("3B: weak GBA, change in rate (Hz)")
    ax["D 0"].set_title("3D: strong GBA (purple)")
    for name, color in (("weak", "green"), ("strong", "purple")):
        ax["3E"].semilogy(areas, numbers["fig3E"][f"{name}_percent"], ".-", color=color, label=f"{name} GBA")
    ax["3E"].set(ylim=(1e-4, 2e2), ylabel="peak, % of V1", title="3E")
    ax["3E"].tick_params(axis="x", rotation=90)
    ax["3E"].legend()

finish(opts, numbers)
