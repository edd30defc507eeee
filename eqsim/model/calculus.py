"""Calculus on expressions: derivatives, linear parts, noise; and the way to sympy and back.

In: expressions of a `Model`.  Out: expressions that keep the user's terms in their order, tidied by `ir.algebra`.
Ordinary models never reach sympy (it takes long to import): it is asked only where an expression is linear in value but
not in form, such as ``(v**2 - v)/v``, and for formulas in LaTeX.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal

from eqsim.errors import Diagnostic, EquationError, Span
from eqsim.ir.algebra import ONE, ZERO, choice, minus, negative, over, plus, simple, times, total
from eqsim.ir.expr import Call, Const, Expr, Load, Number, Op, Ref, Select, real
from eqsim.ir.walk import children, depends_on, distinct, rebuild, transform
from eqsim.model.derivatives import derivative
from eqsim.model.model import Model, Ode

if TYPE_CHECKING:
    from eqsim.model.equations import Equations

__all__ = [
    "depends_on",
    "derivative",
    "from_sympy",
    "linear",
    "noise_of",
    "noise_type",
    "polynomial",
    "same_value",
    "simplify",
    "split_noise",
    "to_sympy",
    "without_ito",
]

Linear = tuple[dict[str, Expr], Expr]
"""The coefficient of each name that occurs, and the rest."""

Noise = Literal["none", "additive", "multiplicative"]
"""What a system of equations contains, or a method can handle."""

Polynomial = dict[tuple[str, ...], Expr]
"""The coefficient of each monomial: ``{("v", "v"): a, (): b}`` is ``a*v*v + b``."""

MONOMIALS = 64  # a polynomial with more terms than this is not worked out


def simplify(e: Expr) -> Expr:
    """Drop what does nothing and fold what is exact, everywhere."""
    return transform(e, simple)


# --- polynomials and linear parts -------------------------------------------------------------------------------------


def _merge(a: Polynomial, b: Polynomial, f: Callable[[Expr, Expr], Expr]) -> Polynomial:
    result = {key: f(a.get(key, ZERO), b.get(key, ZERO)) for key in (*a, *(k for k in b if k not in a))}
    return {key: value for key, value in result.items() if value != ZERO}


def _product(a: Polynomial, b: Polynomial) -> Polynomial | None:
    result: Polynomial = {}
    if len(a) * len(b) > MONOMIALS:
        return None
    for p, x in a.items():
        for q, y in b.items():
            result = _merge(result, {tuple(sorted(p + q)): times(x, y)}, plus)
    return result


def polynomial(e: Expr, names: Collection[str]) -> Polynomial | None:
    """The expression as a polynomial in the names, its coefficients in the user's form; None if it is not one."""
    found: dict[int, Polynomial | None] = {}
    variable: set[int] = set()  # nodes in which a name occurs
    for x in distinct(e):
        if (isinstance(x, Ref) and x.name in names) or any(id(c) in variable for c in children(x)):
            variable.add(id(x))
        fixed = id(x) not in variable
        found[id(x)] = ({} if x == ZERO else {(): x}) if fixed else _of_node(x, lambda c: found[id(c)])
    return found[id(e)]


def _of_node(e: Expr, of: Callable[[Expr], Polynomial | None]) -> Polynomial | None:
    """The polynomial of a node, given those of its children."""
    match e:
        case Ref():
            return {(e.name,): ONE}
        case Op("neg", (x,)):
            p = of(x)
            return None if p is None else {key: negative(value) for key, value in p.items()}
        case Op("+" | "-" | "*" | "/", (x, y)) if e.type == "real":
            p, q = of(x), of(y)
            return None if p is None or q is None else _combine(e.op, p, q)
        case Select() if of(e.test) in ({}, {(): e.test}):
            p, q = of(e.yes), of(e.no)
            return None if p is None or q is None else _merge(p, q, lambda x, y: choice(e.test, x, y))
    return None


def _combine(op: str, p: Polynomial, q: Polynomial) -> Polynomial | None:
    if op == "+":
        return _merge(p, q, plus)
    if op == "-":
        return _merge(p, q, minus)
    if op == "*":
        return _product(p, q)
    return {key: over(value, q[()]) for key, value in p.items()} if set(q) == {()} else None


