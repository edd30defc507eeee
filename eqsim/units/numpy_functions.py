"""What numpy's functions do to dimensions, as one table.  In: a function, its arguments.  Out: a result with its unit.

Each rule takes the arguments and says the dimension of the result, or one dimension per result.  The function itself
then runs on bare numbers.  A function without a rule runs, too, but warns once that the unit was dropped.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.quantity import Quantity, fits_every_dimension, get_dimensions, wrap
from eqsim.units.ufuncs import asked_by_matplotlib, plain

__all__ = ["RULES", "Arguments", "apply"]


class Arguments:
    """The arguments of one call, by position or name."""

    def __init__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.name, self.args, self.kwargs = name, args, kwargs

    def get(self, position: int, name: str, default: Any = None) -> Any:
        """One argument."""
        return self.args[position] if position < len(self.args) else self.kwargs.get(name, default)

    def dim(self, position: int, name: str) -> Dimension:
        """Dimension of one argument; none if it is absent."""
        value = self.get(position, name)
        return DIMENSIONLESS if value is None else common(self.name, _parts(value))


Rule = Callable[[Arguments], Any]


def _parts(value: Any) -> Sequence[Any]:
    """The arrays of a list of arrays, or the one array."""
    if isinstance(value, list | tuple) and any(isinstance(v, Quantity | list | tuple) for v in value):
        return [part for v in value for part in _parts(v)]
    return [value]


def common(name: str, values: Sequence[Any]) -> Dimension:
    """The one dimension of all values, where zero fits all; else an error."""
    dims = [get_dimensions(v) for v in values]
    candidates = [d for d, v in zip(dims, values, strict=True) if d is not DIMENSIONLESS or not fits_every_dimension(v)]
    for dim in candidates[1:]:
        if dim is not candidates[0]:
            raise DimensionMismatchError(f"The arguments of {name} have different units", candidates[0], dim)
    return candidates[0] if candidates else DIMENSIONLESS


# rules ---------------------------------------------------------------------------------------------------------------


def keep(a: Arguments) -> Dimension:
    """The unit of the first argument."""
    return common(a.name, _parts(a.args[0] if a.args else next(iter(a.kwargs.values()))))


def no_unit(a: Arguments) -> Dimension:
    """A count, an index or a truth value."""
    return DIMENSIONLESS


def squared(a: Arguments) -> Dimension:
    """The square of the unit of the first argument."""
    return keep(a) ** 2


def inverse(a: Arguments) -> Dimension:
    """One over the unit of the first argument."""
    return keep(a) ** -1


def alike(*places: tuple[int, str], result: Callable[[Dimension], Any] = lambda dim: dim) -> Rule:
    """The common unit of several arguments."""

    def rule(a: Arguments) -> Any:
        values = [part for place in places for part in _parts(a.get(*place)) if a.get(*place) is not None]
        return result(common(a.name, values))

    return rule


def times(one: tuple[int, str], two: tuple[int, str]) -> Rule:
    """The product of two arguments' units."""
    return lambda a: a.dim(*one) * a.dim(*two)


def dimensionless_argument(a: Arguments) -> Dimension:
    """A function such as sinc that needs a plain number."""
    dim = keep(a)
    if dim is not DIMENSIONLESS:
        raise DimensionMismatchError(f"{a.name} expects a dimensionless argument but got {a.args[0]}", dim)
    return DIMENSIONLESS


def _number_of_factors(a: Arguments) -> Dimension:
    dim, array, axis = keep(a), plain(a.get(0, "a")), a.get(1, "axis")
    if dim is DIMENSIONLESS:
        return dim
    shape = np.shape(array)
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis)
    return dim ** int(np.prod([shape[i] for i in axes]))


def _refuse(a: Arguments) -> Dimension:
    if keep(a) is not DIMENSIONLESS:
        raise TypeError(f"{a.name} over array elements on quantities with dimensions is not possible.")
    return DIMENSIONLESS


def _covariance(a: Arguments) -> Dimension:
    dims = {get_dimensions(v) for v in (a.get(0, "m"), a.get(1, "y")) if v is not None}
    if len(dims) == 2:
        raise DimensionMismatchError("The entries of cov would have different units", *sorted(dims, key=str))
    return dims.pop() ** 2


