"""What numpy functions, ufuncs and methods do to units."""

# ruff: noqa: E501  (tables, a few entries per line)

import warnings
from typing import Any

import numpy as np
import pytest

import eqsim.units.numpy_replacements as unp
from eqsim.errors import DimensionMismatchError
from eqsim.units import Dimension, Quantity, get_dimensions, mm, ms, mV, nA, second, volt
from eqsim.units.ufuncs import RULES as UFUNC_RULES

q, r, t = [3.0, 1.0, 2.0] * mV, [1.0, 2.0, 4.0] * nA, [0.0, 1.0, 2.0] * ms
matrix = np.array([[2.0, 1.0], [1.0, 3.0]]) * mV
V, A, S, ONE = volt.dim, nA.dim, second.dim, Dimension([0] * 7)

# Expression, dimensions of its results, in the order of the results.
TABLE: list[tuple[str, list[Dimension]]] = [
    *[(f"np.{name}(q)", [V]) for name in (
        "mean median sum std max min amax amin ptp cumsum nanmean nanmedian nansum nanstd nanmax nanmin "
        "nancumsum cumulative_sum sort flip ravel squeeze diff ediff1d real imag fix nan_to_num copy diag "
        "atleast_1d atleast_2d atleast_3d empty_like zeros_like ones_like trim_zeros gradient unique "
        "transpose unique_values round around real_if_close average fft.fft fft.ifft linalg.norm "
        "linalg.vector_norm"
    ).split()],
    ("np.roll(q, 1)", [V]), ("np.tile(q, 2)", [V]), ("np.repeat(q, 2)", [V]), ("np.expand_dims(q, 0)", [V]),
    ("np.percentile(q, 50)", [V]), ("np.quantile(q, [0.1, 0.9])", [V]), ("np.nanpercentile(q, 50)", [V]),
    ("np.take(q, [0])", [V]), ("np.delete(q, 0)", [V]), ("np.compress([1, 0, 1], q)", [V]),
    ("q.compress([True, False, True])", [V]),
    ("np.resize(q, 5)", [V]), ("np.reshape(q, (3, 1))", [V]), ("np.full_like(q, 2 * nA)", [A]), ("np.full_like(q, 2)", [V]),
    ("np.insert(q, 0, 1 * mV)", [V]), ("np.append(q, 1 * mV)", [V]), ("np.append(q, 0)", [V]),
    ("np.pad(q, 1)", [V]), ("np.pad(q, 1, constant_values=1 * mV)", [V]), ("np.clip(q, 1 * mV, 2 * mV)", [V]),
    ("np.clip(q, 0, 2 * mV)", [V]), ("np.rot90(matrix)", [V]), ("np.partition(q, 1)", [V]), ("np.broadcast_to(q, (2, 3))", [V]),
    ("np.concatenate([q, q])", [V]), ("np.concatenate([q, np.zeros(2)])", [V]), ("np.stack([1 * mV, 2 * mV])", [V]),
    ("np.vstack([q, q])", [V]), ("np.hstack([q, 1 * mV])", [V]), ("np.dstack([q, q])", [V]), ("np.column_stack((q, q))", [V]),
    ("np.block([[q, q]])", [V]), ("np.array_split(q, 2)", [V, V]), ("np.split(q, 3)", [V, V, V]),
    ("np.diagonal(matrix)", [V]), ("np.trace(matrix)", [V]), ("np.triu(matrix)", [V]), ("np.tril(matrix)", [V]),
    ("np.swapaxes(matrix, 0, 1)", [V]), ("np.moveaxis(matrix, 0, 1)", [V]), ("np.fliplr(matrix)", [V]),
    ("np.average(q, weights=[1, 2, 3])", [V]), ("np.average(q, weights=r, returned=True)", [V, A]),
    ("np.var(q)", [V**2]), ("np.nanvar(q)", [V**2]), ("np.square(q)", [V**2]), ("np.power(q, 3)", [V**3]),
    ("np.float_power(q, 2)", [V**2]), ("np.sqrt(q)", [V**0.5]), ("np.cbrt(q)", [V ** (1 / 3)]), ("np.reciprocal(q)", [V**-1]),
    ("np.prod(q)", [V**3]), ("np.prod(matrix, axis=0)", [V**2]), ("np.prod(matrix, axis=(0, 1))", [V**4]),
    ("np.dot(q, r)", [V * A]), ("np.inner(q, r)", [V * A]), ("np.outer(q, r)", [V * A]), ("np.vdot(q, r)", [V * A]),
    ("np.cross(q, r)", [V * A]), ("np.kron(q, r)", [V * A]), ("np.tensordot(q, r, 1)", [V * A]), ("np.matmul(q, r)", [V * A]),
    ("np.einsum('i,i', q, r)", [V * A]), ("np.einsum('i->', q)", [V]), ("np.convolve(q, r)", [V * A]),
    ("np.correlate(q, r)", [V * A]), ("np.linalg.multi_dot([matrix, matrix, q[:2]])", [V**3]),
    ("np.cov(q)", [V**2]), ("np.cov(q, [1, 2, 3] * mV)", [V**2]), ("np.corrcoef(q)", [ONE]),
    ("np.interp(0.5 * ms, t, q)", [V]), ("np.interp([0.5, 1] * ms, t, q, left=0 * mV)", [V]), ("np.interp(0.5, [0, 1], [1, 2] * mV)", [V]),
    ("np.trapezoid(q, t)", [V * S]), ("np.trapezoid(q, dx=1 * ms)", [V * S]), ("np.trapezoid(q)", [V]),
    ("np.gradient(q, 1 * ms)", [V / S]), ("np.gradient(q, t)", [V / S]), ("np.gradient(matrix, 1 * ms)", [V / S, V / S]),
    ("np.gradient(matrix, 1 * ms, 1 * mm)", [V / S, V / mm.dim]), ("np.gradient(matrix, 1 * ms, axis=0)", [V / S]),
    ("np.histogram(q, 2)", [ONE, V]), ("np.histogram(q, [0, 2, 4] * mV)", [ONE, V]), ("np.histogram(q, 2, weights=r)", [A, V]),
    ("np.histogram(q, 2, density=True)", [V**-1, V]), ("np.histogram(q, bins=2, range=[0, 5] * mV)", [ONE, V]),
    ("np.histogram2d(q, r, 2)", [ONE, V, A]), ("np.histogram_bin_edges(q, 2)", [V]), ("np.bincount([0, 1, 1], weights=q)", [V]),
    ("np.digitize(q, [0, 2] * mV)", [ONE]), ("np.searchsorted(t, 1 * ms)", [ONE]), ("np.isin(q, [1 * mV])", [ONE]),
    ("np.union1d(q, 5 * mV)", [V]), ("np.setdiff1d(q, 1 * mV)", [V]), ("np.intersect1d(q, 1 * mV)", [V]),
    ("np.unique(q, return_index=True)", [V, ONE]), ("np.unique(q, return_counts=True)", [V, ONE]),
    ("np.where(q > 1 * mV, q, 0)", [V]), ("np.where(q > 1 * mV)", [ONE]), ("np.select([q > 2 * mV], [q], 0)", [V]),
    ("np.choose([0, 1, 0], [q, 2 * q])", [V]), ("np.extract(q > 1 * mV, q)", [V]), ("np.meshgrid(q, t)", [V, S]),
    ("np.broadcast_arrays(q, 1 * ms)", [V, S]), ("np.atleast_1d(1 * mV, 1 * ms)", [V, S]), ("np.linspace(0 * mV, 1 * mV, 3)", [V]),
    ("np.argmax(q)", [ONE]), ("np.argsort(q)", [ONE]), ("np.nonzero(q)", [ONE]), ("np.count_nonzero(q)", [ONE]), ("np.any(q)", [ONE]),
    ("np.all(q)", [ONE]), ("np.shape(q)", [ONE, ]), ("np.sign(q)", [ONE]), ("np.isfinite(q)", [ONE]), ("np.logical_and(q, True)", [ONE]),
    ("np.isclose(q, 1 * mV)", [ONE]), ("np.allclose(q, q, atol=1 * mV)", [ONE]), ("np.array_equal(q, q)", [ONE]),
    ("np.linalg.inv(matrix)", [V**-1]), ("np.linalg.det(matrix)", [V**2]), ("np.linalg.solve(matrix, [1, 2] * nA)", [A / V]),
    ("np.linalg.eigvals(matrix)", [V]), ("np.linalg.eigh(matrix)", [V, ONE]), ("np.linalg.svd(matrix)", [ONE, V, ONE]),
    ("np.linalg.svd(matrix, compute_uv=False)", [V]), ("np.linalg.matrix_power(matrix, 2)", [V**2]), ("np.linalg.cholesky(matrix)", [V**0.5]),
    ("np.linalg.qr(matrix)", [ONE, V]), ("np.linalg.cond(matrix)", [ONE]), ("np.linalg.pinv(matrix)", [V**-1]),
    ("np.heaviside(q, 0.5)", [ONE]), ("np.heaviside([-1, 0, 1], q)", [V]), ("np.absolute(q)", [V]), ("np.floor(q)", [V]), ("np.rint(q)", [V]),
    ("np.maximum(q, 0)", [V]), ("np.fmin(q, 1 * mV)", [V]), ("np.fmod(q, 1 * mV)", [V]), ("np.remainder(q, 1 * mV)", [V]),
    ("np.divmod(q, 2 * mV)", [ONE, V]), ("np.floor_divide(q, 2 * mV)", [ONE]), ("np.copysign(q, -1)", [V]), ("np.conjugate(q)", [V]),
    ("np.modf(q)", [V, V]), ("np.add.accumulate(q)", [V]), ("np.add.reduce(q)", [V]), ("np.maximum.reduce(q)", [V]),
    ("np.multiply.outer(q, r)", [V * A]), ("np.add.reduceat(q, [0, 1])", [V]), ("np.multiply.reduce(q)", [V**3]),
    *[(f"q.{m}", [V]) for m in (
        "sum() mean() max() min() std() cumsum() round(4) copy() flatten() ravel() squeeze() reshape(3,1) T "
        "transpose() real imag conj() take([0]) repeat(2) clip(1*mV,2*mV) view() swapaxes(0,0) astype('float32') astype(int)"
    ).split()],
    ("q.var()", [V**2]), ("q.prod()", [V**3]), ("q.dot(r)", [V * A]), ("matrix.trace()", [V]), ("matrix.diagonal()", [V]),
    ("q.argmax()", [ONE]), ("q.argsort()", [ONE]), ("q.nonzero()", [ONE]), ("q.any()", [ONE]), ("q.astype(bool)", [ONE]),
    ("t.searchsorted(1 * ms)", [ONE]), ("q @ r", [V * A]), ("q.mean(axis=0, keepdims=True)", [V]),
]  # fmt: skip


