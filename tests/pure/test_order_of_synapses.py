"""Code of synapses whose result depends on their order is warned of; code that does not, is not."""

from __future__ import annotations

import logging

import pytest

from eqsim import Network, NeuronGroup, Synapses, ms

COMMUTE = [
    "v_post += w",
    "v_post -= w; x_post += 2*w*v_pre/v_pre",
    "x_post *= w",
    "x_post /= w; y_post += 1",
    "x_post = 0",
    "x_post = 2*x_post + y_post",  # each synapse does the same to the neuron
    "x_post += 1; y_post = x_post",
    "u = w*2; w = clip(u, 0, 1); y_post += w",
    "w = x_post; y_pre += w",
    "v_post += w; w += x_pre",
]
DEPEND = [
    ("x_post = w; y_post += x_post", "x_post = w"),
    ("x_post = w", "x_post = w"),
    ("x_post = clip(x_post + w, 0, 1)", "x_post = clip(x_post + w, 0, 1)"),
    ("x_post += 1; w = x_post", "x_post += 1"),
    ("x_post += w; y_post += x_post", "x_post += w"),
    ("x_post += w; x_post *= 2", "x_post += w"),
    ("x_post *= w*x_post", "x_post *= w*x_post"),
    ("u = x_post*2; x_post += w; w = u", "x_post += w"),
    ("x_post = rand()", "x_post = rand()"),
    ("y_pre = w", "y_pre = w"),
]


def warnings(code: str, caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    """The warnings that synapses with this code give when they are made."""
    A = NeuronGroup(2, "v : 1\nx : 1\ny : 1", threshold="v > 1", reset="")
    B = NeuronGroup(2, "v : 1\nx : 1\ny : 1")
    with caplog.at_level(logging.WARNING, "eqsim"):
        S = Synapses(A, B, "w : 1", on_pre=code, name=name)
        S.connect()
        Network(A, B, S).run(0 * ms)
    return [r.getMessage() for r in caplog.records]


@pytest.mark.parametrize("code", COMMUTE)
def test_code_that_commutes_is_not_warned_of(code: str, caplog: pytest.LogCaptureFixture) -> None:
    assert warnings(code, caplog, "commuting") == []


@pytest.mark.parametrize(("code", "place"), DEPEND)
def test_code_that_depends_on_the_order_is_warned_of(code: str, place: str, caplog: pytest.LogCaptureFixture) -> None:
    (found,) = warnings(code, caplog, f"ordered_{DEPEND.index((code, place))}")
    assert f"the result of '{place}' depends on the order" in found


def test_the_text_of_the_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Once, although the code is read when the synapses are made and again when they run."""
    assert warnings("x_post = w", caplog, "told") == [
        "on_pre of Synapses 'told': the result of 'x_post = w' depends on the order of the synapses that share a neuron (it "
        "is: by time of the spike, then by number); to add up over synapses, write x_post += ..."
    ]


def test_one_to_one_is_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    """No two synapses share a neuron: the code of each has the last word."""
    told = NeuronGroup(3, "x : 1", threshold="True", name="one")
    S = Synapses(told, told, "w : 1", on_pre="x_post = w", name="one_to_one")
    S.connect(j="i")
    S.w = [1, 2, 3]
    with caplog.at_level(logging.WARNING):
        Network(told, S).run(0.2 * ms)
    assert "one_to_one" not in caplog.text
    assert told.x[:].tolist() == [1, 2, 3]
