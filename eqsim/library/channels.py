"""Ion channels: each adds a current density ``I_x`` to the sum ``I_m`` of a membrane, and its gates to the equations.

``u`` is the voltage less the shift of the channel, in mV; rates and times are in 1/ms and ms.  Names get the label of the
channel: ``g_Na``, ``p_Na``, ``I_Na``; reversal potentials are common to all channels of an ion.  Numbers of the channels are
those of the thalamic cells of Li, Henriquez and Fröhlich (2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eqsim.library.membranes import mS_cm2
from eqsim.library.model import Model
from eqsim.library.papers import (
    BAZHENOV_2002,
    DESTEXHE_RE_1994,
    HUGUENARD_1992,
    HUGUENARD_PRINCE_1992,
    INOUE_2008,
    LI_2017,
    Paper,
)
from eqsim.units import kelvin, mmolar, ms, mV, um
from eqsim.units.constants import faraday_constant, gas_constant

GATES = {
    "p": "dp/dt = phi_p*(p_inf - p)/tau_p : 1",
    "q": "dq/dt = phi_q*(q_inf - q)/tau_q : 1",
}
RATES = {
    "p": "dp/dt = phi*(a_p*(1 - p) - b_p*p) : 1\np_inf = a_p/(a_p + b_p) : 1",
    "q": "dq/dt = phi*(a_q*(1 - q) - b_q*q) : 1\nq_inf = a_q/(a_q + b_q) : 1",
}
SHIFT = "u = (v - V_sh)/mV : 1"
DENSITY = "amp/meter**2"


def channel(
    label: str,
    title: str,
    current: str,
    lines: tuple[str, ...],
    parameters: Mapping[str, Any],
    papers: tuple[Paper, ...],
    gates: str = "",
    ion: str = "",
    about: str = "",
    shared: tuple[str, ...] = (),
) -> Model:
    """A channel: its current, its lines, and where the current goes; gates begin where they are at rest."""
    return Model(
        name=label,
        title=title,
        about=about,
        text="\n".join((f"I = {current} : {DENSITY}", *lines)),
        parameters=parameters,
        papers=papers,
        terms=(("I_m", "I"), *(((f"I_{ion}", "I"),) if ion else ())),
        initial={gate: f"{gate}_inf" for gate in gates},
        label=label,
        shared=frozenset(shared),
    )


leak = channel("L", "Leak", "g*(E - v)", (), {"g": 0.01 * mS_cm2, "E": -70 * mV}, ())

kl = channel(
    "KL", "Potassium leak", "g*(E_K - v)", (), {"g": 0.01 * mS_cm2, "E_K": -90 * mV}, (BAZHENOV_2002,), shared=("E_K",)
)

na = channel(
    "Na",
    "Fast sodium",
    "g*p**3*q*(E_Na - v)",
    (
        SHIFT,
        RATES["p"],
        RATES["q"],
        "a_p = 1.28/exprel(-(u - 13)/4)/ms : Hz",
        "b_p = 1.4/exprel((u - 40)/5)/ms : Hz",
        "a_q = 0.128*exp(-(u - 17)/18)/ms : Hz",
        "b_q = 4/(1 + exp(-(u - 40)/5))/ms : Hz",
    ),
    {"g": 90 * mS_cm2, "V_sh": -40 * mV, "phi": 1.0, "E_Na": 50 * mV},
    (BAZHENOV_2002,),
    gates="pq",
    shared=("E_Na",),
)

kdr = channel(
    "KDR",
    "Delayed rectifier",
    "g*p**4*(E_K - v)",
    (
        SHIFT,
        RATES["p"],
        "a_p = 0.16/exprel(-(u - 15)/5)/ms : Hz",
        "b_p = 0.5*exp(-(u - 10)/40)/ms : Hz",
    ),
    {"g": 10 * mS_cm2, "V_sh": -40 * mV, "phi": 1.0, "E_K": -90 * mV},
    (BAZHENOV_2002,),
    gates="p",
    shared=("E_K",),
)

hcn = channel(
    "h",
    "Hyperpolarisation-activated cation channel",
    "g*p*(E - v)",
    (
        GATES["p"],
        "p_inf = 1/(1 + exp((v/mV + 75)/5.5)) : 1",
        "tau_p = ms/(exp(-0.086*v/mV - 14.59) + exp(0.0701*v/mV - 1.87)) : second",
    ),
    {"g": 0.01 * mS_cm2, "E": -43 * mV, "phi_p": 1.0},
    (HUGUENARD_1992,),
    gates="p",
)

cal = channel(
    "CaL",
    "L-type calcium",
    "g*p**2*q*(E_Ca - v)",
    (
        SHIFT,
        GATES["p"],
        GATES["q"],
        "p_inf = 1/(1 + exp(-(u + 10)/4)) : 1",
        "tau_p = (0.4 + 0.7/(exp(-(u + 5)/15) + exp((u + 5)/15)))*ms : second",
        "q_inf = 1/(1 + exp((u + 25)/2)) : 1",
        "tau_q = (300 + 100/(exp((u + 40)/9.5) + exp(-(u + 40)/9.5)))*ms : second",
    ),
    {"g": 0.5 * mS_cm2, "V_sh": 0 * mV, "phi_p": 3.55**1.2, "phi_q": 3**1.2},
    (INOUE_2008,),
    gates="pq",
    ion="Ca",
)

can = channel(
    "CaN",
    "Cation channel that calcium opens",
    "g*Ca/(Ca + K)*p*(E - v)",
    (
        GATES["p"],
        "p_inf = 1/(1 + exp(-(v/mV + 43)/5.2)) : 1",
        "tau_p = (1.6 + 2.7/(exp(-(v/mV + 55)/15) + exp((v/mV + 55)/15)))*ms : second",
    ),
    {"g": 0.5 * mS_cm2, "E": 10 * mV, "K": 0.2 * mmolar, "phi_p": 1.0},
    (INOUE_2008,),
    gates="p",
    ion="Ca",
    about="Needs calcium(), to which its whole current is added.",
)

LOW_THRESHOLD = (
    SHIFT,
    GATES["p"],
    GATES["q"],
    "p_inf = 1/(1 + exp(-(u + 59)/6.2)) : 1",
    "tau_p = (0.612 + 1/(exp(-(u + 132)/16.7) + exp((u + 16.8)/18.2)))*ms : second",
    "q_inf = 1/(1 + exp((u + 83)/4)) : 1",
    "tau_q = (28 + exp(-(u + 22)/10.5) if u >= -80 else exp((u + 467)/66.6))*ms : second",
)

cat = channel(
    "CaT",
    "T-type calcium of relay cells",
    "g*p**2*q*(E_Ca - v)",
    LOW_THRESHOLD,
    {"g": 2.1 * mS_cm2, "V_sh": -3 * mV, "phi_p": 3.55**1.2, "phi_q": 3**1.2},
    (HUGUENARD_1992,),
    gates="pq",
    ion="Ca",
)

cah = channel(
    "CaHT",
    "T-type calcium of high threshold",
    "g*p**2*q*(E_Ca - v)",
    LOW_THRESHOLD,
    {"g": 3 * mS_cm2, "V_sh": 25 * mV, "phi_p": 3.55**1.2, "phi_q": 3**1.2},
    (HUGUENARD_1992, LI_2017),
    gates="pq",
    ion="Ca",
    about="The T channel shifted by 28 mV.",
)

cat_re = channel(
    "CaT",
    "T-type calcium of reticular cells",
    "g*p**2*q*(E_Ca - v)",
    (
        SHIFT,
        GATES["p"],
        GATES["q"],
        "p_inf = 1/(1 + exp(-(u + 52)/7.4)) : 1",
        "tau_p = (3 + 1/(exp((u + 27)/10) + exp(-(u + 102)/15)))*ms : second",
        "q_inf = 1/(1 + exp((u + 80)/5)) : 1",
        "tau_q = (85 + 1/(exp((u + 48)/4) + exp(-(u + 407)/50)))*ms : second",
    ),
    {"g": 1.3 * mS_cm2, "V_sh": -3 * mV, "phi_p": 5**1.2, "phi_q": 3**1.2},
    (HUGUENARD_PRINCE_1992,),
    gates="pq",
    ion="Ca",
)

ahp = channel(
    "AHP",
    "Potassium channel that calcium opens",
    "g*p**2*(E_K - v)",
    (
        RATES["p"],
        "a_p = 48*(Ca/mmolar)**2/ms : Hz",
        "b_p = 0.09/ms : Hz",
    ),
    {"g": 0.3 * mS_cm2, "phi": 1.0, "E_K": -90 * mV},
    (DESTEXHE_RE_1994,),
    gates="p",
    about="Needs calcium().",
    shared=("E_K",),
)

calcium = Model(
    name="calcium",
    title="Calcium under the membrane",
    about="""The sum I_Ca of the calcium currents fills a shell of depth d; it decays to C_rest with tau. E_Ca is the Nernst
potential at the temperature T against C_out outside.""",
    text="""
    dCa/dt = influx + (C_rest - Ca)/tau : mmolar
    influx = (I_Ca if I_Ca > 0*amp/meter**2 else 0*amp/meter**2)/(2*F*d) : mmolar/second
    E_Ca = R_gas*T/(2*F)*log(C_out/Ca) : volt
    """,
    parameters={
        "d": 0.5 * um,
        "tau": 10 * ms,
        "C_rest": 5e-5 * mmolar,
        "C_out": 2 * mmolar,
        "T": 309.15 * kelvin,
        "F": faraday_constant,
        "R_gas": gas_constant,
    },
    papers=(DESTEXHE_RE_1994, LI_2017),
    sums={"I_Ca": DENSITY},
    initial={"Ca": 2.4e-4 * mmolar},
    label="Ca",
    shared=frozenset({"Ca", "E_Ca", "F", "R_gas"}),
)

constant_calcium = Model(
    name="constant_calcium",
    title="Constant reversal potential of calcium",
    about="In the place of calcium() where its concentration does not matter.",
    text="",
    parameters={"E_Ca": 120 * mV},
    sums={"I_Ca": DENSITY},
    label="Ca",
    shared=frozenset({"E_Ca"}),
)
