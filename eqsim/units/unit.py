"""Units: scalar quantities with a name.  In: units.  Out: units with composed names (``mV/ms``), or quantities.

``unit * unit``, ``unit / unit`` and ``unit ** number`` are units again; everything with numbers is a quantity.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.units.dimension import Dimension
from eqsim.units.names import number
from eqsim.units.quantity import _PLAIN, Quantity, get_dimensions
from eqsim.units.table import PREFIXES
from eqsim.units.ufuncs import POWERS

__all__ = ["Unit"]


class Unit(Quantity):
    """A scalar quantity with a name, such as ``mvolt`` or ``mV/ms``.

    Parameters
    ----------
    value : float
        Size in SI base units, a power of ten.
    dim : Dimension
    scale : int, optional
        The power of ten; worked out from the value if it is not given.
    name, dispname, latexname : str
        ``mvolt``, ``mV`` and ``\\mathrm{mV}``.
    iscompound : bool
        Whether the name needs brackets in a larger expression.
    """

    __slots__ = ("dispname", "iscompound", "latexname", "name", "scale")
    __array_priority__ = 2000
    name: str
    dispname: str
    latexname: str
    scale: float
    iscompound: bool

    def __new__(
        cls,
        value: float,
        dim: Dimension | None = None,
        scale: float | None = None,
        name: str = "",
        dispname: str = "",
        latexname: str = "",
        iscompound: bool = False,
    ) -> Unit:
        unit = np.ndarray.__new__(cls, (), float)
        np.ndarray.__setitem__(unit, (), float(value))
        unit.dim = get_dimensions(value) if dim is None else dim
        unit.scale = round(float(np.log10(value))) if scale is None else scale
        unit.name, unit.dispname, unit.iscompound = name, dispname or name, iscompound
        unit.latexname = latexname or rf"\mathrm{{{unit.dispname}}}"
        return unit

    @staticmethod
    def create(dim: Any, name: str, dispname: str, latexname: str = "", scale: float = 0) -> Unit:
        """A new named unit of size ``10**scale``.

        Examples
        --------
        >>> from eqsim.units import metre
        >>> angstrom = Unit.create(metre.dim, name="angstrom", dispname="A", scale=-10)
        >>> print(float(angstrom))
        1e-10
        """
        return Unit(10.0**scale, get_dimensions(dim), scale, name, dispname, latexname)

    @staticmethod
    def create_scaled_unit(baseunit: Unit, scalefactor: str) -> Unit:
        """The unit with a prefix: ``create_scaled_unit(volt, 'm')`` is millivolt."""
        scale = baseunit.scale + PREFIXES[scalefactor]
        prefix = r"\mu" if scalefactor == "u" else scalefactor
        return Unit(
            10.0**scale,
            baseunit.dim,
            scale,
            scalefactor + baseunit.name,
            scalefactor + baseunit.dispname,
            rf"\mathrm{{{prefix}}}{baseunit.latexname}" if prefix else baseunit.latexname,
        )

    def __array_finalize__(self, obj: Any) -> None:
        """Copies and views of a unit are units with the same name."""
        super().__array_finalize__(obj)
        for slot in Unit.__slots__:
            if hasattr(obj, slot):
                setattr(self, slot, getattr(obj, slot))

    def __str__(self) -> str:
        return self.dispname

    def __repr__(self) -> str:
        return self.name

    def __format__(self, format_spec: str) -> str:
        return self.dispname if not format_spec else super().__format__(format_spec)

    def _repr_latex_(self) -> str:
        return f"${self.latexname}$"

    def __reduce__(self) -> tuple[Any, ...]:
        names = (self.name, self.dispname, self.latexname, self.iscompound)
        return Unit, (float(self), self.dim, self.scale, *names)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash((float(self), self.dim))

    def __copy__(self) -> Unit:
        return self

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Unit:
        return self

    # names ----------------------------------------------------------------------------------------------------------

    def set_name(self, name: str) -> None:
        """Choose the name used in Python code."""
        self.name = name

    def set_display_name(self, name: str) -> None:
        """Choose the printed symbol."""
        self.dispname = name

    def set_latex_name(self, name: str) -> None:
        """Choose the LaTeX symbol."""
        self.latexname = name

    # arithmetic -----------------------------------------------------------------------------------------------------

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, Unit):
            return super().__mul__(other)
        return _compound(
            self.dim * other.dim,
            self.scale + other.scale,
            f"{self.name} * {other.name}",
            f"{self.dispname} {other.dispname}",
            rf"{self.latexname}\,{other.latexname}",
        )

    def __truediv__(self, other: Any) -> Any:
        if not isinstance(other, Unit):
            return super().__truediv__(other)
        above, below = _bracketed(self), _bracketed(other)
        return _compound(
            self.dim / other.dim,
            self.scale - other.scale,
            f"{above[0]} / {below[0]}",
            f"{above[1]}/{below[1]}",
            rf"\frac{{{self.latexname}}}{{{other.latexname}}}",
        )

    def __rtruediv__(self, other: Any) -> Any:
        if type(other) in (int, float) and other == 1:
            return self**-1
        if type(other) is Quantity:  # Python asks the unit first, since it is a subclass
            return Quantity.__truediv__(other, self)
        return super().__rtruediv__(other)

    def __pow__(self, other: Any, modulo: None = None) -> Any:
        if (isinstance(other, Quantity) and not other.is_dimensionless) or np.size(other) != 1 or float(other) == 0:
            return super().__pow__(other)
        power = float(other)
        text = number(power)
        above = _bracketed(self)
        latex = rf"\left({self.latexname}\right)" if self.iscompound else self.latexname
        name, dispname = f"{above[0]} ** {text}", f"{above[1]}^{text}"
        return _compound(self.dim**power, self.scale * power, name, dispname, f"{latex}^{{{text}}}")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """The square root of a unit is a unit."""
        power = POWERS.get(ufunc.__name__)
        if power is not None and method == "__call__" and not kwargs:
            return self**power
        return super().__array_ufunc__(ufunc, method, *inputs, **kwargs)

    def __iadd__(self, other: Any) -> Any:
        raise TypeError("Units cannot be modified in-place")

    __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = __imod__ = __ipow__ = __iadd__

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError("Units cannot be modified in-place")

    def __eq__(self, other: Any) -> Any:
        if isinstance(other, Unit):
            return other.dim is self.dim and float(self) == float(other)
        return super().__eq__(other)

    def __ne__(self, other: Any) -> Any:
        if isinstance(other, Unit):
            return not self == other
        return super().__ne__(other)


_PLAIN.add(Unit)


def _bracketed(unit: Unit) -> tuple[str, str]:
    return (f"({unit.name})", f"({unit.dispname})") if unit.iscompound else (unit.name, unit.dispname)


def _compound(dim: Dimension, scale: float, name: str, dispname: str, latexname: str) -> Unit:
    whole = int(scale) if scale == int(scale) else scale
    return Unit(10.0**whole, dim, whole, name, dispname, latexname, True)
