"""Neurons with one or two variables: integrate-and-fire models and oscillators.

Each takes its current as the sum ``I``: ``I_ext`` of each neuron and what synapses add.  Models in volt take ampere;
models without units take numbers.
"""

from __future__ import annotations

from eqsim.library.model import Model
from eqsim.library.papers import (
    BRETTE_2005,
    ERMENTROUT_1986,
    FITZHUGH_1961,
    FOURCAUD_2003,
    HINDMARSH_1984,
    IZHIKEVICH_2003,
    LAPICQUE_1907,
    MIHALAS_2009,
)
from eqsim.units import Mohm, ms, mV, nA, nS, pA, pF, second

CURRENT = {"I": "amp"}
NUMBER = {"I": "1"}
DRIVEN = (("I", "I_ext"),)
SMOOTH = ("exponential_euler", "rk4")
"""Methods for membranes that are stiff near a spike."""
ONE_STAGE = "euler"
"""For exponentials near a spike: a second stage would take the exponential of a voltage far beyond the peak."""

lif = Model(
    name="lif",
    title="Leaky integrate-and-fire neuron",
    about="""Spikes go on for ever above the rheobase (V_th - E_L)/R, one every
refractory + tau*log((R*I - V_r + E_L)/(R*I - V_th + E_L)).""",
    text="""
    dv/dt = (E_L - v + R*I)/tau : volt (unless refractory)
    I_ext : amp
    """,
    parameters={
        "tau": 10 * ms,
        "R": 100 * Mohm,
        "E_L": -70 * mV,
        "V_th": -50 * mV,
        "V_r": -60 * mV,
        "t_ref": 2 * ms,
    },
    papers=(LAPICQUE_1907,),
    sums=CURRENT,
    terms=DRIVEN,
    threshold="v > V_th",
    reset="v = V_r",
    refractory="t_ref",
    method=("exact", *SMOOTH),
    initial={"v": "E_L"},
)

qif = Model(
    name="qif",
    title="Quadratic integrate-and-fire neuron",
    about="""The normal form of a neuron that begins to fire at arbitrarily low rates. Above the rheobase
g*(V_T - E_L)/4, with a threshold and a reset far away, the period is pi*tau/sqrt(a*(I - I_rh)/g) for a = 1/(V_T - E_L).""",
    text="""
    dv/dt = ((v - E_L)*(v - V_T)/(V_T - E_L) + I/g)/tau : volt
    I_ext : amp
    """,
    parameters={
        "tau": 10 * ms,
        "g": 10 * nS,
        "E_L": -65 * mV,
        "V_T": -50 * mV,
        "V_peak": 30 * mV,
        "V_r": -75 * mV,
    },
    papers=(ERMENTROUT_1986,),
    sums=CURRENT,
    terms=DRIVEN,
    threshold="v > V_peak",
    reset="v = V_r",
    method=SMOOTH,
    initial={"v": "E_L"},
)

eif = Model(
    name="eif",
    title="Exponential integrate-and-fire neuron",
    about="The rheobase is g_L*(V_T - E_L - Delta_T); at that current v rests at V_T.",
    text="""
    dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v - V_T)/Delta_T) + I)/C : volt (unless refractory)
    I_ext : amp
    """,
    parameters={
        "C": 100 * pF,
        "g_L": 10 * nS,
        "E_L": -65 * mV,
        "V_T": -59.9 * mV,
        "Delta_T": 3.48 * mV,
        "V_peak": -30 * mV,
        "V_r": -68 * mV,
        "t_ref": 1.7 * ms,
    },
    papers=(FOURCAUD_2003,),
    sums=CURRENT,
    terms=DRIVEN,
    threshold="v > V_peak",
    reset="v = V_r",
    refractory="t_ref",
    method=ONE_STAGE,
    initial={"v": "E_L"},
)

adex = Model(
    name="adex",
    title="Adaptive exponential integrate-and-fire neuron",
    about="""Parameters of the paper. As a current rises slowly, the rest loses its stability at
V_T + Delta_T*log(1 + C/(g_L*tau_w)), in a Hopf bifurcation.""",
    text="""
    dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v - V_T)/Delta_T) - w + I)/C : volt
    dw/dt = (a*(v - E_L) - w)/tau_w : amp
    I_ext : amp
    """,
    parameters={
        "C": 281 * pF,
        "g_L": 30 * nS,
        "E_L": -70.6 * mV,
        "V_T": -50.4 * mV,
        "Delta_T": 2 * mV,
        "tau_w": 144 * ms,
        "a": 4 * nS,
        "b": 0.0805 * nA,
        "V_peak": 20 * mV,
        "V_r": -70.6 * mV,
    },
    papers=(BRETTE_2005,),
    sums=CURRENT,
    terms=DRIVEN,
    threshold="v > V_peak",
    reset="v = V_r; w += b",
    method=ONE_STAGE,
    initial={"v": "E_L"},
)

