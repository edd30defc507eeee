"""Python functions that run during a simulation."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from eqsim.objects.base import BrianObject


class NetworkOperation(BrianObject):
    """A Python function that is called at each step of a clock.

    Parameters
    ----------
    function : callable
        With no argument, or one: the time (Quantity).
    dt, clock, when, order, name
        See `BrianObject`.

    Raises
    ------
    TypeError
        If the function takes more than one argument.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        dt: Any = None,
        clock: Any = None,
        when: str = "start",
        order: int = 0,
        name: str = "networkoperation*",
    ) -> None:
        super().__init__(dt=dt, clock=clock, when=when, order=order, name=name)
        self.function = function
        self._takes_time = _arguments(function) == 1

    def run(self) -> None:
        """Call the function."""
        if self._takes_time:
            self.function(self.clock.t)
        else:
            self.function()

    __call__ = run


def _arguments(function: Callable[..., Any]) -> int:
    if not callable(function):
        raise TypeError("a network operation needs a function")
    parameters = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    if len(parameters) > 1:
        names = ", ".join(p.name for p in parameters)
        raise TypeError(
            f"a network operation takes no argument or the time, '{getattr(function, '__name__', '?')}' takes: {names}; "
            "a method must be bound: NetworkOperation(self.method)"
        )
    return len(parameters)


def network_operation(*args: Any, **kwargs: Any) -> Any:
    """Decorator that makes a function a `NetworkOperation`.

    Its name is ``networkoperation*``, not that of the function: names decide the order within a slot.

    Examples
    --------
    >>> from eqsim import *
    >>> @network_operation(dt=1*ms)
    ... def progress(t):
    ...     print(t)
    """
    if len(args) == 1 and callable(args[0]) and not kwargs:
        return NetworkOperation(args[0])
    if args:
        raise TypeError("network_operation takes keyword arguments: dt=, clock=, when=, order=, name=")
    return lambda function: NetworkOperation(function, **kwargs)
