"""A periodic orbit as a boundary value problem: orthogonal collocation on a mesh.

In: a family of systems over a parameter.  Out: F(u) and its Jacobian, where u holds the orbit, its period and the parameter;
mesh and phase are those of the orbit before.  The method is that of Doedel, Keller and Kernevez (1991), Int. J. Bifurcation
and Chaos 1, 745-772.

The orbit on an interval is a polynomial of degree 4 through five points; neighbouring intervals share one::

    interval      0           1                   N-1
    points    0 1 2 3 | 4 5 6 7 | 8 ...            | 4N        x at points, (4N + 1, n)
    u         [x of all points, log(period/unit), p/width]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eqsim.analysis.branches import Family

DEGREE = 4
NODES = np.linspace(0.0, 1.0, DEGREE + 1)
GAUSS = (np.polynomial.legendre.leggauss(DEGREE)[0] + 1) / 2
WEIGHTS = np.polynomial.legendre.leggauss(DEGREE)[1] / 2


def _lagrange() -> tuple[np.ndarray, np.ndarray]:
    """Values and slopes at the Gauss points of the polynomials that are 1 at one node (DEGREE, DEGREE + 1)."""
    powers = np.vander(NODES, increasing=True)
    coefficients = np.linalg.inv(powers)
    values = np.vander(GAUSS, DEGREE + 1, increasing=True) @ coefficients
    slopes = np.zeros((DEGREE, DEGREE + 1))
    slopes[:, 1:] = np.arange(1, DEGREE + 1) * np.vander(GAUSS, DEGREE, increasing=True)
    return values, slopes @ coefficients


VALUES, SLOPES = _lagrange()


@dataclass(slots=True, eq=False)
class Orbit:
    """The equations of a periodic orbit.  ``mesh`` (N + 1,) goes from 0 to 1; ``before`` (4N + 1, n) fixes the phase.

    ``unit`` is the period in second at which its unknown is 0.
    """

    family: Family
    mesh: np.ndarray
    before: np.ndarray
    unit: float

    @property
    def intervals(self) -> int:
        """Number of intervals."""
        return len(self.mesh) - 1

    def at_gauss(self, x: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        """Values, or slopes in the interval, at the Gauss points (N, DEGREE, n)."""
        n = x.shape[1]
        pieces = np.stack([x[k : len(x) - DEGREE + k : DEGREE] for k in range(DEGREE + 1)], axis=1)
        assert pieces.shape == (self.intervals, DEGREE + 1, n)
        return np.asarray(np.einsum("gk,ikn->ign", matrix, pieces))

    def split(self, u: np.ndarray) -> tuple[np.ndarray, float, float]:
        """Scaled points (4N + 1, n), period in second, parameter (SI)."""
        n = len(self.family.size)
        return u[:-2].reshape(-1, n), self.unit * float(np.exp(u[-2])), float(u[-1]) * self.family.width

    def rates(self, points: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
        """Rates (m, n) of scaled variables at scaled points (m, n), and their derivatives (m, n, n + 1)."""
        family = self.family
        by = (*family.model.variables, family.parameter)
        x = points.T * family.size[:, None]
        f, jacobian = family.model.linearised(x, {**family.values, family.parameter: p}, by)
        scaled = np.moveaxis(jacobian, -1, 0) * np.append(family.size, family.width) / family.size[:, None]
        return f.T / family.size, scaled

    def __call__(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """F: ``x' - h*T*f`` at the Gauss points, periodicity, phase; and its Jacobian."""
        x, period, p = self.split(u)
        n, N = x.shape[1], self.intervals
        h = np.diff(self.mesh)[:, None, None]
        values, slopes = self.at_gauss(x, VALUES), self.at_gauss(x, SLOPES)
        f, J = self.rates(values.reshape(-1, n), p)
        f, J = f.reshape(N, DEGREE, n), J.reshape(N, DEGREE, n, n + 1)
        old = self.at_gauss(self.before, SLOPES)
        residual = np.concatenate(
            [
                (slopes - h * period * f).ravel(),
                x[-1] - x[0],
                [np.sum(WEIGHTS[:, None] * (values - self.at_gauss(self.before, VALUES)) * old)],
            ]
        )
        matrix = np.zeros((len(u) - 1, len(u)))
        self._collocation(matrix, -h * period * f, -h[..., None] * period * J)
        rows = slice(N * DEGREE * n, N * DEGREE * n + n)
        matrix[rows, : x.size][:, :n], matrix[rows, : x.size][:, -n:] = -np.eye(n), np.eye(n)
        phase = np.einsum("g,gk,ign->ikn", WEIGHTS, VALUES, old)
        for k in range(DEGREE + 1):
            matrix[-1, : x.size].reshape(-1, n)[k : len(x) - DEGREE + k : DEGREE] += phase[:, k]
        return residual, matrix

    def _collocation(self, matrix: np.ndarray, by_period: np.ndarray, by_state: np.ndarray) -> None:
        """Fill in the rows of the Gauss points."""
        N, _, n = by_period.shape
        eye = np.eye(n)
        blocks = np.einsum("gk,ab->gakb", SLOPES, eye) + np.einsum("gk,igab->igakb", VALUES, by_state[..., :n])
        rows, columns = DEGREE * n, (DEGREE + 1) * n
        for i in range(N):
            at = i * DEGREE * n
            matrix[at : at + rows, at : at + columns] = blocks[i].reshape(rows, columns)
        matrix[: N * rows, -2] = by_period.ravel()
        matrix[: N * rows, -1] = by_state[..., n].ravel()

    def monodromy(self, u: np.ndarray) -> np.ndarray:
        """What becomes of small deviations within one period (n, n), in scaled variables: its eigenvalues are Floquet's.

        Of each interval the inner points are eliminated; the product of what is left goes around.
        """
        matrix, n = self(u)[1], len(self.family.size)
        result = np.eye(n)
        for i in range(self.intervals):
            at = i * DEGREE * n
            block = matrix[at : at + DEGREE * n, at : at + (DEGREE + 1) * n]
            result = np.linalg.solve(block[:, n:], -block[:, :n])[-n:] @ result
        return np.asarray(result)

    def remeshed(self, u: np.ndarray) -> tuple[Orbit, np.ndarray]:
        """The same orbit on a mesh that is finer where it turns sharply; it becomes the one that fixes the phase."""
        x = u[:-2].reshape(-1, len(self.family.size))
        t = self.times()
        speed = np.linalg.norm(np.diff(x, axis=0), axis=1) / np.diff(t)
        length = float(np.sum(speed * np.diff(t))) or 1.0
        turn = np.abs(np.gradient(speed, 0.5 * (t[1:] + t[:-1]))) ** 0.5
        turn_mean = float(np.sum(turn * np.diff(t))) or 1.0
        density = 1.0 + speed / length + turn / turn_mean
        cumulative = np.concatenate([[0.0], np.cumsum(density * np.diff(t))])
        mesh = np.interp(np.linspace(0, cumulative[-1], len(self.mesh)), cumulative, t)
        mesh[0], mesh[-1] = 0.0, 1.0
        new = Orbit(self.family, mesh, x, self.unit)
        new.before = self.interpolated(x, new.times())
        return new, np.concatenate([new.before.ravel(), u[-2:]])

    def times(self) -> np.ndarray:
        """The times of all points, as parts of the period (4N + 1,)."""
        inner = self.mesh[:-1, None] + np.diff(self.mesh)[:, None] * NODES[None, :-1]
        return np.append(inner.ravel(), 1.0)

    def interpolated(self, x: np.ndarray, times: np.ndarray) -> np.ndarray:
        """The polynomials through the points at other times (m, n)."""
        i = np.clip(np.searchsorted(self.mesh, times, side="right") - 1, 0, self.intervals - 1)
        s = (times - self.mesh[i]) / np.diff(self.mesh)[i]
        weights = np.vander(s, DEGREE + 1, increasing=True) @ np.linalg.inv(np.vander(NODES, increasing=True))
        return np.asarray(np.einsum("mk,mkn->mn", weights, np.stack([x[i * DEGREE + k] for k in range(DEGREE + 1)], axis=1)))