def linear(e: Expr, names: Collection[str]) -> Linear | None:
    """Coefficients and rest such that ``e = sum(coefficient*name) + rest``, both free of the names.

    Returns None if the expression is not linear in the names.  The form is kept: from
    ``(g_L*(E_L - v) + g*(E - v))/C`` come ``-(g_L + g)/C`` and ``(g_L*E_L + g*E)/C``.
    """
    p = polynomial(e, names)
    if p is None:
        return _linear_by_sympy(e, names) if _looks_linear(e, names) and not _chooses(e, names) else None
    if any(len(key) > 1 for key in p):
        return None
    return {key[0]: value for key, value in p.items() if key}, p.get((), ZERO)


def _chooses(e: Expr, names: Collection[str]) -> bool:
    """Does it choose by the names?  Then it bends, even where a few lines did not meet the bend."""
    return any(isinstance(part, Select) and depends_on(part.test, names) for part in distinct(e))


def _looks_linear(e: Expr, names: Collection[str]) -> bool:
    """Is the expression linear along a few random lines?  It costs little, and saves the import of sympy."""
    import numpy as np

    from eqsim.functions import resolve
    from eqsim.ir.evaluate import Evaluator, Frame
    from eqsim.ir.program import State

    rng = np.random.default_rng(12345)
    bound, leaves = _leaves_as_refs(e)
    at = {name: rng.uniform(0.2, 1.0, (3, 1)) for name in leaves}
    scale = np.array([[1.0], [0.1], [0.01]])  # a voltage of 1 V may lie where everything is saturated
    for name in names:
        at[name] = scale * (rng.uniform(0.2, 1.0, (3, 1)) + rng.uniform(0.2, 1.0, (3, 1)) * np.arange(4.0))
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(Evaluator(resolve)(bound)(Frame(at, State())), dtype=float)
    except Exception:  # a function without a body in the IR, a draw: then nothing can be said
        return False
    bends = np.abs(np.diff(values, 2, axis=-1)) if values.ndim == 2 else np.array([np.nan])
    return bool(np.all(bends <= 1e-9 * (1 + np.max(np.abs(values), axis=-1, keepdims=True))))


def same_value(a: Expr, b: Expr) -> bool:
    """Are two real expressions equal wherever they are?  Equal in form, or at a few random points."""
    import numpy as np

    from eqsim.functions import resolve
    from eqsim.ir.evaluate import Evaluator, Frame
    from eqsim.ir.program import State

    if a == b:
        return True
    bound, leaves = _leaves_as_refs(Op("-", (a, b)))
    scale, _ = _leaves_as_refs(Op("+", (Op("abs", (a,)), Op("abs", (b,)))))
    rng = np.random.default_rng(54321)
    frame = Frame({name: rng.uniform(0.2, 1.0, 5) for name in leaves}, State())
    try:
        with np.errstate(all="ignore"):
            difference, size = (np.asarray(Evaluator(resolve)(e)(frame), float) for e in (bound, scale))
    except Exception:  # a function without a body in the IR, a draw: then nothing can be said
        return False
    return bool(np.all(np.abs(difference) <= 1e-12 * size))


def _leaves_as_refs(e: Expr) -> tuple[Expr, dict[str, Expr]]:
    """Numbers and loads replaced by `Ref`s; and what every `Ref` stands for."""
    leaves: dict[str, Expr] = {}

    def replace(x: Expr) -> Expr:
        if isinstance(x, Ref):
            leaves[x.name] = x
        elif isinstance(x, Number | Load) and x.type == "real":
            label = x.name if isinstance(x, Number) else x.array
            name = next((n for n, y in leaves.items() if y == x), f"{label} {len(leaves)}")
            leaves[name] = x
            return Ref(name)
        return x

    def walk(x: Expr) -> Expr:
        """Not into the index of a load."""
        if isinstance(x, Load):
            return replace(x)
        old = children(x)
        return replace(rebuild(x, tuple(walk(c) for c in old)) if old else x)

    return walk(e), leaves


