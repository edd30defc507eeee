"""Layer 12: pictures of monitors, synapses and analyses: one call each, axes in and out, units on the axes.

`plot` is also the function ``plot`` of matplotlib: ``plot(x, y)`` draws a line as ever.  Of one object of eqsim it draws the
usual picture: ``plot(spikes)`` is ``plot.raster(spikes)``.

All functions have ``ax=``, the matplotlib axes to draw on, and return the axes.  Without it they take the current axes if
these are empty, as after ``subplot(2, 1, 1)``, and else a new figure.

In: monitors (also those read back from files), synapses, arrays with units, results of `eqsim.analysis`.
Out: matplotlib axes.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eqsim.plot.dynamics import bifurcation, phase_plane
    from eqsim.plot.events import isi, raster
    from eqsim.plot.rates import rate, spectrum
    from eqsim.plot.values import histogram, matrix
    from eqsim.plot.variables import traces
    from eqsim.plot.wiring import connections, synapses

__all__ = [
    "bifurcation",
    "connections",
    "histogram",
    "isi",
    "matrix",
    "phase_plane",
    "raster",
    "rate",
    "spectrum",
    "synapses",
    "traces",
]

WHERE = {
    "bifurcation": "dynamics",
    "connections": "wiring",
    "histogram": "values",
    "isi": "events",
    "matrix": "values",
    "phase_plane": "dynamics",
    "raster": "events",
    "rate": "rates",
    "spectrum": "rates",
    "synapses": "wiring",
    "traces": "variables",
}
"""The module of each function; it is imported when the function is first used, so that `import eqsim` stays fast."""


class _Plot(ModuleType):
    """This module, which can be called."""

    def __getattr__(self, name: str) -> Any:
        if name not in WHERE:
            raise AttributeError(f"module 'eqsim.plot' has no attribute {name!r}")
        found = getattr(importlib.import_module(f"eqsim.plot.{WHERE[name]}"), name)
        setattr(self, name, found)
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Draw lines as matplotlib's ``plot`` does; of an object of eqsim draw its usual picture."""
        from eqsim.plot.anything import draw

        return draw(*args, **kwargs)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *WHERE})

    def __reduce__(self) -> tuple[Any, ...]:
        return importlib.import_module, ("eqsim.plot",)


sys.modules[__name__].__class__ = _Plot
