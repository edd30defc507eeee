"""What numpy's functions do to dimensions, as one table.  In: a function, its arguments.  Out: a result with its unit.

Each rule of ``numpy_rules.py`` says the dimension of the result, or one dimension per result.  The function itself then
runs on bare numbers.  A function without a rule runs, too, but warns once that the unit was dropped.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.numpy_rules import (
    Arguments,
    Rule,
    alike,
    average,
    close,
    common,
    compared,
    covariance,
    determinant,
    dimensionless_argument,
    each,
    einsum,
    equal_arrays,
    first_result,
    full_like,
    gradient,
    histogram,
    histogram2d,
    interp,
    inverse,
    keep,
    matrix_power,
    meshgrid,
    no_unit,
    norm,
    number_of_factors,
    parts,
    refuse,
    select,
    singular_values,
    solve,
    squared,
    times,
    trapezoid,
    where,
)
from eqsim.units.quantity import Quantity, get_dimensions, wrap
from eqsim.units.ufuncs import asked_by_matplotlib, plain

__all__ = ["RULES", "apply"]


def _words(text: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(text.split(), rule)


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
    **_words("linalg.norm linalg.vector_norm linalg.matrix_norm", norm),
    **_words("linalg.inv linalg.pinv", inverse),
    **_words("linalg.eigvals linalg.eigvalsh linalg.svdvals linalg.diagonal linalg.trace", keep),
    **_words("linalg.eig linalg.eigh", lambda a: (keep(a), DIMENSIONLESS)),
    **_words("linalg.qr", lambda a: (DIMENSIONLESS, keep(a))),
    **_words("linalg.cond linalg.matrix_rank", no_unit),
    **_words("linalg.solve", solve),
    **_words("linalg.det", determinant),
    **_words("linalg.matrix_power", matrix_power),
    "linalg.svd": singular_values,
    "linalg.lstsq": lambda a: (solve(a), a.dim(1, "b") ** 2, DIMENSIONLESS, a.dim(0, "a")),
    **_words("var nanvar", squared),
    **_words("prod nanprod", number_of_factors),
    **_words("cumprod nancumprod cumulative_prod", refuse),
    **_words(
        "argmax argmin nanargmax nanargmin argsort argpartition nonzero flatnonzero argwhere count_nonzero any all "
        "shape size ndim lexsort isreal iscomplex isrealobj iscomplexobj isneginf isposinf corrcoef "
        "shares_memory may_share_memory result_type can_cast min_scalar_type common_type",
        no_unit,
    ),
    **_words("sinc i0 angle unwrap", dimensionless_argument),
    **_words("dot inner outer vdot tensordot kron cross linalg.outer linalg.cross linalg.matmul", times((0, "a"), (1, "b"))),
    **_words("linalg.vecdot linalg.tensordot", times((0, "a"), (1, "b"))),
    **_words("convolve correlate", times((0, "a"), (1, "v"))),
    **_words("einsum", einsum),
    "linalg.multi_dot": lambda a: einsum(Arguments(a.name, tuple(a.args[0]), {})),
    "cov": covariance,
    "interp": interp,
    **_words("trapezoid trapz", trapezoid),
    "gradient": gradient,
    **_words("isclose allclose", close),
    **_words("array_equal array_equiv", equal_arrays),
    "histogram": histogram,
    "histogram2d": histogram2d,
    "histogram_bin_edges": lambda a: histogram(a)[1],
    "bincount": lambda a: a.dim(1, "weights"),
    "digitize": compared((0, "x"), (1, "bins")),
    "searchsorted": compared((0, "a"), (1, "v")),
    **_words("isin in1d", compared((0, "element"), (1, "test_elements"))),
    **_words("intersect1d union1d setdiff1d setxor1d", alike((0, "ar1"), (1, "ar2"))),
    "where": where,
    "select": select,
    "choose": lambda a: common(a.name, parts(a.get(1, "choices"))),
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
    "unique": first_result,
    "unique_values": keep,
    **_words("unique_counts unique_all unique_inverse", first_result),
    "meshgrid": meshgrid,
    **_words("atleast_1d atleast_2d atleast_3d broadcast_arrays", each),
    "full_like": full_like,
    "average": average,
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
        raise DimensionMismatchError(f"{name} cannot change the unit of its first argument", get_dimensions(args[0]), dim)
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
    values = [part for v in (*args, *kwargs.values()) for part in parts(v)]
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
