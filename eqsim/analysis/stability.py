"""Tests that change sign where the stability of fixed points changes, and the kind of a Hopf point.

In: eigenvalues, Jacobians.  Out: numbers.  Source: Kuznetsov (2004), Elements of Applied Bifurcation Theory.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np


def hopf_test(eigenvalues: np.ndarray, size: float = 0.0) -> float:
    """The product of all sums of two eigenvalues, each in units of a size or of the largest one: 0 at a Hopf point."""
    size = size or float(np.max(np.abs(eigenvalues), initial=0.0)) or 1.0
    sums = [(a + b) / size for a, b in combinations(eigenvalues, 2)]
    return float(np.prod(sums).real) if sums else 1.0


def turning_pair(eigenvalues: np.ndarray) -> float:
    """The angular frequency of the pair of eigenvalues with the smallest sum; 0 if they do not turn (a neutral saddle)."""
    pairs = list(combinations(eigenvalues, 2))
    if not pairs:
        return 0.0
    a, b = min(pairs, key=lambda pair: abs(pair[0] + pair[1]))
    size = float(np.max(np.abs(eigenvalues)))
    return float(abs(a.imag)) if abs(a.imag) > 1e-7 * size and abs(a - np.conj(b)) < 1e-6 * size else 0.0


def lyapunov_coefficient(jacobian: Callable[[np.ndarray], np.ndarray], x: np.ndarray, omega: float) -> float:
    """The first Lyapunov coefficient at a Hopf point: below 0 the new cycle is stable (Kuznetsov 2004, equation 5.39).

    Parameters
    ----------
    jacobian : callable
        The Jacobian (n, n) at a point (n,), in scaled variables.
    x : (n,) array
        The Hopf point, scaled.
    omega : float
        Imaginary part of the pair of eigenvalues.

    Notes
    -----
    Second and third derivatives are differences of the Jacobian, with steps of 1e-3 of the size of the variables; the
    coefficient is good to about 1e-5 of its size, and its sign is what matters.
    """
    A = jacobian(x)
    values, vectors = np.linalg.eig(A)
    q = vectors[:, np.argmin(np.abs(values - 1j * omega))]
    left, rows = np.linalg.eig(A.T)
    p = rows[:, np.argmin(np.abs(left + 1j * omega))]
    q = q / np.linalg.norm(q)
    p = p / np.conj(np.vdot(p, q))  # <p, q> = conj(p).q = 1
    h = 1e-3

    def first(w: np.ndarray) -> np.ndarray:
        return np.asarray(jacobian(x + h * w) - jacobian(x - h * w)) / (2 * h)

    def second(w: np.ndarray) -> np.ndarray:
        return np.asarray(jacobian(x + h * w) - 2 * A + jacobian(x - h * w)) / h**2

    def B(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return np.asarray((first(u.real) + 1j * first(u.imag)) @ v)

    cubic = (second(q.real) + second(q.imag)) @ q
    conj = np.conj(q)
    mean = np.linalg.solve(A, B(q, conj))
    double = np.linalg.solve(2j * omega * np.eye(len(x)) - A, B(q, q))
    inner = np.vdot(p, cubic) - 2 * np.vdot(p, B(q, mean)) + np.vdot(p, B(conj, double))
    return float(inner.real) / (2 * omega)


def turning_product(eigenvalues: np.ndarray, size: float) -> float:
    """The product of the pair with the smallest sum, in units of a size squared: above 0 on a Hopf curve.

    It is omega**2 there, and changes its sign at a Bogdanov-Takens point.
    """
    a, b = min(combinations(eigenvalues, 2), key=lambda pair: abs(pair[0] + pair[1]))
    return float((a * b).real) / size**2


def determinant(matrix: np.ndarray) -> float:
    """0 of a singular matrix, without a warning."""
    with np.errstate(all="ignore"):
        return float(np.linalg.det(matrix))
