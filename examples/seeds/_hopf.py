"""Does a simulation see a Hopf point where the analysis puts it?  Beside it, what a cycle in a simulation measures."""

from __future__ import annotations

from eqsim import *
from eqsim import analysis

OFFSET = 1e-6
"""How far below and above the Hopf point it is looked for."""


def crossings(
    model: analysis.Model, points: tuple[analysis.SpecialPoint, ...], duration: Quantity, dt: Quantity
) -> np.ndarray:
    """Where small deviations from rest neither grow nor decay, by simulation with the method of Runge and Kutta.

    Two cells for each Hopf point, 1e-6 below and above it, start at a distance of 1e-6 from rest.  Their distance is
    measured along the left eigenvector w of the Jacobian, where it is |w.d| = exp(mu*t): it has no ripple.  The rate mu
    changes its sign at the point, by which a line through both rates finds it.  At an angular frequency omega the method
    itself damps by (omega*dt)**6/144 in a step: choose dt so that this is far less than what is looked for.

    Returns
    -------
    (k,) array: values of the parameter.

    Raises
    ------
    RuntimeError
        If deviations do not decay on one side and grow on the other.
    """
    (name,) = {point.parameter for point in points}
    values = np.ravel([(point.p - OFFSET, point.p + OFFSET) for point in points])
    at = [model.replace(**{name: value}) for value in values]
    rest = [m.fixed_points()[0] for m in at]
    namespace = {k: v for k, v in model.parameters.items() if k != name}
    cells = NeuronGroup(len(values), model.equations, method="rk4", dt=dt, namespace=namespace)
    setattr(cells, name, values)
    for k, variable in enumerate(model.variables):
        setattr(cells, variable, [r[variable] + (OFFSET if k == 0 else 0.0) for r in rest])

    def distance() -> np.ndarray:
        state = np.array([np.asarray(getattr(cells, v)[:]) for v in model.variables])
        found = []
        for x, m, r in zip(state.T, at, rest, strict=True):
            still = {v: r[v] for v in model.variables}
            eigenvalues, vectors = np.linalg.eig(m.jacobian(**still).T)
            found.append(abs(vectors[:, np.argmax(eigenvalues.imag)] @ (x - np.array([*still.values()], float))))
        return np.array(found)

    before = distance()
    Network(cells).run(duration)
    below, above = (np.log(distance() / before) / (duration / ms)).reshape(-1, 2).T
    if np.any(below * above >= 0):
        raise RuntimeError(f"deviations change by {below} below and by {above} above the Hopf points, 1/ms")
    return values[::2] - 2 * OFFSET * below / (above - below)


def turns(t_ms: np.ndarray, x: np.ndarray, level: float) -> float:
    """Mean time between upward crossings of a level, in ms; crossings are found by a line between samples."""
    ups = np.flatnonzero((x[:-1] < level) & (x[1:] >= level))
    times = t_ms[ups] + (level - x[ups]) / (x[ups + 1] - x[ups]) * (t_ms[ups + 1] - t_ms[ups])
    return float(np.mean(np.diff(times)))


def extent(cycle: analysis.LimitCycle) -> list[float]:
    """Extremes of x and y, and the period in ms."""
    found = [end(name) for name in ("x", "y") for end in (cycle.lowest, cycle.highest)]
    return [*map(float, found), float(cycle.period / ms)]