def bare(value: Any) -> Any:
    return np.asarray(value)


@pytest.mark.parametrize(("text", "dims"), TABLE, ids=[row[0] for row in TABLE])
def test_units_of_results(text: str, dims: list[Dimension]) -> None:
    """The unit, and the number: that of the same expression on SI values."""
    names = {"np": np, "q": q, "r": r, "t": t, "matrix": matrix, "mV": mV, "ms": ms, "nA": nA, "mm": mm}
    result = eval(text, names)
    si = eval(text, {k: np.asarray(v).copy() if isinstance(v, Quantity) else v for k, v in names.items()})
    if text.startswith("np.empty_like"):
        si = result
    many = isinstance(result, tuple | list) and len(dims) > 1
    parts, expected = (list(result), list(si)) if many else ([result], [si])
    assert len(parts) == len(dims)
    for part, number, dim in zip(parts, expected, dims, strict=True):
        assert (get_dimensions(part) if isinstance(part, Quantity) else ONE) is dim
        if part is not number:
            np.testing.assert_array_equal(bare(part), bare(number))


MISMATCHES = [
    ("np.concatenate([q, r])", "The arguments of concatenate have different units (units are V and A)."),
    ("np.concatenate([q, [1.0]])", "The arguments of concatenate have different units (units are V and 1)."),
    ("np.append(q, 1)", "The arguments of append have different units (units are V and 1)."),
    ("np.where(q > 0, q, 1)", "The arguments of where have different units (units are V and 1)."),
    ("np.interp(1, t, q)", "The arguments of interp have different units (units are 1 and s)."),
    ("np.clip(q, 1, 2)", "The arguments of clip have different units (units are V and 1)."),
    ("np.allclose(q, t)", "The arguments of allclose have different units (units are V and s)."),
    ("np.isclose(q, q, atol=1)", "The arguments of isclose have different units (units are V and 1)."),
    ("np.histogram(q, [0, 1, 2])", "The arguments of histogram have different units (units are V and 1)."),
    ("np.cov(q, r)", "The entries of cov would have different units (units are A and V)."),
    ("np.sinc(q)", "sinc expects a dimensionless argument but got [3. 1. 2.] mV (unit is V)."),
    ("t.searchsorted(1)", "The arguments of searchsorted have different units (units are s and 1)."),
    ("q.fill(3)", "fill (units are V and 1)."),
    ("q.put(0, 3 * ms)", "The arguments of put have different units (units are V and s)."),
    ("np.copyto(q, t)", "The arguments of copyto have different units (units are V and s)."),
    (
        "np.add.at(q, [0], 1 * ms)",
        "Cannot calculate [3. 1. 2.] mV add 1. ms, the units do not match (units are V and s).",
    ),
    ("np.multiply.at(q, [0], 1 * ms)", "multiply.at would change the unit (unit is V)."),
]


