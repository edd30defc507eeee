"""Neurons with the ion channels of their papers, and the bare membrane to which channels are added.

Currents of channels are densities and make the sum ``I_m``; currents of synapses and electrodes are in ampere, make the
sum ``I``, and are divided by the area of the cell.  Positive currents depolarise.
"""

from __future__ import annotations

from eqsim.library.model import Model
from eqsim.library.papers import BRETTE_2007, HODGKIN_1952, LI_2017, MORRIS_1981, TRAUB_1991, WANG_BUZSAKI_1996
from eqsim.units import cm, ms, msiemens, mV, uF, um

SUMS = {"I_m": "amp/meter**2", "I": "amp"}
DRIVEN = (("I", "I_ext"),)
mS_cm2 = msiemens / cm**2

membrane = Model(
    name="membrane",
    title="Membrane without channels",
    about="Add channels: membrane() + leak() + na() + kdr() + calcium() + cat().",
    text="""
    dv/dt = (I_m + I/area)/C : volt
    I_ext : amp
    """,
    parameters={"C": 1 * uF / cm**2, "area": 20000 * um**2},
    papers=(LI_2017,),
    sums=SUMS,
    terms=DRIVEN,
    threshold="v > 20*mV",
    refractory="v > 20*mV",
    method="exponential_euler",
    initial={"v": -65 * mV},
)

hodgkin_huxley = Model(
    name="hodgkin_huxley",
    title="Squid axon of Hodgkin and Huxley",
    about="""At 6.3 degrees, in today's sign of the voltage, with the rest at E_rest. u is the depolarisation in mV.
It fires on and on above 6.3 uA/cm**2 and its rest is unstable above 9.8 uA/cm**2.""",
    text="""
    dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + I_m + I/area)/C : volt
    dm/dt = a_m*(1 - m) - b_m*m : 1
    dh/dt = a_h*(1 - h) - b_h*h : 1
    dn/dt = a_n*(1 - n) - b_n*n : 1
    u = (v - E_rest)/mV : 1
    a_m = 1/exprel((25 - u)/10)/ms : Hz
    b_m = 4*exp(-u/18)/ms : Hz
    a_h = 0.07*exp(-u/20)/ms : Hz
    b_h = 1/(exp((30 - u)/10) + 1)/ms : Hz
    a_n = 0.1/exprel((10 - u)/10)/ms : Hz
    b_n = 0.125*exp(-u/80)/ms : Hz
    I_ext : amp
    """,
    parameters={
        "C": 1 * uF / cm**2,
        "g_Na": 120 * mS_cm2,
        "g_K": 36 * mS_cm2,
        "g_L": 0.3 * mS_cm2,
        "E_rest": -65 * mV,
        "E_Na": 50 * mV,
        "E_K": -77 * mV,
        "E_L": -54.387 * mV,
        "area": 20000 * um**2,
    },
    papers=(HODGKIN_1952,),
    sums=SUMS,
    terms=DRIVEN,
    threshold="v > -20*mV",
    refractory="v > -20*mV",
    method="exponential_euler",
    initial={"v": "E_rest", "m": "a_m/(a_m + b_m)", "h": "a_h/(a_h + b_h)", "n": "a_n/(a_n + b_n)"},
)

wang_buzsaki = Model(
    name="wang_buzsaki",
    title="Hippocampal interneuron of Wang and Buzsáki",
    about="Activation of sodium is taken as immediate.",
    text="""
    dv/dt = (g_Na*m_inf**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + I_m + I/area)/C : volt
    dh/dt = phi*(a_h*(1 - h) - b_h*h) : 1
    dn/dt = phi*(a_n*(1 - n) - b_n*n) : 1
    m_inf = a_m/(a_m + b_m) : 1
    a_m = 1/exprel(-(v/mV + 35)/10)/ms : Hz
    b_m = 4*exp(-(v/mV + 60)/18)/ms : Hz
    a_h = 0.07*exp(-(v/mV + 58)/20)/ms : Hz
    b_h = 1/(exp(-(v/mV + 28)/10) + 1)/ms : Hz
    a_n = 0.1/exprel(-(v/mV + 34)/10)/ms : Hz
    b_n = 0.125*exp(-(v/mV + 44)/80)/ms : Hz
    I_ext : amp
    """,
    parameters={
        "C": 1 * uF / cm**2,
        "g_Na": 35 * mS_cm2,
        "g_K": 9 * mS_cm2,
        "g_L": 0.1 * mS_cm2,
        "E_Na": 55 * mV,
        "E_K": -90 * mV,
        "E_L": -65 * mV,
        "phi": 5.0,
        "area": 20000 * um**2,
    },
    papers=(WANG_BUZSAKI_1996,),
    sums=SUMS,
    terms=DRIVEN,
    threshold="v > -20*mV",
    refractory="v > -20*mV",
    method="exponential_euler",
    initial={"v": "E_L", "h": "a_h/(a_h + b_h)", "n": "a_n/(a_n + b_n)"},
)

