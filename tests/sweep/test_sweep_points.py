"""Points of a sweep: grids, pairs, lists; their seeds; results as arrays."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from eqsim import Hz, Quantity, ms, mV, nS
from eqsim.sweeps.plain import plain, valued
from eqsim.sweeps.points import make_points, stacked


def test_a_grid_has_all_combinations_the_last_name_fastest() -> None:
    points = make_points({"tau": [5, 10, 20] * ms, "w": (1, 2)}, None, False, 1)
    assert (points.dims, points.shape, len(points)) == (("tau", "w"), (3, 2), 6)
    found = [(float(p.values["tau"]), p.values["w"]) for p in points]
    assert found == list(itertools.product([0.005, 0.01, 0.02], [1, 2]))
    assert [p.index for p in points] == list(range(6))


def test_values_side_by_side_make_one_axis() -> None:
    points = make_points({"a": [1, 2, 3], "b": np.array([4.0, 5.0, 6.0])}, None, True, 1)
    assert (points.dims, points.shape) == (("point",), (3,))
    assert [dict(p.values) for p in points] == [{"a": 1, "b": 4.0}, {"a": 2, "b": 5.0}, {"a": 3, "b": 6.0}]


def test_points_may_be_listed() -> None:
    points = make_points({"dt": 1 * ms}, [{"a": 1, "b": 2}, {"b": 5, "a": 3}], False, 1)
    assert [(p.values["a"], p.values["b"], float(p.values["dt"])) for p in points] == [(1, 2, 0.001), (3, 5, 0.001)]


def test_repeats_are_the_last_axis_and_have_other_seeds() -> None:
    points = make_points({"a": [1, 2]}, None, False, 3)
    assert (points.dims, points.shape) == (("a", "repeat"), (2, 3))
    assert [p.repeat for p in points] == [0, 1, 2, 0, 1, 2]
    assert len({p.seed(7) for p in points}) == 6
    assert len({p.seed(7, same=True) for p in points}) == 3


def test_without_an_axis_there_is_one_point() -> None:
    points = make_points({"a": 1}, None, False, 1)
    assert (points.dims, points.shape, [dict(p.values) for p in points]) == ((), (), [{"a": 1}])


def test_a_seed_follows_from_the_values_alone() -> None:
    """Other points, their order and the order of the names do not matter; a grid may grow."""
    small = {p.text: p.seed(1) for p in make_points({"a": [1, 2], "b": [3.0] * ms}, None, False, 1)}
    large = {p.text: p.seed(1) for p in make_points({"b": [7.0, 3.0] * ms, "a": [0, 2, 1]}, None, False, 1)}
    assert small.items() <= large.items()
    assert all(seed != p.seed(2) for p, seed in zip(make_points({"a": [1, 2]}, None, False, 1), small.values(), strict=True))
    assert all(0 <= s < 2**62 for s in large.values())


@pytest.mark.parametrize(
    ("parameters", "rows", "together", "repeats", "message"),
    [
        (
            {"a": [1, 2], "b": [1]},
            None,
            True,
            1,
            "values that are taken side by side must be equally many: a has 2, b has 1",
        ),
        ({"a": []}, None, False, 1, "'a' has no values: there is nothing to run"),
        ({}, [], False, 1, "points= is empty: there is nothing to run"),
        ({}, [{"a": 1}, {"b": 1}], False, 1, "all points need the same names: point 0 has ['a'], point 1 has ['b']"),
        ({"a": [1]}, [{"b": 1}], False, 1, "points= already says all values: 'a' can only have one value beside it"),
        ({"a": 1}, [{"a": 1}], False, 1, "'a' is in points= and also given by itself"),
        ({"a": [1]}, None, False, 0, "repeats= is a number of runs, at least 1, not 0"),
    ],
)
def test_what_does_not_fit_together(parameters, rows, together, repeats, message) -> None:
    with pytest.raises(ValueError) as error:
        make_points(parameters, rows, together, repeats)
    assert str(error.value) == message


def test_values_of_one_unit_and_shape_are_one_array() -> None:
    rates = stacked([1 * Hz, 2 * Hz, 3 * Hz, 4 * Hz], (2, 2))
    assert isinstance(rates, Quantity) and rates.dim is Hz.dim
    assert np.asarray(rates).tolist() == [[1, 2], [3, 4]]
    traces = stacked([[0.0, 1.0] * mV, [2.0, 3.0] * mV], (2,))
    assert traces.shape == (2, 2) and float(traces[1, 0]) == 0.002


def test_missing_values_are_nan() -> None:
    found = stacked([1, None, 3], (3,), missing=[1])
    assert found.dtype == np.float64 and found[0] == 1 and np.isnan(found[1])
    assert stacked([np.arange(2), None], (2,), missing=[1]).shape == (2, 2)


@pytest.mark.parametrize("values", [[np.zeros(2), np.zeros(3)], [1 * ms, 2 * mV], ["a", "b"], [1, "a"]])
def test_values_that_do_not_fit_are_objects(values) -> None:
    found = stacked(values, (2,))
    assert found.dtype == object and found.shape == (2,) and all(a is b for a, b in zip(found, values, strict=True))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 0.1, float("nan"), float("-inf"), 2 + 3j, "text", 5 * ms, [1, 2] * nS, np.arange(4).reshape(2, 2),
        np.array([True, False]), np.array(["a", "b"]), [1, [2, 3]], (1, 2 * ms),
        {"a": 1, "b": {"c": [1.5]}}, np.float64(0.3),
    ],
    ids=repr,
)  # fmt: skip
def test_values_survive_the_file(value) -> None:
    import json

    back = valued(json.loads(json.dumps(plain(value), allow_nan=False)))
    assert repr(back) == repr(value.item() if isinstance(value, np.generic) and not isinstance(value, Quantity) else value)


def test_what_a_file_cannot_hold() -> None:
    with pytest.raises(TypeError) as error:
        plain([1, object()])
    assert str(error.value) == (
        "a value of type object cannot be written to a file; return numbers, arrays, quantities, texts, or lists and "
        "dictionaries of these"
    )
