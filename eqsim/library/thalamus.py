"""The four cells of the thalamus of Li, Henriquez and Fröhlich (2017), put together from their channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from eqsim.library.channels import ahp, cah, cal, calcium, can, cat, cat_re, hcn, kdr, kl, leak, na
from eqsim.library.membranes import membrane, mS_cm2
from eqsim.library.model import Model
from eqsim.library.papers import LI_2017
from eqsim.units import cm, ms, mV


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: area in cm**2, shift of Na and KDR in mV, conductances in mS/cm**2, tau of calcium in ms."""

    title: str
    area: float
    shift: float
    phi: float
    conductances: tuple[tuple[Model, float], ...]
    leak: float
    tau: float
    v: float


CELLS: Mapping[str, Cell] = {
    "htc": Cell(
        "High-threshold thalamocortical cell",
        *(2.9e-4, -30, 0.25),
        ((cal, 0.5), (can, 0.5), (cat, 2.1), (cah, 3.0), (ahp, 0.3), (hcn, 0.01)),
        *(-70, 10, -65),
    ),
    "rtc": Cell(
        "Relay thalamocortical cell",
        *(2.9e-4, -40, 0.25),
        ((cal, 0.3), (can, 0.6), (cat, 2.1), (cah, 0.6), (ahp, 0.1), (hcn, 0.01)),
        *(-70, 10, -65),
    ),
    "interneuron": Cell(
        "Interneuron of the thalamus",
        *(1.7e-4, -30, 0.25),
        ((can, 0.1), (cah, 2.5), (ahp, 0.2), (hcn, 0.05)),
        *(-60, 10, -70),
    ),
    "reticular": Cell(
        "Cell of the reticular nucleus",
        *(1.43e-4, -40, 1.0),
        ((can, 0.2), (cat_re, 1.3), (ahp, 0.2)),
        *(-60, 100, -70),
    ),
}


def thalamic(kind: str, g_KL: Any = 0.01 * mS_cm2, extra_calcium: bool = False) -> Model:
    """A cell of the thalamus.

    Parameters
    ----------
    kind : str
        'htc', 'rtc', 'interneuron' or 'reticular'.
    g_KL : Quantity, siemens/metre**2
        The potassium leak: it sets the state of the network.
    extra_calcium : bool
        Count the potassium current I_AHP among the calcium currents, too, as some programs for this model do.

    Examples
    --------
    >>> from eqsim.library import thalamic
    >>> relay = thalamic('rtc')
    >>> print(relay.equations['I_L'])
    I_L = g_L*(E_L - v) : m^-2 A
    """
    row = CELLS[kind]
    model = membrane(area=row.area * cm**2) + na(V_sh=row.shift * mV) + kdr(V_sh=row.shift * mV, phi=row.phi)
    model += kl(g=g_KL) + leak(g=0.0075 * mS_cm2, E=row.leak * mV) + calcium(tau=row.tau * ms)
    for part, density in row.conductances:
        model += part(g=density * mS_cm2)
    if extra_calcium:
        model = replace(model, terms=(*model.terms, ("I_Ca", "I_AHP")))
    papers = tuple(dict.fromkeys((LI_2017, *model.papers)))
    return replace(model, name=kind, title=row.title, papers=papers, initial={**model.initial, "v": row.v * mV})
