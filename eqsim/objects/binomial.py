"""BinomialFunction: binomial random counts, called in strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.errors import Diagnostic, EquationError
from eqsim.ir.expr import Draw, as_real
from eqsim.model.translate import Site, Typed
from eqsim.objects.naming import Nameable
from eqsim.objects.scope import Surroundings
from eqsim.units import DIMENSIONLESS, check_units

ENOUGH = 5.0  # expected successes, and failures, from which on a normal number may take the place of the count


class BinomialFunction(Nameable):
    """The number of successes in ``n`` trials, each with probability ``p``; called in strings without arguments.

    Parameters
    ----------
    n : int
        Number of trials.
    p : float
        Probability of a success.
    approximate : bool
        Draw a normal number of the same mean and variance, which is not whole, where n*p and n*(1 - p) are above 5?
    name : str

    Raises
    ------
    ValueError
        If n is negative or p is no probability.

    Examples
    --------
    >>> from eqsim import *
    >>> seed(4)
    >>> released = BinomialFunction(10, 0.3, approximate=False)
    >>> G = NeuronGroup(5, 'x : 1', name='cells')
    >>> G.x = 'released()'
    >>> print(G.x[:])
    [4. 3. 5. 2. 6.]
    """

    @check_units(n=1, p=1)
    def __init__(self, n: int, p: float, approximate: bool = True, name: str = "_binomial*") -> None:
        super().__init__(name)
        if int(n) != n or n < 0:
            raise ValueError(f"the number of trials is an integer, not {n!r}")
        if not 0 <= p <= 1:
            raise ValueError(f"a probability is between 0 and 1, not {p!r}")
        self.n, self.p = int(n), float(p)
        self.approximate = bool(approximate)

    @property
    def normal(self) -> bool:
        """Is a normal number drawn?"""
        return self.approximate and self.n * self.p > ENOUGH and self.n * (1 - self.p) > ENOUGH

    def __call__(self) -> Any:
        """One such number, from numpy's generator, for use in Python."""
        if self.normal:
            return np.random.normal(self.n * self.p, np.sqrt(self.n * self.p * (1 - self.p)))
        return np.random.binomial(self.n, self.p)

    def provided(self, name: str, around: Surroundings) -> BinomialCall:
        """What it is in the strings of one object."""
        return BinomialCall(self, name, around)

    def __repr__(self) -> str:
        return f"<BinomialFunction '{self.name}' of {self.n} trials with probability {self.p:g}>"


class BinomialCall:
    """A BinomialFunction in the strings of one object."""

    def __init__(self, law: BinomialFunction, name: str, around: Surroundings) -> None:
        self.law, self.name = law, name
        n, p = law.n, law.p
        values = {"mean": n * p, "deviation": float(np.sqrt(n * p * (1 - p)))} if law.normal else {"n": float(n), "p": p}
        self.numbers = [around.number(f"{name}.{key}", value).expr for key, value in values.items()]

    def renewed(self, before: Any) -> bool:
        """The present values were brought when this was made."""
        return isinstance(before, BinomialCall) and before.law.normal == self.law.normal

    def __call__(self, args: Sequence[Typed], site: Site) -> Typed:
        """As `Callee.__call__`: each call in a text has its own random stream."""
        if args:
            raise EquationError(Diagnostic("E103", f"{self.name}() takes 0 arguments, not {len(args)}", site.span))
        first, second = self.numbers
        if self.law.normal:
            return Typed(first + second * Draw("normal", site.stream()), DIMENSIONLESS)
        return Typed(as_real(Draw("binomial", site.stream(), (first, second))), DIMENSIONLESS)
