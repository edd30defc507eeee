"""Connections as matrices: rows are sources, columns are targets.

`by_matrix` makes synapses from a matrix, `to_matrix` makes a matrix of synapses.  Sparse matrices are those of scipy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.objects.scope import quantity
from eqsim.units import get_dimensions

if TYPE_CHECKING:
    from eqsim.objects.connect import Connection
    from eqsim.objects.synaptic_access import SynapticAccess

COMBINE: dict[str, Any] = {"sum": np.add, "min": np.minimum, "max": np.maximum}


def by_matrix(c: Connection, matrix: Any, weight: str | None) -> None:
    """A synapse for each entry of a matrix that is neither 0 nor NaN (of a sparse one: that is stored and not NaN)."""
    s = c.synapses
    shape = (s.table.n_source, s.table.n_target)
    if np.shape(matrix) != shape:
        raise ValueError(
            f"connect() of {s.describe()}: the matrix must have a row for each source and a column for each target, "
            f"{shape[0]} x {shape[1]}; it is {' x '.join(map(str, np.shape(matrix)))}"
        )
    name = _weight(s, weight)
    first = len(s.table)
    i, j, values = _entries(matrix)
    if name:
        getattr(s, name).check(values)  # a wrong unit is found before anything is made
    s.table.append(i, j)
    s.connected = True
    s.resize()
    if name:
        getattr(s, name)[first:] = values


def _weight(s: SynapticAccess, weight: str | None) -> str:
    """The variable to fill; '' for none."""
    if weight is None:
        return ""
    plain = weight.removesuffix("_") if weight not in s.variables else weight
    if plain not in s.variables or s.variables[plain].shared or not (s.variables[plain].stored or plain == "delay"):
        raise ValueError(f"weight={weight!r}: {s.describe()} has no variable '{plain}' with one value for each synapse")
    return weight


def _entries(matrix: Any) -> tuple[np.ndarray, np.ndarray, Any]:
    """Rows, columns and values (with their unit), by row and then by column."""
    if hasattr(matrix, "tocsr"):
        rows = matrix.tocsr(copy=True)
        rows.sum_duplicates()
        i, j, values = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices.astype(np.int64), rows.data
        keep = ~_is_nan(values)
        return i[keep], j[keep], values[keep]
    plain = np.asarray(matrix)
    i, j = np.nonzero((plain != 0) & ~_is_nan(plain))
    return i, j, quantity(plain[i, j], get_dimensions(matrix))


def _is_nan(values: np.ndarray) -> np.ndarray:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)


def to_matrix(s: SynapticAccess, name: str | None, sparse: bool, absent: float, several: str) -> Any:
    """The matrix of a variable, or of the numbers of synapses; see `Synapses.to_matrix`."""
    if several not in COMBINE:
        raise ValueError(f"several={several!r}: choose one of {', '.join(map(repr, COMBINE))}")
    shape, i, j = (s.table.n_source, s.table.n_target), s.table.source, s.table.target
    values: Any = np.ones(len(s), np.int64) if name is None else getattr(s, name)[:]
    plain, dim = np.broadcast_to(np.asarray(values), (len(s),)), get_dimensions(values)
    pairs = i.astype(np.int64) * shape[1] + j.astype(np.int64)
    cells, inverse = np.unique(pairs, return_inverse=True)
    merged = _merged(plain.astype(np.int64 if plain.dtype.kind in "iub" else np.float64), inverse, len(cells), several)
    if sparse:
        from scipy.sparse import csr_array  # type: ignore[import-untyped]

        return csr_array((merged, (cells // shape[1], cells % shape[1])), shape=shape)
    dense = np.full(shape, absent, np.result_type(merged.dtype, np.min_scalar_type(absent)) if len(cells) else float)
    dense.reshape(-1)[cells] = merged
    return quantity(dense, dim)


def _merged(values: np.ndarray, inverse: np.ndarray, cells: int, several: str) -> np.ndarray:
    """One value for each pair; (cells,)."""
    first = np.zeros(cells, values.dtype)
    first[inverse[::-1]] = values[::-1]
    if cells == len(values):
        return first
    again = np.ones(len(values), bool)
    again[np.unique(inverse, return_index=True)[1]] = False
    COMBINE[several].at(first, inverse[again], values[again])
    return first
