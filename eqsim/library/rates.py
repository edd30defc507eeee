"""Populations and oscillators without spikes; each takes input as a sum and is coupled by `diffusion` or what is here."""

from __future__ import annotations

from eqsim.library.model import Model
from eqsim.library.papers import (
    DECO_2017,
    JANSEN_1995,
    JOGLEKAR_2018,
    KURAMOTO_1984,
    WILSON_1972,
    WONG_2006,
)
from eqsim.library.synapse import Synapse
from eqsim.units import Hz, ms, mV, nA, pA, second

wilson_cowan = Model(
    name="wilson_cowan",
    title="Excitatory and inhibitory population of Wilson and Cowan",
    about="""Activities E and I as parts of the largest. With these values and I_E_ext = 1.25 there is a limit cycle.
w_IE is the weight from I to E. The response to no input is no activity.""",
    text="""
    dE/dt = (-E + (1 - r*E)*(1/(1 + exp(-a_E*(in_E - theta_E))) - 1/(1 + exp(a_E*theta_E))))/tau_E : 1
    dI/dt = (-I + (1 - r*I)*(1/(1 + exp(-a_I*(in_I - theta_I))) - 1/(1 + exp(a_I*theta_I))))/tau_I : 1
    in_E = w_EE*E - w_IE*I + I_E : 1
    in_I = w_EI*E - w_II*I + I_I : 1
    I_E_ext : 1
    I_I_ext : 1
    """,
    parameters={
        "w_EE": 16.0,
        "w_IE": 12.0,
        "w_EI": 15.0,
        "w_II": 3.0,
        "a_E": 1.3,
        "theta_E": 4.0,
        "a_I": 2.0,
        "theta_I": 3.7,
        "r": 1.0,
        "tau_E": 10 * ms,
        "tau_I": 10 * ms,
    },
    papers=(WILSON_1972,),
    sums={"I_E": "1", "I_I": "1"},
    terms=(("I_E", "I_E_ext"), ("I_I", "I_I_ext")),
    method="rk4",
)

threshold_linear = Model(
    name="threshold_linear",
    title="Threshold-linear area of Joglekar and others",
    about="""Rates of an excitatory and an inhibitory population; h in 0..1 is the place of the area in the hierarchy, which
raises its recurrent and long-range excitation.""",
    text="""
    dE/dt = (-E + (beta_E*I_E if I_E > 0*amp else 0*Hz))/tau_E : Hz
    dI/dt = (-I + (beta_I*I_I if I_I > 0*amp else 0*Hz))/tau_I : Hz
    h : 1 (constant)
    I_E_ext : amp
    I_I_ext : amp
    """,
    parameters={
        "beta_E": 0.066 * Hz / pA,
        "beta_I": 0.351 * Hz / pA,
        "tau_E": 20 * ms,
        "tau_I": 10 * ms,
        "eta": 0.68,
        "w_EE": 24.3 * pA / Hz,
        "w_IE": 12.2 * pA / Hz,
        "w_EI": 19.7 * pA / Hz,
        "w_II": 12.5 * pA / Hz,
    },
    papers=(JOGLEKAR_2018,),
    sums={"I_E": "amp", "I_I": "amp"},
    terms=(
        ("I_E", "(1 + eta*h)*w_EE*E - w_EI*I"),
        ("I_E", "I_E_ext"),
        ("I_I", "(1 + eta*h)*w_IE*E - w_II*I"),
        ("I_I", "I_I_ext"),
    ),
    method="euler",
)

