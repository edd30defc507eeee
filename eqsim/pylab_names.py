"""The names of numpy and matplotlib that ``from eqsim import *`` gives, as ``from pylab import *`` does.

In: numpy, imported anyway.  Out: its names, and a stand-in for each name of matplotlib, which is imported only when
one of them is used.  Where numpy and its parts have the same name, the later of numpy, fft, random, linalg wins.
"""

from __future__ import annotations

import datetime
import functools
import importlib
import inspect
import logging
import sys
import threading
import time
from types import ModuleType
from typing import Any

import numpy
import numpy.fft
import numpy.linalg
import numpy.random

from eqsim.later import Later
from eqsim.units import numpy_replacements

__all__: list[str] = []  # filled below

LIBRARY: tuple[ModuleType, ...] = (datetime, functools, importlib, inspect, logging, sys, threading, time)

# Python's own stay, since they know lists as well as arrays; the rest has no use in scripts, or is slow to import.
# `f`, the F distribution, would hide behind every function or frequency of that name.
NOT_TAKEN = set(
    "abs bool bytes max min pow round f long ulong char core ctypeslib dtypes emath exceptions f2py fft lib linalg ma "
    "polynomial random rec strings test testing typing".split()
)
OLD_NAMES = {"row_stack": "vstack", "trapz": "trapezoid"}  # gone from numpy, but not from scripts
NUMPY_PARTS = "ctypeslib ma polynomial rec testing".split()

MODULES = {
    "cbook": "matplotlib.cbook",
    "matplotlib": "matplotlib",
    "mlab": "matplotlib.mlab",
    "mpl": "matplotlib",
    "plt": "matplotlib.pyplot",
    "rcsetup": "matplotlib.rcsetup",
    "style": "matplotlib.style",
}

FUNCTIONS = """
acorr angle_spectrum annotate arrow autoscale autumn axes axhline axhspan axis axline axvline axvspan bar bar_label
barbs barh bone box boxplot broken_barh cla clabel clf clim close cohere colorbar connect contour contourf cool copper
csd delaxes disconnect draw draw_if_interactive ecdf errorbar eventplot figimage figlegend fignum_exists figtext
figure fill fill_between fill_betweenx findobj flag gca gcf gci get get_backend get_cmap get_current_fig_manager
get_figlabels get_fignums get_plot_commands get_scale_names getp ginput gray grid grouped_bar hexbin hist hist2d
hlines hot hsv imread imsave imshow inferno install_repl_displayhook interactive ioff ion isinteractive jet legend
locator_params loglog magma magnitude_spectrum margins matshow minorticks_off minorticks_on new_figure_manager
nipy_spectral pause pcolor pcolormesh phase_spectrum pie pie_label pink plasma plot polar prism psd quiver quiverkey
rc rc_context rcdefaults rgrids savefig sca scatter sci semilogx semilogy set_cmap set_loglevel setp show specgram
spring spy stackplot stairs stem step streamplot subplot subplot2grid subplot_mosaic subplot_tool subplots
subplots_adjust summer suptitle switch_backend table text thetagrids tick_params ticklabel_format tight_layout title
tricontour tricontourf tripcolor triplot twinx twiny uninstall_repl_displayhook violinplot viridis vlines
waitforbuttonpress winter xcorr xkcd xlabel xlim xscale xticks ylabel ylim yscale yticks
date2num datestr2num detrend detrend_linear detrend_mean detrend_none drange figaspect flatten num2date silent_list
window_hanning window_none
""".split()

CLASSES = """
Annotation Arrow Artist AutoLocator AxLine Axes Button Circle Colormap DateFormatter DateLocator DayLocator Figure
FigureBase FigureCanvasBase FigureManagerBase FixedFormatter FixedLocator FormatStrFormatter Formatter FuncFormatter
GridSpec HourLocator IndexLocator Line2D LinearLocator Locator LogFormatter LogFormatterExponent LogFormatterMathtext
LogLocator MaxNLocator MinuteLocator MonthLocator MouseButton MultipleLocator Normalize NullFormatter NullLocator
PolarAxes Polygon RRuleLocator Rectangle ScalarFormatter SecondLocator Slider Subplot SubplotSpec Text TickHelper
WeekdayLocator Widget YearLocator
""".split()

VALUES = "color_sequences colormaps cycler rcParams rcParamsDefault rcParamsOrig relativedelta rrule".split()


def _numpy_names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in (numpy, numpy.fft, numpy.random, numpy.linalg):
        names = [name for name in module.__all__ if name not in NOT_TAKEN and not name.startswith("_")]
        found.update({name: getattr(module, name) for name in names})
    found |= {old: getattr(numpy, new) for old, new in OLD_NAMES.items() if old not in found and hasattr(numpy, new)}
    found["fft"], found["random"], found["linalg"] = numpy.fft.fft, numpy.random.random, numpy.linalg
    return found


def _array_aware(name: str) -> Any:
    """``max``, ``min``, ``round`` of Python for numbers and lists, and those of numpy for arrays."""
    import builtins

    plain, of_arrays = getattr(builtins, name), getattr(numpy, name)

    @functools.wraps(plain)
    def function(*args: Any, **kwargs: Any) -> Any:
        is_array = bool(args) and isinstance(args[0], numpy.ndarray) and args[0].ndim > 0
        return (of_arrays if is_array else plain)(*args, **kwargs)

    return function


def _names() -> dict[str, Any]:
    """Everything by name; what stands later wins."""
    names: dict[str, Any] = {module.__name__: module for module in LIBRARY}
    names |= _numpy_names()
    names |= {name: Later(f"numpy.{name}") for name in NUMPY_PARTS}
    names |= {name: Later("matplotlib.pylab", name) for name in (*FUNCTIONS, *CLASSES, *VALUES)}
    names |= {name: Later(module) for name, module in MODULES.items()}
    names |= {name: _array_aware(name) for name in ("max", "min", "round")}
    return names | {"np": numpy_replacements, "numpy": numpy_replacements}


_all_names = _names()
globals().update(_all_names)
__all__ += sorted(_all_names)