traub_miles = Model(
    name="traub_miles",
    title="Neuron of Traub and Miles as in the COBAHH benchmark",
    about="Brette and others (2007), appendix B, benchmark 3. V_T shifts the threshold.",
    text="""
    dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + I_m + I/area)/C : volt
    dm/dt = a_m*(1 - m) - b_m*m : 1
    dh/dt = a_h*(1 - h) - b_h*h : 1
    dn/dt = a_n*(1 - n) - b_n*n : 1
    u = (v - V_T)/mV : 1
    a_m = 1.28/exprel((13 - u)/4)/ms : Hz
    b_m = 1.4/exprel((u - 40)/5)/ms : Hz
    a_h = 0.128*exp((17 - u)/18)/ms : Hz
    b_h = 4/(1 + exp((40 - u)/5))/ms : Hz
    a_n = 0.16/exprel((15 - u)/5)/ms : Hz
    b_n = 0.5*exp((10 - u)/40)/ms : Hz
    I_ext : amp
    """,
    parameters={
        "C": 1 * uF / cm**2,
        "g_Na": 100 * mS_cm2,
        "g_K": 30 * mS_cm2,
        "g_L": 0.05 * mS_cm2,
        "V_T": -63 * mV,
        "E_Na": 50 * mV,
        "E_K": -90 * mV,
        "E_L": -60 * mV,
        "area": 20000 * um**2,
    },
    papers=(TRAUB_1991, BRETTE_2007),
    sums=SUMS,
    terms=DRIVEN,
    threshold="v > -20*mV",
    refractory="v > -20*mV",
    method="exponential_euler",
    initial={"v": "E_L", "m": "a_m/(a_m + b_m)", "h": "a_h/(a_h + b_h)", "n": "a_n/(a_n + b_n)"},
)

morris_lecar = Model(
    name="morris_lecar",
    title="Barnacle muscle fibre of Morris and Lecar",
    about="With these values the rest loses its stability in a Hopf bifurcation at 93.86 uA/cm**2.",
    text="""
    dv/dt = (g_Ca*m_inf*(E_Ca - v) + g_K*w*(E_K - v) + g_L*(E_L - v) + I_m + I/area)/C : volt
    dw/dt = phi*(w_inf - w)*cosh((v - V_3)/(2*V_4)) : 1
    m_inf = (1 + tanh((v - V_1)/V_2))/2 : 1
    w_inf = (1 + tanh((v - V_3)/V_4))/2 : 1
    I_ext : amp
    """,
    parameters={
        "C": 20 * uF / cm**2,
        "g_Ca": 4.4 * mS_cm2,
        "g_K": 8 * mS_cm2,
        "g_L": 2 * mS_cm2,
        "E_Ca": 120 * mV,
        "E_K": -84 * mV,
        "E_L": -60 * mV,
        "V_1": -1.2 * mV,
        "V_2": 18 * mV,
        "V_3": 2 * mV,
        "V_4": 30 * mV,
        "phi": 0.04 / ms,
        "area": 20000 * um**2,
    },
    papers=(MORRIS_1981,),
    sums=SUMS,
    terms=DRIVEN,
    threshold="v > 0*mV",
    refractory="v > 0*mV",
    method="exponential_euler",
    initial={"v": "E_L", "w": "w_inf"},
)