@pytest.mark.parametrize(("text", "message"), MISMATCHES, ids=[row[0] for row in MISMATCHES])
def test_whole_text_of_mismatches(text: str, message: str) -> None:
    with pytest.raises(DimensionMismatchError) as error:
        eval(text, {"np": np, "q": q.copy(), "r": r, "t": t, "ms": ms})
    assert str(error.value) == message


@pytest.mark.parametrize("text", ["np.cumprod(q)", "q.cumprod()", "np.cumulative_prod(q)", "np.multiply.accumulate(q)"])
def test_products_of_growing_length_have_no_unit(text: str) -> None:
    with pytest.raises(TypeError, match="over"):
        eval(text, {"np": np, "q": q})


def test_functions_that_change_their_argument() -> None:
    x = q.copy()
    np.put(x, 0, 5 * mV)
    np.copyto(x[1:], [6, 7] * mV)
    np.add.at(x, [0], 1 * mV)
    assert list(x) == [6 * mV, 6 * mV, 7 * mV]
    np.putmask(x, x > 6 * mV, 0)
    x.fill(2 * mV)
    x.sort()
    assert list(x) == [2 * mV] * 3
    m = matrix.copy()
    np.fill_diagonal(m, 1 * mV)
    assert m[0, 0] == 1 * mV