def split_noise(rate: Expr, noise: Collection[str], origin: Span | None = None) -> Linear:
    """The drift of a stochastic equation, and the coefficient of each of its noises: ``({xi: g}, f)``.

    Raises
    ------
    EquationError
        If the right-hand side is not ``f + sum(g*xi)``.
    """
    split = linear(rate, noise)
    if split is not None:
        return split
    names = " and ".join(f"'{name}'" for name in noise if depends_on(rate, (name,)))
    raise EquationError(
        Diagnostic(
            "E201",
            f"the noise {names} must enter linearly: drift + factor*noise",
            origin,
            "not linear in the noise" if origin else "",
            "white noise can be multiplied by a factor and added, nothing else",
        )
    )


def noise_of(model: Model) -> Noise:
    """``additive`` if no factor of a noise depends on the state."""
    return _kind(model, model.names)


def without_ito(model: Model) -> Model:
    """The equations in the sense of Stratonovich that mean what these mean in the sense of Ito::

        dx_i = f_i dt + sum_j g_ij dW_j   =   (f_i - 1/2 sum_jk g_kj * d g_ij/d x_k) dt + sum_j g_ij o dW_j

    Source: Stratonovich (1966), SIAM Journal on Control 4, 362-371.

    Raises
    ------
    UnsupportedEquationsException
        If a factor of a noise has no known derivative.
    """
    if noise_of(model) != "multiplicative":
        return model
    factors = {ode.name: _factors(ode, model) for ode in model.odes}
    return dataclasses.replace(model, odes=tuple(_corrected(ode, model, factors) for ode in model.odes))


def _factors(ode: Ode, model: Model) -> dict[str, Expr]:
    """The factor of each noise; 0 while the variable rests."""
    found = split_noise(ode.rate, model.noise, ode.origin)[0]
    return found if ode.active is None else {xi: choice(ode.active, g, ZERO) for xi, g in found.items()}


def _corrected(ode: Ode, model: Model, factors: Mapping[str, Mapping[str, Expr]]) -> Ode:
    own = split_noise(ode.rate, model.noise, ode.origin)[0]
    terms = [times(factors[k][xi], derivative(g, k)) for xi, g in own.items() for k in factors if xi in factors[k]]
    return dataclasses.replace(ode, rate=minus(ode.rate, times(real(0.5), total(terms))))


def noise_type(equations: Equations) -> Noise:
    """``additive`` if no factor of a noise depends on the state or on t."""
    from eqsim.model.symbolic import symbolic_model

    model = symbolic_model(equations)
    return _kind(model, (*model.names, "t"))


def _kind(model: Model, names: Collection[str]) -> Noise:
    if not model.noise:
        return "none"
    factors = [g for ode in model.odes for g in split_noise(ode.rate, model.noise, ode.origin)[0].values()]
    return "multiplicative" if any(depends_on(g, names) for g in factors) else "additive"


# --- sympy ------------------------------------------------------------------------------------------------------------