izhikevich = Model(
    name="izhikevich",
    title="Neuron of Izhikevich",
    about="""Regular spiking. Others of the paper: fast spiking with a=0.1/ms, d=2*mV/ms; intrinsically bursting with
V_r=-55*mV, d=4*mV/ms; chattering with V_r=-50*mV, d=2*mV/ms. As C is 1 pF, the paper's current of 10 is 10 pA here.
Rest is at -70 mV; it loses its stability at 3.7975 pA, where 0.08*v + 5 = 0.02 in the units of the paper.""",
    text="""
    dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I/C : volt
    du/dt = a*(b*v - u) : volt/second
    I_ext : amp
    """,
    parameters={
        "a": 0.02 / ms,
        "b": 0.2 / ms,
        "V_r": -65 * mV,
        "d": 8 * mV / ms,
        "V_peak": 30 * mV,
        "C": 1 * pF,
    },
    papers=(IZHIKEVICH_2003,),
    sums=CURRENT,
    terms=DRIVEN,
    threshold="v >= V_peak",
    reset="v = V_r; u += d",
    method=SMOOTH,
    initial={"v": -70 * mV, "u": "b*v"},
)

mihalas_niebur = Model(
    name="mihalas_niebur",
    title="Generalised integrate-and-fire neuron of Mihalas and Niebur",
    about="""Currents I_1 and I_2 that each spike sets, and a threshold that follows the membrane. Between spikes all
equations are linear. The values give tonic spiking at I/C = 1.5 V/s; a = 5/s adapts; the paper's table has the others.""",
    text="""
    dv/dt = (I_1 + I_2 + I)/C - G*(v - E_L) : volt
    dV_th/dt = a*(v - E_L) - b*(V_th - V_inf) : volt
    dI_1/dt = -k_1*I_1 : amp
    dI_2/dt = -k_2*I_2 : amp
    I_ext : amp
    """,
    parameters={
        "C": 1 * pF,
        "G": 50 / second,
        "E_L": -70 * mV,
        "V_inf": -50 * mV,
        "V_r": -70 * mV,
        "V_th_r": -60 * mV,
        "a": 0 / second,
        "b": 10 / second,
        "k_1": 200 / second,
        "k_2": 20 / second,
        "R_1": 0.0,
        "R_2": 1.0,
        "A_1": 0 * pA,
        "A_2": 0 * pA,
    },
    papers=(MIHALAS_2009,),
    sums=CURRENT,
    terms=DRIVEN,
    threshold="v > V_th",
    reset="""
    I_1 = R_1*I_1 + A_1
    I_2 = R_2*I_2 + A_2
    v = V_r
    V_th = V_th if V_th > V_th_r else V_th_r
    """,
    method=("exact", *SMOOTH),
    initial={"v": "E_L", "V_th": "V_inf"},
)

fitzhugh_nagumo = Model(
    name="fitzhugh_nagumo",
    title="Neuron of FitzHugh and Nagumo",
    about="""Without units; `scale` is the time of one unit of time. With I = 0 it rests at v = -1.1994, w = -0.6243; it
oscillates between two Hopf points, where v**2 = 1 - b*c.""",
    text="""
    dv/dt = (v - v**3/3 - w + I)/scale : 1
    dw/dt = c*(v + a - b*w)/scale : 1
    I_ext : 1
    """,
    parameters={"a": 0.7, "b": 0.8, "c": 0.08, "scale": 1 * ms},
    papers=(FITZHUGH_1961,),
    sums=NUMBER,
    terms=DRIVEN,
    method="rk4",
    initial={"v": -1.1994, "w": -0.6243},
)

hindmarsh_rose = Model(
    name="hindmarsh_rose",
    title="Neuron of Hindmarsh and Rose",
    about="Bursts at I_ext = 2, chaotic bursts at 3.25. Without units; `scale` is the time of the model's unit of time.",
    text="""
    dx/dt = (y - a*x**3 + b*x**2 - z + I)/scale : 1
    dy/dt = (c - d*x**2 - y)/scale : 1
    dz/dt = r*(s*(x - x_R) - z)/scale : 1
    I_ext : 1
    """,
    parameters={"a": 1.0, "b": 3.0, "c": 1.0, "d": 5.0, "r": 0.006, "s": 4.0, "x_R": -1.6, "scale": 1 * ms},
    papers=(HINDMARSH_1984,),
    sums=NUMBER,
    terms=DRIVEN,
    method="rk4",
    initial={"x": -1.6, "y": "c - d*x**2", "z": 0.0},
)

__all__ = [name for name, value in list(globals().items()) if isinstance(value, Model)]