def _interp(a: Arguments) -> Dimension:
    common(a.name, [a.get(0, "x"), a.get(1, "xp")])
    return common(a.name, [v for v in (a.get(2, "fp"), a.get(3, "left"), a.get(4, "right")) if v is not None])


def _trapezoid(a: Arguments) -> Dimension:
    return a.dim(0, "y") * a.dim(1, "x") * a.dim(2, "dx")


def _gradient(a: Arguments) -> Any:
    f, spacing = a.args[0], a.args[1:]
    dims = [get_dimensions(f) / get_dimensions(s) for s in spacing] or [get_dimensions(f)]
    axes = np.ndim(f) if a.kwargs.get("axis") is None else np.size(a.kwargs["axis"])
    return tuple(dims * axes if len(dims) == 1 else dims) if axes > 1 else dims[0]


def _close(a: Arguments) -> Dimension:
    dim = common(a.name, [a.get(0, "a"), a.get(1, "b")])
    if a.get(3, "atol") is not None:
        common(a.name, [Quantity(1.0, dim=dim), a.get(3, "atol")])
    return DIMENSIONLESS


def _histogram(a: Arguments) -> Any:
    dim, bins = a.dim(0, "a"), a.get(1, "bins")
    for edges in (bins, a.get(2, "range")):
        if edges is not None and np.ndim(edges):
            common(a.name, [Quantity(1.0, dim=dim), *_parts(edges)])
    density = a.get(3, "density")
    return (a.dim(4, "weights") / dim if density else a.dim(4, "weights")), dim


def _histogram2d(a: Arguments) -> Any:
    x, y = a.dim(0, "x"), a.dim(1, "y")
    return (DIMENSIONLESS / (x * y) if a.get(4, "density") else a.dim(5, "weights")), x, y


def _where(a: Arguments) -> Any:
    return DIMENSIONLESS if len(a.args) == 1 else common(a.name, [a.args[1], a.args[2]])


def _einsum(a: Arguments) -> Dimension:
    dim = DIMENSIONLESS
    for operand in a.args:
        if not isinstance(operand, str | list | tuple):
            dim = dim * get_dimensions(operand)
    return dim


def _determinant(a: Arguments) -> Dimension:
    return keep(a) ** int(np.shape(a.args[0])[-1])


def _norm(a: Arguments) -> Dimension:
    return DIMENSIONLESS if a.get(1, "ord") == 0 else keep(a)


def _matrix_power(a: Arguments) -> Dimension:
    return keep(a) ** int(a.get(1, "n"))


def _meshgrid(a: Arguments) -> Any:
    return tuple(get_dimensions(x) for x in a.args)


def _each(a: Arguments) -> Any:
    """Each argument keeps its own unit."""
    return get_dimensions(a.args[0]) if len(a.args) == 1 else tuple(get_dimensions(x) for x in a.args)


def _full_like(a: Arguments) -> Dimension:
    """The unit of the fill value; a plain number takes the unit of the array, as an SI value."""
    fill = a.dim(1, "fill_value")
    return a.dim(0, "a") if fill is DIMENSIONLESS else fill


def _average(a: Arguments) -> Any:
    returned = a.get(3, "returned", False)
    return (keep(a), a.dim(2, "weights")) if returned else keep(a)


def _select(a: Arguments) -> Dimension:
    return common(a.name, [*a.get(1, "choicelist"), a.get(2, "default", 0)])


def _equal_arrays(a: Arguments) -> Dimension:
    common(a.name, [a.get(0, "a1"), a.get(1, "a2")])
    return DIMENSIONLESS


def _singular_values(a: Arguments) -> Any:
    return keep(a) if a.get(2, "compute_uv", True) is False else (DIMENSIONLESS, keep(a), DIMENSIONLESS)


def _solve(a: Arguments) -> Dimension:
    return a.dim(1, "b") / a.dim(0, "a")


