"""Where a step stands while the user's code runs in the middle of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eqsim.ir.domain import Where
from eqsim.ir.program import Kernel


def _nothing() -> Sequence[Kernel]:
    return ()


@dataclass(slots=True)
class Moment:
    """``done`` gives the kernels that have run in the present step, while an operation of the user's runs."""

    done: Callable[[], Sequence[Kernel]] = _nothing

    def clear(self) -> None:
        """No operation runs."""
        self.done = _nothing

    def has_run(self, name: str) -> bool:
        """Has a kernel run in this step already?"""
        return any(k.name == name for k in self.done())

    def has_found(self, events: str) -> bool:
        """Have the events of this step been found already?"""
        return any(isinstance(k.domain, Where) and k.domain.events == events for k in self.done())


moment = Moment()
