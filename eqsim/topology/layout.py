"""Where neurons lie: on a grid, or at random; with or without edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.functions import stream_of
from eqsim.objects.randomness import random_state
from eqsim.objects.sampling import Numbers
from eqsim.objects.scope import quantity
from eqsim.units import DIMENSIONLESS, Dimension, get_dimensions, unit_name

AXES = "xyz"


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """Positions of neurons.

    Attributes
    ----------
    positions : (n, axes) float64
        In base units; columns are x, y, z.
    size : (axes,) float64
        How long the space is along each axis.
    periodic : bool
        Does the space close upon itself?
    dim : Dimension
        Of positions: length, or none (positions in cells of a grid).
    shape : tuple of int
        Of a grid: numbers of neurons along the axes, the slowest first (rows, columns); () for others.
    """

    positions: np.ndarray
    size: np.ndarray
    periodic: bool
    dim: Dimension
    shape: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def x(self) -> Any:
        """(n,) Quantity."""
        return self._along(0)

    @property
    def y(self) -> Any:
        """(n,) Quantity."""
        return self._along(1)

    @property
    def z(self) -> Any:
        """(n,) Quantity."""
        return self._along(2)

    def _along(self, axis: int) -> Any:
        if axis >= self.positions.shape[1]:
            raise AttributeError(f"this layout has {self.positions.shape[1]} axes, there is no {AXES[axis]}")
        return quantity(self.positions[:, axis].copy(), self.dim)

    def distance(self, i: Any, j: Any) -> Any:
        """Distances between neurons i and j; on a periodic space the shortest ones.

        Parameters
        ----------
        i, j : int, or array of int

        Returns
        -------
        distance : Quantity, of the shape of i and j broadcast
        """
        return quantity(self.lengths(self.positions[np.asarray(j)] - self.positions[np.asarray(i)]), self.dim)

    def lengths(self, steps: np.ndarray) -> np.ndarray:
        """The lengths of steps (..., axes) in base units; on a periodic space of the shortest way."""
        steps = np.abs(steps)
        if self.periodic:
            steps = np.minimum(steps, self.size - steps)
        lengths: np.ndarray = np.sqrt((steps**2).sum(axis=-1))
        return lengths

    def plain(self, value: Any, name: str) -> float:
        """A distance in base units.

        Raises
        ------
        TypeError
            If it is not in the unit of the positions.
        """
        if get_dimensions(value) is not self.dim:
            units = [unit_name(d) if d is not DIMENSIONLESS else "a pure number" for d in (self.dim, get_dimensions(value))]
            raise TypeError(f"{name} must be in the unit of the positions, {units[0]}; it is in {units[1]}")
        return float(value)


def grid(shape: int | tuple[int, ...], spacing: Any = 1, periodic: bool = False) -> Layout:
    """Neurons on a line, a plane or in space, one at each crossing.

    Parameters
    ----------
    shape : int or tuple of int
        How many: ``n``, ``(rows, columns)`` or ``(planes, rows, columns)``.  Neuron ``i`` of a plane lies in row
        ``i // columns`` (y) and column ``i % columns`` (x).
    spacing : Quantity, meter, or float
        Distance of neighbours.
    periodic : bool
        Are the edges joined (a ring, a torus)?

    Raises
    ------
    ValueError
        If there are more than three axes, or none, or a number is not positive.
    """
    shape = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    if not 1 <= len(shape) <= 3 or min(shape) < 1:
        raise ValueError(f"a grid has one to three axes with at least one neuron each, not {shape}")
    step = float(spacing)
    if not step > 0:
        raise ValueError(f"the spacing of a grid must be positive, not {spacing}")
    places = np.stack(np.unravel_index(np.arange(int(np.prod(shape))), shape), axis=-1)[:, ::-1]
    size = np.array(shape[::-1], float) * step
    return Layout(places * step, size, periodic, get_dimensions(spacing), tuple(int(n) for n in shape))


def random_positions(n: int, size: Any, periodic: bool = False, name: str = "positions") -> Layout:
    """Neurons anywhere in a box, drawn from the seed.

    Parameters
    ----------
    n : int
        How many.
    size : Quantity, meter, or float; or a sequence of them
        How long the box is along x (y, z).
    periodic : bool
        Are opposite edges joined?
    name : str
        Layouts of other names have other positions.
    """
    lengths = np.atleast_1d(np.asarray(size, dtype=float))
    key = [random_state.seed, stream_of(name, "layout") + (random_state.next_draw() << 32)]
    numbers = Numbers(np.random.Philox(key=key))
    places = numbers.uniform(n * len(lengths)).reshape(n, len(lengths)) * lengths
    return Layout(places, lengths, periodic, get_dimensions(size))
