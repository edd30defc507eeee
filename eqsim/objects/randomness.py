"""The seed of everything random, and the numbering of what is drawn outside of runs.

A random number is a function of (seed, stream, element, step).  ``seed()`` starts a new generation: string assignments,
connections and simulations are numbered from 0 again, and steps are counted from where the simulation stands.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15  # odd: the seeds of 2**63 networks are all different


@dataclass(slots=True)
class RandomState:
    """Seed, and what has been drawn since it was set."""

    seed: int
    generation: int = 0
    draws: int = 0
    simulations: int = 0

    def next_draw(self) -> int:
        """A number for the next thing that is drawn at once (an assignment, a connection)."""
        self.draws += 1
        return self.draws - 1

    def next_simulation(self) -> int:
        """A seed for the steps of one network: each network of a process has its own random numbers."""
        self.simulations += 1
        return (self.seed + (self.simulations - 1) * GOLDEN) % 2**63


random_state = RandomState(secrets.randbits(62))
_generations = itertools.count(1)  # no two are equal, also when `seeds_of_a_while` goes back to an earlier one


@contextmanager
def seeds_of_a_while() -> Iterator[None]:
    """What is seeded and drawn inside leaves no trace, neither here nor in numpy's global generator."""
    before = (random_state.seed, random_state.generation, random_state.draws, random_state.simulations)
    of_numpy = np.random.get_state()
    try:
        yield
    finally:
        random_state.seed, random_state.generation, random_state.draws, random_state.simulations = before
        np.random.set_state(of_numpy)


def seed(seed: int | None = None) -> None:
    """Set the seed of all random numbers, of eqsim and of numpy's global generator.

    Parameters
    ----------
    seed : int, optional
        The same seed gives the same numbers on every target.  None: a new seed from the operating system.
    """
    if seed is not None and (isinstance(seed, bool) or int(seed) != seed):
        raise TypeError(f"a seed is an integer or None, not {seed!r}")
    random_state.seed = secrets.randbits(62) if seed is None else int(seed) % 2**63
    random_state.generation = next(_generations)
    random_state.draws = random_state.simulations = 0
    np.random.seed(None if seed is None else int(seed) % 2**32)
