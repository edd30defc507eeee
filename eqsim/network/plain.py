"""Values as plain data and back: what a saved model knows about arguments.

==========================================  ===========================================================
value                                       plain form
==========================================  ===========================================================
None, a bool, a number, a text              as it is
a quantity                                  ``{"$quantity": value, "dim": seven exponents as texts}``
an array                                    itself (the file has it as npy)
a list                                      a list
a tuple, a set, a range, a slice            ``{"$tuple": [...]}``, ...
a dictionary                                ``{"$dict": [[key, value], ...]}``
`Equations`                                 ``{"$equations": text}``
chosen synapses                             their numbers
a data type                                 ``{"$dtype": "float32"}``
a method of integration by its name         ``{"$method": "euler"}``
==========================================  ===========================================================

Everything else is the affair of who saves: `Encoder.other` and `Decoder.other`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from eqsim.integrators import METHODS, Method
from eqsim.model.equations import Equations
from eqsim.objects.synaptic_index import SynapticIndexing
from eqsim.units import DIMENSIONLESS, Quantity, get_or_create_dimension

Plain = Any
"""What JSON knows, and arrays."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """Makes values plain; ``other`` gets what is not in the table above."""

    other: Callable[[Any], Plain]

    def __call__(self, value: Any) -> Plain:
        """The plain form of a value."""
        if value is None or isinstance(value, str | bool):
            return value
        if isinstance(value, Quantity):
            return self._quantity(value)
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, int | float):
            return value
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            return value
        return self._composed(value)

    def _quantity(self, value: Quantity) -> Plain:
        bare = np.asarray(value)
        number = bare if bare.ndim else bare.item()
        return {"$quantity": number, "dim": [str(e) for e in value.dim.exponents]}

    def _composed(self, value: Any) -> Plain:
        match value:
            case Equations():
                return {"$equations": "\n".join(e.code for e in value.values())}
            case list():
                return [self(v) for v in value]
            case tuple():
                return {"$tuple": [self(v) for v in value]}
            case set() | frozenset():
                return {"$set": [self(v) for v in sorted(value)]}
            case range():
                return {"$range": [value.start, value.stop, value.step]}
            case slice():
                return {"$slice": [self(value.start), self(value.stop), self(value.step)]}
            case Mapping():
                return {"$dict": [[self(k), self(v)] for k, v in value.items()]}
            case SynapticIndexing():
                return value.indices
            case Method() if METHODS.get(value.name) is value:
                return {"$method": value.name}
            case type() if issubclass(value, np.generic | bool | int | float):
                return {"$dtype": np.dtype(value).name}
            case np.dtype():
                return {"$dtype": value.name}
        return self.other(value)


def _quantity(tree: Mapping[str, Any], value: Any) -> Any:
    dim = get_or_create_dimension([Fraction(e) for e in tree["dim"]])
    return value if dim is DIMENSIONLESS else Quantity(value, dim=dim)


MAKERS: dict[str, Callable[[Any], Any]] = {
    "$equations": Equations,
    "$tuple": tuple,
    "$set": set,
    "$range": lambda parts: range(*parts),
    "$slice": lambda parts: slice(*parts),
    "$dict": dict,
    "$method": METHODS.__getitem__,
    "$dtype": lambda name: np.dtype(name).type,
}


@dataclass(frozen=True, slots=True)
class Decoder:
    """Makes values of plain forms; ``other`` gets a marker and what stands behind it."""

    other: Callable[[str, Any], Any]

    def __call__(self, tree: Plain) -> Any:
        """The value of a plain form."""
        if isinstance(tree, list):
            return [self(t) for t in tree]
        if not isinstance(tree, dict):
            return tree
        marker, content = next(iter(tree.items()))
        if marker == "$quantity":
            return _quantity(tree, content)
        if marker in MAKERS:
            return MAKERS[marker](self(content))
        return self.other(marker, content)