OPERATORS: dict[str, Callable[..., Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "neg": lambda x: -x,
}
RELATIONS = {
    "<": "Lt",
    "<=": "Le",
    ">": "Gt",
    ">=": "Ge",
    "==": "Eq",
    "!=": "Ne",
    "and": "And",
    "or": "Or",
    "not": "Not",
}
FUNCTIONS = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "power": "Pow"}
KNOWN = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign")
NODES = {"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">=", "Equality": "=="}


def to_sympy(e: Expr) -> tuple[Any, dict[str, Expr]]:
    """A sympy expression of real symbols, and what each symbol stands for (by its name)."""
    bound, leaves = _leaves_as_refs(e)
    return _sympy(bound), leaves


def _sympy(e: Expr) -> Any:
    import sympy

    match e:
        case Const(value, "real"):
            return sympy.Integer(int(value)) if float(value).is_integer() else sympy.Float(value, 17)
        case Const(value, kind):
            return sympy.true if value and kind == "bool" else sympy.false if kind == "bool" else sympy.Integer(value)
        case Ref():
            return sympy.Symbol(e.name, real=True)
        case Select():
            return sympy.Piecewise((_sympy(e.yes), _sympy(e.test)), (_sympy(e.no), True))
    args = [_sympy(c) for c in children(e)]
    name = e.op if isinstance(e, Op) else e.function if isinstance(e, Call) else type(e).__name__
    if name in OPERATORS:
        return OPERATORS[name](*args)
    if name in RELATIONS:
        return getattr(sympy, RELATIONS[name])(*args)
    name = FUNCTIONS.get(name, name)
    if name in KNOWN or name in ("Pow", "asin", "acos", "atan", "sqrt", "floor") or name == "abs":
        return getattr(sympy, "Abs" if name == "abs" else name)(*args)
    return sympy.Function(name, real=True)(*args)


def from_sympy(e: Any, leaves: Mapping[str, Expr]) -> Expr:
    """The expression that a result of `to_sympy`, after some algebra, stands for."""
    if e.is_Symbol:
        return leaves.get(e.name, Ref(e.name))
    if e.is_number and not e.args:
        return real(float(e))
    if e in (True, False):
        return Const(bool(e), "bool")
    name = type(e).__name__
    if name == "Piecewise":
        *pairs, last = e.args
        result = from_sympy(last.args[0], leaves)
        for value, test in reversed(pairs):
            result = Select(from_sympy(test, leaves), from_sympy(value, leaves), result)
        return result
    args = [from_sympy(a, leaves) for a in e.args]
    return _back(name, e, args)


def _back(name: str, e: Any, args: list[Expr]) -> Expr:
    if name == "Add":
        return total(args)
    if name == "Mul":
        above = [a for a, s in zip(args, e.args, strict=True) if not _inverse(s)]
        below = [a.args[1] for a, s in zip(args, e.args, strict=True) if _inverse(s) and isinstance(a, Op)]
        top = _fold(times, above)
        return over(top, _fold(times, below)) if below else top
    if name == "Pow":
        return _back_power(args, e)
    if name in NODES:
        return Op(NODES[name], (args[0], args[1]))
    if name == "Unequality":
        return Op("!=", (args[0], args[1]))
    if name in ("And", "Or"):
        return _fold(lambda x, y: Op(name.lower(), (x, y)), args)
    if name in ("Not", "Abs", "floor"):
        return Op(name.lower(), (args[0],))
    return Call({v: k for k, v in FUNCTIONS.items()}.get(name, name), tuple(args))


def _inverse(e: Any) -> bool:
    return bool(e.is_Pow and e.exp.is_Integer and e.exp < 0)


def _back_power(args: list[Expr], e: Any) -> Expr:
    base, exponent = args
    if e.exp.is_Integer and 0 < abs(int(e.exp)) <= 16:
        result = _fold(times, [base] * abs(int(e.exp)))
        return result if e.exp > 0 else Op("/", (ONE, result))
    if e.exp == 0.5:
        return Op("sqrt", (base,))
    return Call("power", (base, exponent))


def _fold(f: Callable[[Expr, Expr], Expr], terms: list[Expr]) -> Expr:
    result = terms[0] if terms else ONE
    for term in terms[1:]:
        result = f(result, term)
    return result


def _linear_by_sympy(e: Expr, names: Collection[str]) -> Linear | None:
    import sympy

    form, leaves = to_sympy(e)
    form = sympy.simplify(form)
    symbols = {name: sympy.Symbol(name, real=True) for name in names if depends_on(e, (name,))}
    coefficients = {name: sympy.simplify(sympy.diff(form, s)) for name, s in symbols.items()}
    if any(c.free_symbols & set(symbols.values()) for c in coefficients.values()):
        return None
    rest = sympy.simplify(form - sum(c * symbols[name] for name, c in coefficients.items()))
    if rest.free_symbols & set(symbols.values()):
        return None
    found = {name: from_sympy(c, leaves) for name, c in coefficients.items()}
    return {name: c for name, c in found.items() if c != ZERO}, from_sympy(rest, leaves)