def test_out_takes_the_unit() -> None:
    out = Quantity(np.zeros(3), V)
    assert np.multiply(q, r, out=out) is out and out.dim is V * A
    out = Quantity(np.zeros(3), A)
    assert np.cumsum(q, out=out) is out and out.dim is V
    with pytest.raises(TypeError, match="a plain array cannot hold"):
        np.add(q, q, out=np.zeros(3))


def test_unknown_functions_warn_once_and_drop_the_unit() -> None:
    from eqsim.units import numpy_functions

    numpy_functions._WARNED.discard("polyfit")
    with pytest.warns(UserWarning, match=r"^numpy.polyfit does not know units: its result has none.$"):
        result = np.polyfit(t, q, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(np.polyfit(t, q, 1), result)
        np.polyfit([0, 1], Quantity([0.0, 1.0]), 1)  # nothing to lose
    assert not isinstance(result, Quantity)


def test_every_ufunc_for_real_numbers_has_a_rule() -> None:
    """New ufuncs of numpy shall not pass unnoticed; those left out work on integers, times and text."""
    integers = "bitwise_ left_shift right_shift invert gcd lcm bitwise_count isnat str_ string_".split()
    ufuncs = {name for name in dir(np) if isinstance(getattr(np, name), np.ufunc)}
    real = {getattr(np, name).__name__ for name in ufuncs if not any(name.startswith(i) for i in integers)}
    assert real - set(UFUNC_RULES) == set()


# functions under numpy's names ---------------------------------------------------------------------------------------


def test_ranges_of_quantities() -> None:
    assert list(unp.arange(1 * mV, 5 * mV, 2 * mV)) == [1 * mV, 3 * mV]
    assert list(unp.arange(start=1 * mV, stop=3 * mV, step=1 * mV)) == [1 * mV, 2 * mV]
    assert len(unp.arange(0 * ms, 10 * ms, 0.1 * ms)) == 100 and len(unp.arange(0, 10 * ms, 0.1 * ms)) == 100
    assert unp.arange(3).dtype.kind == "i" and list(unp.arange(2, 8, 3, dtype=float)) == [2, 5]
    assert list(unp.linspace(0 * mV, 5 * mV, 3)) == [0 * mV, 2.5 * mV, 5 * mV] == list(unp.linspace(0, 5 * mV, 3))
    assert unp.linspace(0 * mV, 5 * mV, 3, retstep=True)[1] == 2.5 * mV and list(unp.linspace(0, 1, 2)) == [0, 1]


RANGE_ERRORS = [
    (lambda: unp.arange(5 * mV), "Stop value 5. mV and step value 1 have to have the same units. (units are V and 1)."),
    (
        lambda: unp.arange(1, 5 * mV),
        "Start value 1 and stop value 5. mV have to have the same units. (units are 1 and V).",
    ),
    (
        lambda: unp.linspace(1, 5 * mV, 3),
        "Start value 1 and stop value 5. mV have to have the same units. (units are 1 and V).",
    ),
    (lambda: unp.where([True], [1] * mV, 3), "x and y need to have the same dimensions (units are V and 1)."),
    (lambda: unp.exp(3 * mV), "exp expects a dimensionless argument but got 3. mV (unit is V)."),
    (lambda: unp.sin([1 * mV]), "sin expects a dimensionless argument but got [0.001] (unit is V)."),
    (
        lambda: unp.exprel(3 * mV),
        "Function 'exprel' expected a quantity with unit 1 for argument 'x' but got '3. mV' (unit is V).",
    ),
]


@pytest.mark.parametrize(("action", "text"), RANGE_ERRORS, ids=[row[1][:40] for row in RANGE_ERRORS])
def test_whole_text_of_replacement_errors(action: Any, text: str) -> None:
    with pytest.raises(DimensionMismatchError) as error:
        action()
    assert str(error.value) == text


def test_replacements_keep_their_own_contracts() -> None:
    assert type(unp.zeros_like(q)) is np.ndarray is type(unp.ones_like(q))
    assert list(unp.where([True, False], [1, 2] * mV, 0)) == [1 * mV, 0 * mV]
    assert list(unp.where([True, False], 0, [1, 2] * mV)) == [0 * mV, 2 * mV]
    assert unp.where(q > 1 * mV)[0].tolist() == [0, 2]
    with pytest.raises(ValueError, match=r"^either both or neither of x and y should be given$"):
        unp.where(True, 1 * mV)
    assert unp.sum([1 * mV, 2 * mV]) == 3 * mV and unp.max([1 * mV, 2 * mV]) == 2 * mV
    assert list(unp.concatenate([[1, 2] * mV, [3] * mV])) == [1 * mV, 2 * mV, 3 * mV]
    assert list(unp.concat([q, []])) == list(q)
    assert unp.pi == np.pi and unp.random is np.random and {"exprel", "einsum"} <= set(dir(unp))
    with pytest.raises(AttributeError):
        _ = unp.no_such_function


@pytest.mark.parametrize("name", "log log10 exp expm1 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh".split())
def test_elementary_functions_are_numpys(name: str) -> None:
    assert getattr(unp, name)(0.5) == getattr(np, name)(0.5) and getattr(unp, name)(mV / (2 * mV)) == getattr(np, name)(0.5)


def test_exprel() -> None:
    """exprel(x) = 1 + x/2 + x^2/6 + ...; at x = 1e-8 the third term is below the last digit."""
    assert unp.exprel(0) == 1.0 and unp.exprel(-np.inf) == 0.0 and unp.exprel(np.inf) == np.inf
    assert unp.exprel(1e-8) == pytest.approx(1 + 5e-9, abs=3e-16)  # one rounding of expm1, one of the quotient
    np.testing.assert_allclose(unp.exprel([0.0, 1.0]), [1, np.e - 1], rtol=3e-16)


def test_array_of_a_list_says_that_units_are_dropped() -> None:
    with pytest.warns(UserWarning, match=r"^array.. drops the unit of a list of quantities"):
        assert unp.array([1 * mV, 2 * mV]).tolist() == [0.001, 0.002]
    assert unp.array(q).tolist() == [0.003, 0.001, 0.002]  # asked for: no warning


# matplotlib ----------------------------------------------------------------------------------------------------------


def test_bare_quantities_can_be_plotted_as_si_values() -> None:
    """Matplotlib stacks x and y, and compares with plain limits; its mixing of units is not the user's mistake."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    (line,) = axes.plot(t, q)
    axes.scatter(t, q, c=q)
    axes.fill_between(t, q, 2 * q)
    axes.errorbar(t, q, yerr=0.1 * q)
    axes.bar(t, q)
    axes.axhline(3 * mV)
    axes.hist(q)
    figure.canvas.draw()
    assert line.get_xydata()[0].tolist() == [0.0, 0.003] and axes.get_ylabel() == ""
    plt.close(figure)


def test_axes_are_labelled_with_units_on_request() -> None:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import matplotlib.units as munits

    from eqsim.units.plotting import label_axes_with_units

    before = dict(munits.registry)
    try:
        figure, labelled = plt.subplots()
        label_axes_with_units()
        (line,) = labelled.plot(t, q)
        labelled.axhline(2.5 * mV)
        assert (labelled.get_xlabel(), labelled.get_ylabel()) == ("ms", "mV")
        assert labelled.get_ylim()[1] == pytest.approx(3.1)  # 5 % margin of the range 1 to 3
        with pytest.raises(munits.ConversionError) as error:
            labelled.plot(t, r)
        assert str(error.value.__cause__) == "The axis shows another unit (units are V and A)."
        assert line.get_xdata(orig=False).tolist() == [0, 1, 2]
        plt.close(figure)
    finally:
        munits.registry.clear()
        munits.registry.update(before)
