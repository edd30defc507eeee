"""The usual picture of anything: `plot(spikes)`, `plot(trace)`, `plot(synapses)`; else matplotlib's `plot`."""

from __future__ import annotations

from typing import Any

from eqsim.objects import Synapses
from eqsim.objects.results import Events, Rates, Traces, TracesView

__all__ = ["draw", "picture_of"]


def picture_of(what: Any) -> str:
    """The name of the function that draws an object; '' if it is none of eqsim."""
    kinds: dict[Any, str] = {Events: "raster", Rates: "rate", (Traces, TracesView): "traces", Synapses: "synapses"}
    return next((name for kind, name in kinds.items() if isinstance(what, kind)), "")


def draw(*args: Any, **kwargs: Any) -> Any:
    """Draw an object of eqsim, or lines.

    Parameters
    ----------
    *args, **kwargs
        One monitor, synapses or result of an analysis, and what its function takes; or what matplotlib's ``plot`` takes.

    Returns
    -------
    The axes; the lines from matplotlib's ``plot``.
    """
    if args and (name := picture_of(args[0])):
        import eqsim.plot as plot

        return getattr(plot, name)(*args, **kwargs)
    if args and type(args[0]).__module__.startswith("eqsim.analysis.") and hasattr(args[0], "plot"):
        from eqsim.plot.look import axes

        return args[0].plot(*args[1:], **{**kwargs, "ax": axes(kwargs.get("ax"))})
    from matplotlib import pyplot

    return pyplot.plot(*args, **kwargs)
