"""Which noise is which: one name, one noise, for each neuron; and what cannot be said."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import Network, NeuronGroup, ms, seed
from eqsim.errors import EquationError
from eqsim.integrators import METHODS
from eqsim.model.equations import Equations

BOTH = """
    dx/dt = xi_1/ms**.5          : 1
    dy/dt = xi_1/ms**.5          : 1
    dz/dt = (xi_1 - xi_2)/ms**.5 : 1
    dw/dt = xi_2/ms**.5          : 1
"""


@pytest.mark.parametrize("method", ["euler", "heun", "exp_auto"])
def test_a_name_is_one_noise_in_all_equations(method: str, lane: Lane) -> None:
    """x and y are equal, bit for bit; z is x - w to rounding; x and w, and two neurons, are independent.

    A correlation of 2000 pairs has a standard deviation of 0.022; 0.13 is exceeded with probability 5e-9.
    """
    seed(5)
    with lane.networks():
        G = NeuronGroup(2000, BOTH, method=method)
        Network(G).run(5 * ms)
    x, y, z, w = (np.asarray(getattr(G, name)) for name in "xyzw")
    np.testing.assert_array_equal(x, y)
    np.testing.assert_allclose(z, x - w, atol=1e-12)
    assert abs(np.corrcoef(x, w)[0, 1]) < 0.13
    assert abs(np.corrcoef(x[1:], x[:-1])[0, 1]) < 0.13
    assert x.var() == pytest.approx(5.0, rel=0.2)  # 5 ms of noise; 2000 samples: sd 0.03


@pytest.mark.parametrize("method", ["euler", "heun", "milstein"])
def test_ito_and_stratonovich_in_a_network(method: str, lane: Lane) -> None:
    """dx = s*x dW/sqrt(tau): the mean stays 1 with Ito, and grows with exp(s**2/2*t/tau) with Stratonovich.

    s = 0.5, t = 4 tau: sd of x is sqrt(e - 1) = 1.3, of the mean of 10000 neurons 0.013 (Stratonovich: 0.022); 5 sigma.
    """
    if lane.name not in ("numpy", "g++ -O3"):
        return  # one compiled lane is enough: equal bits are tested elsewhere
    seed(6)
    with lane.networks():
        means = {}
        for calculus in ("ito", "stratonovich"):
            if (method, calculus) == ("euler", "stratonovich"):
                continue  # refused
            options = {"calculus": calculus}
            G = NeuronGroup(10000, "dx/dt = 0.5*x*xi/ms**.5 : 1", method=method, method_options=options, dt=0.05 * ms)
            G.x = 1
            Network(G).run(4 * ms)
            means[calculus] = float(np.mean(G.x_))
    assert abs(means["ito"] - 1) < 0.065
    if "stratonovich" in means:
        assert abs(means["stratonovich"] - np.exp(0.5)) < 0.13  # and 0.02 from the step


MISTAKES = [
    (
        "dx/dt = -x*xi : 1\ndy/dt = y*xi : 1",
        "'xi' drives 'x' already\n"
        " --> equations, line 2\n"
        "2 | dy/dt = y*xi : 1\n"
        "  | ^^^^^^^^^^^^^^^^\n"
        "  = help: name each noise: xi_1 and xi_2 if they are independent, xi_1 in both if they are the same",
    ),
    (
        "dx/dt = I/ms : 1\nI = 2*xi_a*ms**.5 : 1",
        "'xi_a' is white noise and cannot stand in the subexpression 'I'\n"
        " --> equations, line 2\n"
        "2 | I = 2*xi_a*ms**.5 : 1\n"
        "  | ^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: write it into the equation that it drives: dv/dt = ... + factor*xi_a",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_what_is_unclear_is_refused(text: str, message: str) -> None:
    with pytest.raises(EquationError) as caught:
        Equations(text)
    assert str(caught.value) == message


def test_noise_must_be_linear() -> None:
    with pytest.raises(EquationError) as caught:
        NeuronGroup(1, "dx/dt = -x/ms + xi*xi_2 : 1", name="cells*")
    assert str(caught.value) == (
        "the noise 'xi' and 'xi_2' must enter linearly: drift + factor*noise\n"
        " --> equations of NeuronGroup 'cells', line 1\n"
        "1 | dx/dt = -x/ms + xi*xi_2 : 1\n"
        "  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^ not linear in the noise\n"
        "  = help: white noise can be multiplied by a factor and added, nothing else"
    )


def test_each_method_says_what_noise_it_handles() -> None:
    own = {name: m for name, m in METHODS.items() if m.bibtex}  # not what other tests have registered
    handles = {name: m.noise for name, m in own.items() if m.noise != "none"}
    assert handles == {
        "euler": "additive",
        "exp_auto": "additive",
        "exact_noise": "additive",
        "heun": "multiplicative",
        "milstein": "multiplicative",
    }
    assert [name for name, m in own.items() if m.with_options({"calculus": "ito"}).able == "multiplicative"] == [
        name for name in own if name in ("euler", "exp_auto", "heun", "milstein")
    ]
