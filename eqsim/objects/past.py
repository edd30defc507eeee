"""The past of a variable: its values at the last steps, for equations that contain ``x(t - tau)``.

In: how far back somebody looks.  Out: a ring of rows, one for each step, that a kernel fills::

    slot                  step % length
    ring    [slot*columns ... slot*columns + width - 1]  the values at the beginning of that step
    slopes  [slot*columns ...]                           their derivatives, where a method of high order asks for them
    before  [0 ... width - 1]                            the value of the given history at its end, if that is another
    rise    [0 ... width - 1]                            the derivative of the given history at its end

Where synapses read with a delay each, there is a second copy of the ring behind the first: then the rows of the last steps
stand one behind the other in it, and no synapse has to ask whether its row lies before the beginning.

``width`` is the number of elements (1 for a shared variable), ``columns`` a little more: an odd number of lines of a cache,
as rows at distances of 2**m would share few places there.

The derivative may jump where the given history ends and the equations begin (step ``start``), and so may the value if the
user has set it: what lies before the jump is kept apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from eqsim.ir.aligned import aligned
from eqsim.ir.expr import Expr, Number, Op, integer
from eqsim.log import get_logger
from eqsim.objects.keeping import Keeper

logger = get_logger(__name__)

LINE = 8  # values in a line of a cache
SPARE = 3  # rows beyond the longest delay: the present one, one for rounding, one that is being written
Rows = tuple[np.ndarray, np.ndarray]
History = Callable[[np.ndarray], Rows]
"""Times (n,) in second to values and derivatives, both (n, width)."""


class Past(Keeper):
    """The last values of one variable of a group.

    Attributes
    ----------
    name : str
        The variable.
    width : int
    given : callable or None
        What the user says about the time before the first run; None: the first value, held.
    smooth : bool
        Are slopes recorded?
    twice : bool
        Is there a second copy of the ring?
    """

    KEPT = ("length", "dt_s", "start", "last", "ring", "slopes", "before", "rise", "jumped")

    def __init__(self, owner: str, name: str, width: int) -> None:
        self.owner, self.name, self.width = owner, name, width
        self.columns = (-(-width // LINE) | 1) * LINE if width > LINE else width
        self.given: History | None = None
        self.put: np.ndarray | None = None  # the present values that came with the history
        self.smooth = self.twice = False
        self.forget()

    def forget(self) -> None:
        """As before the first run."""
        self.length, self.dt_s, self.start = 0, 0.0, 0
        self.last = np.full(1, -1, np.int64)  # the first step that is not in the ring yet; a kernel counts it up
        self.ring, self.slopes = np.zeros(0), np.zeros(0)
        self.slope = np.zeros(self.width)
        self.before, self.rise = np.zeros(self.width), np.zeros(self.width)
        self.jumped = False

    def fit(self, longest: float, step: int, dt_s: float, now: np.ndarray) -> None:
        """Make room for delays of up to ``longest`` steps.

        Parameters
        ----------
        step : int
            The next step to be computed.
        dt_s : float
            Its length in seconds; if it has changed, past values are interpolated.
        now : (width,) float64
            The present values.
        """
        length = max(math.ceil(longest) + SPARE, self.length)
        if (length, dt_s, step) != (self.length, self.dt_s, int(self.last[0])):
            rows, slopes = self._rows(np.arange(step - length, step), step, dt_s, now)
            self._keep(rows, slopes, length, step, dt_s)
        once = self.length * self.columns
        if len(self.ring) != once * len(self.copies):
            self.ring = np.tile(self.ring[:once], len(self.copies))
        size = self.length * self.columns if self.smooth else 0
        if len(self.slopes) != size:
            self.slopes = np.zeros(size)

    def _keep(self, rows: np.ndarray, slopes: np.ndarray, length: int, step: int, dt_s: float) -> None:
        slots = np.arange(step - length, step) % length
        ring, slope = np.zeros((length, self.columns)), np.zeros((length, self.columns))
        ring[slots, : self.width], slope[slots, : self.width] = rows, slopes
        self.ring, self.slopes = aligned(ring.ravel()), aligned(slope.ravel()) if self.smooth else np.zeros(0)
        self.length, self.dt_s = length, dt_s
        self.last[0] = step

    def _rows(self, steps: np.ndarray, step: int, dt_s: float, now: np.ndarray) -> Rows:
        """Values and slopes at steps of ``dt_s``, all before the next one."""
        if not self.length:
            self.start = step
            rows, slopes = self._history(steps * dt_s, now)
            ends = self._history(np.array([step * dt_s]), now)
            self.before[:], self.rise[:] = ends[0][0], ends[1][0]
            return rows, slopes
        ratio = dt_s / self.dt_s
        at = steps * ratio
        rows, slopes = self._remembered(at, now)
        early = at < int(self.last[0]) - self.length
        self._warn(early, at)
        if np.any(early & (at < self.start)) and self.given is not None:
            gone = early & (at < self.start)
            rows[gone], slopes[gone] = self._history(steps[gone] * dt_s, now)
        self.start = round(self.start / ratio)
        return rows, slopes

    def _history(self, times_s: np.ndarray, now: np.ndarray) -> Rows:
        if self.given is None:
            return np.tile(now, (len(times_s), 1)), np.zeros((len(times_s), self.width))
        return self.given(times_s)

    def _remembered(self, at: np.ndarray, now: np.ndarray) -> Rows:
        """Values at old steps ``at`` (not whole where dt has changed): between two rows on a straight line."""
        last, first = int(self.last[0]), int(self.last[0]) - self.length
        steps = np.arange(first, last)
        order = steps % self.length
        rows = np.vstack((self._in_order(self.ring, order), now))
        kept = self.smooth and len(self.slopes)
        old = self._in_order(self.slopes, order) if kept else np.zeros_like(rows[:-1])
        slopes = np.vstack((old, old[-1:]))
        place = np.clip(at - first, 0, self.length)
        low = np.minimum(place.astype(np.int64), self.length - 1)
        share = (place - low)[:, None]
        return rows[low] + share * (rows[low + 1] - rows[low]), slopes[low] + share * (slopes[low + 1] - slopes[low])

    def _in_order(self, ring: np.ndarray, slots: np.ndarray) -> np.ndarray:
        values: np.ndarray = ring.reshape(-1, self.columns)[slots, : self.width]
        return values

    def _warn(self, early: np.ndarray, at: np.ndarray) -> None:
        """Tell that a delay has become longer than what is remembered."""
        lost = early & (at >= self.start)
        if np.any(lost):
            logger.warning(
                f"'{self.name}' of '{self.owner}': a delay has become longer than what was remembered of the last run; what "
                f"lies before it is taken as the oldest value that is known. Set {self.owner}.longest_delay before the "
                "first run",
                name_suffix="past_forgotten",
            )

    def begin(self, memory: np.ndarray | None, t_s: float) -> np.ndarray:
        """The value at the end of the given history; also put into memory, if nobody has changed that since."""
        assert self.given is not None
        row = self.given(np.array([t_s]))[0][0]
        if memory is not None and self.put is not None and np.array_equal(memory, self.put):
            memory[:] = row
        return row if memory is None else np.asarray(memory, dtype=np.float64)

    def jumps(self, memory: np.ndarray | None) -> bool:
        """Has the user set another value than that at the end of the given history?"""
        if not self.length:
            moved = memory is not None and self.put is not None and not np.array_equal(memory, self.put)
            self.jumped = self.given is not None and moved
        return self.jumped

    @property
    def latest(self) -> np.ndarray:
        """The last row that was written."""
        slot = (int(self.last[0]) - 1) % self.length
        return self.ring[slot * self.columns :][: self.width].copy()

    # -- for the program -------------------------------------------------------------------------------------------

    def full(self, what: str) -> str:
        """The name of something of this past in the program."""
        return f"{self.owner}.{self.name}.{what}"

    @property
    def steps(self) -> Number:
        """The length of the ring."""
        return Number(self.full("past_length"), "int")

    @property
    def next_row(self) -> Expr:
        """How far it is from a row to the next one."""
        return integer(1) if self.width == 1 else Number(self.full("past_columns"), "int")

    def at(self, slot: Expr, element: Expr) -> Expr:
        """The place of an element in the row of a slot."""
        place = slot if self.width == 1 else slot * self.next_row
        return place if element == integer(0) else place + element

    @property
    def copies(self) -> tuple[int, ...]:
        """The numbers of the copies of the ring."""
        return (0, 1) if self.twice else (0,)

    def row(self, step: Expr, element: Expr, copy: int = 0) -> Expr:
        """The place of an element in the row of a step."""
        slot = Op("%", (step, self.steps))
        return self.at(slot + self.steps if copy else slot, element)

    def arrays(self) -> dict[str, np.ndarray]:
        """The memory by its names in the program."""
        found = {"past": self.ring, "past_last": self.last, "past_before": self.before}
        if self.smooth:
            found |= {"past_slopes": self.slopes, "past_slope": self.slope, "past_rise": self.rise}
        return {self.full(what): memory for what, memory in found.items()}

    def ints(self) -> dict[str, int]:
        """The numbers by their names in the program."""
        found = {"past_length": self.length, "past_start": self.start, "past_columns": self.columns}
        return {self.full(what): value for what, value in found.items()}


def held(value: Any, width: int) -> History:
    """A history that is constant."""
    row = np.broadcast_to(np.asarray(value, dtype=np.float64), (width,)).copy()

    def history(times_s: np.ndarray) -> Rows:
        return np.tile(row, (len(times_s), 1)), np.zeros((len(times_s), width))

    return history
