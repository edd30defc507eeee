"""Systems that several tests look at."""

from __future__ import annotations

from eqsim import cm, msiemens, uF

FHN = """
dx/dt = (-3*x**3 + 4*x**2 - 1.5*x - y + x_ext)/ms : 1
dy/dt = (x - y/2)/(20*ms)                         : 1
x_ext : 1
"""
WILSON_COWAN = """
dx/dt = (-x + (1 - x)*(1/(1 + exp(-1.5*(16*x - 15*y + x_ext - 3))) - 1/(1 + exp(4.5))))/ms : 1
dy/dt = (-y + (1 - y)*(1/(1 + exp(-1.5*(12*x - 3*y - 3))) - 1/(1 + exp(4.5))))/ms          : 1
x_ext : 1
"""
HODGKIN_HUXLEY = """
dv/dt = (I - g_Na*m**3*h*(v - 50*mV) - g_K*n**4*(v + 77*mV) - g_L*(v + 54.387*mV))/C : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = 0.07*exp(-(v + 65*mV)/(20*mV))/ms*(1 - h) - h/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : 1
dn/dt = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms*(1 - n) - 0.125*exp(-(v + 65*mV)/(80*mV))/ms*n : 1
alpha_m = 1/exprel(-(v + 40*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
I : amp/metre**2
"""
SQUID = {
    "g_Na": 120 * msiemens / cm**2,
    "g_K": 36 * msiemens / cm**2,
    "g_L": 0.3 * msiemens / cm**2,
    "C": 1 * uF / cm**2,
}
