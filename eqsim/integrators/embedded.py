"""Embedded Runge-Kutta pairs: one set of slopes, two solutions, and their difference as an estimate of the error.

In: nothing.  Out: `Pair`s.  Rows are those of a Butcher tableau; ``b`` belongs to the solution that is taken, ``error``
to its difference from the other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from eqsim.integrators.explicit import RK4, Tableau

__all__ = [
    "BOGACKI_SHAMPINE",
    "CASH_KARP",
    "DORMAND_PRINCE",
    "FEHLBERG",
    "KUTTA",
    "PAIRS",
    "PRINCE_DORMAND",
    "RK4_TWICE",
    "Pair",
]

F = Fraction


@dataclass(frozen=True, slots=True)
class Pair:
    """A Runge-Kutta method with an estimate of its error.

    Attributes
    ----------
    tableau : Tableau
    error : tuple of Fraction
        Weights of the slopes in the estimate.
    order : int
        Of the solution that is taken.
    falls : int
        The estimate falls with this power of the step.
    """

    tableau: Tableau
    error: tuple[Fraction, ...]
    order: int
    falls: int


def _row(text: str) -> tuple[Fraction, ...]:
    return tuple(F(x) for x in text.split())


def _pair(a: str, b: str, other: str, order: int, falls: int) -> Pair:
    """Rows of ``a`` between semicolons, weights of the solution that is taken, and of the other one."""
    weights, others = _row(b), _row(other)
    difference = tuple(x - y for x, y in zip(weights, others, strict=True))
    return Pair(Tableau(((), *map(_row, a.split(";"))), weights), difference, order, falls)


KUTTA = _pair(
    """1/2;
       -1 2""",
    b="1/6 2/3 1/6",
    other="0 1 0",
    order=3,
    falls=3,
)
"""Kutta's method of order 3, beside the midpoint method: a careful estimate."""

BOGACKI_SHAMPINE = _pair(
    """1/2;
       0   3/4;
       2/9 1/3 4/9""",
    b="2/9 1/3 4/9 0",
    other="7/24 1/4 1/3 1/8",
    order=3,
    falls=3,
)

FEHLBERG = _pair(
    """1/4;
       3/32      9/32;
       1932/2197 -7200/2197 7296/2197;
       439/216   -8         3680/513   -845/4104;
       -8/27     2          -3544/2565 1859/4104 -11/40""",
    b="16/135 0 6656/12825 28561/56430 -9/50 2/55",
    other="25/216 0 1408/2565 2197/4104 -1/5 0",
    order=5,
    falls=5,
)

CASH_KARP = _pair(
    """1/5;
       3/40       9/40;
       3/10       -9/10   6/5;
       -11/54     5/2     -70/27    35/27;
       1631/55296 175/512 575/13824 44275/110592 253/4096""",
    b="37/378 0 250/621 125/594 0 512/1771",
    other="2825/27648 0 18575/48384 13525/55296 277/14336 1/4",
    order=5,
    falls=5,
)

DORMAND_PRINCE = _pair(
    """1/5;
       3/40       9/40;
       44/45      -56/15      32/9;
       19372/6561 -25360/2187 64448/6561 -212/729;
       9017/3168  -355/33     46732/5247 49/176 -5103/18656;
       35/384     0           500/1113   125/192 -2187/6784 11/84""",
    b="35/384 0 500/1113 125/192 -2187/6784 11/84 0",
    other="5179/57600 0 7571/16695 393/640 -92097/339200 187/2100 1/40",
    order=5,
    falls=5,
)

# The fractions of this pair are the published approximations of irrational numbers, good to 18 digits.
PRINCE_DORMAND = _pair(
    """1/18;
       1/48 1/16;
       1/32 0 3/32;
       5/16 0 -75/64 75/64;
       3/80 0 0 3/16 3/20;
       29443841/614563906 0 0 77736538/692538347 -28693883/1125000000 23124283/1800000000;
       16016141/946692911 0 0 61564180/158732637 22789713/633445777 545815736/2771057229 -180193667/1043307555;
       39632708/573591083 0 0 -433636366/683701615 -421739975/2616292301 100302831/723423059 790204164/839813087
          800635310/3783071287;
       246121993/1340847787 0 0 -37695042795/15268766246 -309121744/1061227803 -12992083/490766935
          6005943493/2108947869 393006217/1396673457 123872331/1001029789;
       -1028468189/846180014 0 0 8478235783/508512852 1311729495/1432422823 -10304129995/1701304382
          -48777925059/3047939560 15336726248/1032824649 -45442868181/3398467696 3065993473/597172653;
       185892177/718116043 0 0 -3185094517/667107341 -477755414/1098053517 -703635378/230739211
          5731566787/1027545527 5232866602/850066563 -4093664535/808688257 3962137247/1805957418
          65686358/487910083;
       403863854/491063109 0 0 -5068492393/434740067 -411421997/543043805 652783627/914296604
          11173962825/925320556 -13158990841/6184727034 3936647629/1978049680 -160528059/685178525
          248638103/1413531060 0""",
    b="14005451/335480064 0 0 0 0 -59238493/1068277825 181606767/758867731 561292985/797845732 -1041891430/1371343529 "
    "760417239/1151165299 118820643/751138087 -528747749/2220607170 1/4",
    other="13451932/455176623 0 0 0 0 -808719846/976000145 1757004468/5645159321 656045339/265891186 -3867574721/1518517206 "
    "465885868/322736535 53011238/667516719 2/45 0",
    order=8,
    falls=8,
)


def twice(t: Tableau, order: int) -> Pair:
    """Two half steps, with one whole step beside them to estimate the error (Richardson 1911).

    The slopes are those of the whole step, of the first half and of the second half; the first slope is common::

        error = (two halves - whole)/(2**order - 1)
    """
    n, half = len(t.b), F(1, 2)
    gap = (F(0),) * (n - 1)  # the slopes of the whole step but the first
    halves = [tuple(half * w for w in row) for row in (*t.a, t.b)]
    *first, middle = [row[:1] + gap + row[1:] for row in halves[1:]]
    second = [middle + row for row in halves[:-1]]
    taken = _sum(middle, (F(0),) * len(middle) + halves[-1])
    error = tuple((x - y) / (2**order - 1) for x, y in zip_longest(taken, t.b, fillvalue=F(0)))
    return Pair(Tableau((*t.a, *first, *second), taken), error, order, order + 1)


def _sum(a: tuple[Fraction, ...], b: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return tuple(x + y for x, y in zip_longest(a, b, fillvalue=F(0)))


RK4_TWICE = twice(RK4, 4)

PAIRS = (KUTTA, BOGACKI_SHAMPINE, FEHLBERG, CASH_KARP, DORMAND_PRINCE, PRINCE_DORMAND, RK4_TWICE)