jansen_rit = Model(
    name="jansen_rit",
    title="Cortical column of Jansen and Rit",
    about="""y_1 - y_2 is the voltage of the pyramidal cells, as in the EEG. The input p is a rate; with 120 to 320 Hz
there is a rhythm near 10 Hz.""",
    text="""
    dy_0/dt = z_0 : volt
    dz_0/dt = A*a*2*e_0/(1 + exp(r*(v_0 - y_1 + y_2))) - 2*a*z_0 - a**2*y_0 : volt/second
    dy_1/dt = z_1 : volt
    dz_1/dt = A*a*(p + 0.8*C*2*e_0/(1 + exp(r*(v_0 - C*y_0)))) - 2*a*z_1 - a**2*y_1 : volt/second
    dy_2/dt = z_2 : volt
    dz_2/dt = B*b*0.25*C*2*e_0/(1 + exp(r*(v_0 - 0.25*C*y_0))) - 2*b*z_2 - b**2*y_2 : volt/second
    p_ext : Hz
    """,
    parameters={
        "A": 3.25 * mV,
        "B": 22 * mV,
        "a": 100 / second,
        "b": 50 / second,
        "C": 135.0,
        "e_0": 2.5 * Hz,
        "v_0": 6 * mV,
        "r": 0.56 / mV,
    },
    papers=(JANSEN_1995,),
    sums={"p": "Hz"},
    terms=(("p", "p_ext"),),
    method="rk4",
)

stuart_landau = Model(
    name="stuart_landau",
    title="Oscillator of Stuart and Landau",
    about="The normal form of a Hopf bifurcation: for a > 0 a circle of radius sqrt(a) at the angular frequency omega.",
    text="""
    dx/dt = (a - x**2 - y**2)*x/tau - omega*y + I_x/tau : 1
    dy/dt = (a - x**2 - y**2)*y/tau + omega*x + I_y/tau : 1
    I_x_ext : 1
    I_y_ext : 1
    """,
    parameters={"a": 0.1, "omega": 2 * 3.141592653589793 * 10 * Hz, "tau": 100 * ms},
    papers=(DECO_2017,),
    sums={"I_x": "1", "I_y": "1"},
    terms=(("I_x", "I_x_ext"), ("I_y", "I_y_ext")),
    method="rk4",
)

kuramoto = Model(
    name="kuramoto",
    title="Phase of Kuramoto",
    about="Each oscillator has its own omega; couple them with kuramoto_coupling.",
    text="dtheta/dt = omega + I : 1\nomega : Hz (constant)",
    papers=(KURAMOTO_1984,),
    sums={"I": "Hz"},
    method="rk4",
)

kuramoto_coupling = Synapse(
    name="kuramoto_coupling",
    title="Coupling of Kuramoto",
    about="Two lock if their frequencies differ by less than 2*weight: then sin(difference) is that over 2*weight.",
    target="pull : Hz",
    terms=(("I", "pull"),),
    text="weight : Hz\npull_post = weight*sin(theta_pre - theta_post) : Hz (summed)",
    papers=(KURAMOTO_1984,),
    label="phase",
)

wong_wang = Model(
    name="wong_wang",
    title="Decision of Wong and Wang, reduced to two variables",
    about="""S_1 and S_2 are open NMDA receptors of two populations that compete. The stimulus is a current into I_1 and I_2:
0.00052*nA/Hz times 40 Hz times 1 + c and 1 - c.""",
    text="""
    dS_1/dt = -S_1/tau_S + (1 - S_1)*gamma*r_1 : 1
    dS_2/dt = -S_2/tau_S + (1 - S_2)*gamma*r_2 : 1
    r_1 = 1/(d*exprel(-d*(a*x_1 - b))) : Hz
    r_2 = 1/(d*exprel(-d*(a*x_2 - b))) : Hz
    x_1 = J_same*S_1 - J_other*S_2 + I_0 + I_1 : amp
    x_2 = J_same*S_2 - J_other*S_1 + I_0 + I_2 : amp
    I_1_ext : amp
    I_2_ext : amp
    """,
    parameters={
        "a": 270 * Hz / nA,
        "b": 108 * Hz,
        "d": 0.154 * second,
        "gamma": 0.641,
        "tau_S": 100 * ms,
        "J_same": 0.2609 * nA,
        "J_other": 0.0497 * nA,
        "I_0": 0.3255 * nA,
    },
    papers=(WONG_2006,),
    sums={"I_1": "amp", "I_2": "amp"},
    terms=(("I_1", "I_1_ext"), ("I_2", "I_2_ext")),
    method="rk4",
    initial={"S_1": 0.1, "S_2": 0.1},
)