def _words(text: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(text.split(), rule)


def _compared(one: tuple[int, str], two: tuple[int, str]) -> Rule:
    """Two arguments of one unit; the result has none."""
    return alike(one, two, result=lambda dim: DIMENSIONLESS)


def _first_result(a: Arguments) -> Any:
    """Only the first result has the unit, the others are indices and counts."""
    return (keep(a), *[DIMENSIONLESS] * 3)


RULES: dict[str, Rule] = {
    **_words(
        "mean nanmean median nanmedian std nanstd sum nansum cumsum nancumsum cumulative_sum max min amax amin nanmax "
        "nanmin ptp percentile quantile nanpercentile nanquantile",
        keep,
    ),
    **_words(
        "sort partition roll rollaxis moveaxis swapaxes transpose permute_dims matrix_transpose flip fliplr flipud "
        "rot90 tile repeat reshape ravel squeeze expand_dims broadcast_to diag diagflat diagonal trace tril triu take "
        "take_along_axis resize delete trim_zeros copy real imag round around fix nan_to_num real_if_close "
        "empty_like zeros_like ones_like split array_split hsplit vsplit dsplit unstack sort_complex",
        keep,
    ),
    **_words("concatenate concat stack vstack hstack dstack column_stack row_stack block", keep),
    **_words("fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft fft.fft2 fft.ifft2 fft.fftn fft.ifftn", keep),
    **_words("fft.rfft2 fft.irfft2 fft.rfftn fft.irfftn fft.fftshift fft.ifftshift diff ediff1d", keep),
    **_words("linalg.cholesky", lambda a: keep(a) ** 0.5),
    **_words("linalg.norm linalg.vector_norm linalg.matrix_norm", _norm),
    **_words("linalg.inv linalg.pinv", inverse),
    **_words("linalg.eigvals linalg.eigvalsh linalg.svdvals linalg.diagonal linalg.trace", keep),
    **_words("linalg.eig linalg.eigh", lambda a: (keep(a), DIMENSIONLESS)),
    **_words("linalg.qr", lambda a: (DIMENSIONLESS, keep(a))),
    **_words("linalg.cond linalg.matrix_rank", no_unit),
    **_words("linalg.solve", _solve),
    **_words("linalg.det", _determinant),
    **_words("linalg.matrix_power", _matrix_power),
    "linalg.svd": _singular_values,
    "linalg.lstsq": lambda a: (_solve(a), a.dim(1, "b") ** 2, DIMENSIONLESS, a.dim(0, "a")),
    **_words("var nanvar", squared),
    **_words("prod nanprod", _number_of_factors),
    **_words("cumprod nancumprod cumulative_prod", _refuse),
    **_words(
        "argmax argmin nanargmax nanargmin argsort argpartition nonzero flatnonzero argwhere count_nonzero any all "
        "shape size ndim lexsort isreal iscomplex isrealobj iscomplexobj isneginf isposinf corrcoef "
        "shares_memory may_share_memory result_type can_cast min_scalar_type common_type",
        no_unit,
    ),
    **_words("sinc i0 angle unwrap", dimensionless_argument),
    **_words(
        "dot inner outer vdot tensordot kron cross linalg.outer linalg.cross linalg.matmul", times((0, "a"), (1, "b"))
    ),
    **_words("linalg.vecdot linalg.tensordot", times((0, "a"), (1, "b"))),
    **_words("convolve correlate", times((0, "a"), (1, "v"))),
    **_words("einsum", _einsum),
    "linalg.multi_dot": lambda a: _einsum(Arguments(a.name, tuple(a.args[0]), {})),
    "cov": _covariance,
    "interp": _interp,
    **_words("trapezoid trapz", _trapezoid),
    "gradient": _gradient,
    **_words("isclose allclose", _close),
    **_words("array_equal array_equiv", _equal_arrays),
    "histogram": _histogram,
    "histogram2d": _histogram2d,
    "histogram_bin_edges": lambda a: _histogram(a)[1],
    "bincount": lambda a: a.dim(1, "weights"),
    "digitize": _compared((0, "x"), (1, "bins")),
    "searchsorted": _compared((0, "a"), (1, "v")),
    **_words("isin in1d", _compared((0, "element"), (1, "test_elements"))),
    **_words("intersect1d union1d setdiff1d setxor1d", alike((0, "ar1"), (1, "ar2"))),
    "where": _where,
    "select": _select,
    "choose": lambda a: common(a.name, _parts(a.get(1, "choices"))),
    "extract": lambda a: a.dim(1, "arr"),
    "compress": lambda a: a.dim(1, "a"),
    "clip": alike((0, "a"), (1, "a_min"), (2, "a_max"), (9, "min"), (9, "max")),
    "append": alike((0, "arr"), (1, "values")),
    "insert": alike((0, "arr"), (2, "values")),
    "pad": alike((0, "array"), (9, "constant_values"), (9, "end_values")),
    "copyto": alike((0, "dst"), (1, "src")),
    "put": alike((0, "a"), (2, "v")),
    "put_along_axis": alike((0, "arr"), (2, "values")),
    **_words("place putmask", alike((0, "a"), (2, "values"))),
    "fill_diagonal": alike((0, "a"), (1, "val")),
    **_words("linspace geomspace", alike((0, "start"), (1, "stop"))),
    "unique": _first_result,
    "unique_values": keep,
    **_words("unique_counts unique_all unique_inverse", _first_result),
    "meshgrid": _meshgrid,
    **_words("atleast_1d atleast_2d atleast_3d broadcast_arrays", _each),
    "full_like": _full_like,
    "average": _average,
}

_CHANGES_FIRST = {"copyto", "put", "put_along_axis", "place", "putmask", "fill_diagonal"}
_TEXT: dict[str, Callable[[Any], str]] = {"array_str": str, "array_repr": repr, "array2string": str}
_WARNED: set[str] = set()


# calls ---------------------------------------------------------------------------------------------------------------


def _full_name(func: Callable[..., Any]) -> str:
    module = func.__module__ or ""
    for part in ("linalg", "fft"):
        if part in module:
            return f"{part}.{func.__name__}"
    return func.__name__


def apply(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """One call of a numpy function that has a quantity among its arguments.

    Raises
    ------
    DimensionMismatchError
        If the units do not fit.

    Warns
    -----
    UserWarning
        Once per function for which no rule exists, and whose result therefore has no unit.
    """
    name = _full_name(func)
    if name in _TEXT:
        return _TEXT[name](args[0])
    dim = _dimensions_of_result(name, args, kwargs)
    if name in _CHANGES_FIRST and get_dimensions(args[0]) is not dim:
        raise DimensionMismatchError(
            f"{name} cannot change the unit of its first argument", get_dimensions(args[0]), dim
        )
    out = kwargs.get("out")
    bare = {key: plain(value) for key, value in kwargs.items()}
    result = func(*map(plain, args), **bare)
    if isinstance(out, Quantity):
        out.dim = dim
        return out
    return _with_dimensions(result, dim)


def _dimensions_of_result(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    rule = RULES.get(name)
    if rule is None:
        return _unknown(name, args, kwargs)
    try:
        return rule(Arguments(name, args, kwargs))
    except DimensionMismatchError:
        if asked_by_matplotlib():
            return DIMENSIONLESS
        raise


def _unknown(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Dimension:
    """No unit; said once, unless there was none to lose."""
    values = [part for v in (*args, *kwargs.values()) for part in _parts(v)]
    lost = any(isinstance(v, Quantity) and v.dim is not DIMENSIONLESS for v in values)
    if lost and name not in _WARNED and not asked_by_matplotlib():
        _WARNED.add(name)
        warnings.warn(f"numpy.{name} does not know units: its result has none.", UserWarning, stacklevel=4)
    return DIMENSIONLESS


def _with_dimensions(result: Any, dim: Any) -> Any:
    """Each result in its unit."""
    if isinstance(result, tuple | list):
        dims = dim if isinstance(dim, tuple) else (dim,) * len(result)
        items = [_with_dimensions(r, d) for r, d in zip(result, dims, strict=False)]
        return type(result)(*items) if hasattr(result, "_fields") else type(result)(items)
    if isinstance(dim, tuple):
        dim = dim[0]
    if result is None or isinstance(result, bool | np.bool_ | str) or dim is DIMENSIONLESS:
        return result
    return wrap(result, dim)
