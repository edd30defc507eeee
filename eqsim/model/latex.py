"""LaTeX of expressions, statements and equations, in the order in which the user wrote them.

In: parsed trees.  Out: LaTeX text.  Names become symbols (``tau_m``: a Greek letter with an index), units are upright,
divisions are fractions; nothing is rearranged, so no computer algebra is needed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from eqsim.syntax import Assignment, Tree
from eqsim.syntax.expressions import BINARY, COMPARISONS, LOGIC, UNARY
from eqsim.units import DIMENSIONLESS, UNITS_FOR_STRINGS, get_unit

if TYPE_CHECKING:
    from eqsim.model.equations import Equations, SingleEquation

__all__ = ["equation_latex", "equations_latex", "expression_latex", "statement_latex", "symbol"]

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi"
    " omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)
WORDS = {"inf": r"\infty"}
FUNCTIONS = {
    **{name: rf"\{name}" for name in "exp log sin cos tan sinh cosh tanh arcsin arccos arctan".split()},
    "log10": r"\log_{10}",
}
AROUND = {"abs": ("|", "|"), "floor": (r"\lfloor ", r" \rfloor"), "ceil": (r"\lceil ", r" \rceil")}
SIGNS = {"<=": r"\leq", ">=": r"\geq", "==": "=", "!=": r"\neq", "%": r"\bmod", "//": r"\div", "and": r"\wedge"}
SIGNS |= {"or": r"\vee", "not": r"\neg "}

# How strongly what was printed holds together; a part that holds less than its place asks for gets brackets.
CHOICE, OR, AND, NOT, COMPARED, SUM, SIGN, PRODUCT, POWER, ATOM = range(10)
Text = tuple[str, int]


# --- names ------------------------------------------------------------------------------------------------------------


def symbol(name: str) -> str:
    r"""A name as a symbol: the first word, with the others as its index.

    Examples
    --------
    >>> symbol("tau_m"), symbol("g_Na"), symbol("m_inf"), symbol("v2")
    ('\\tau_{m}', 'g_{\\mathrm{Na}}', 'm_{\\infty}', 'v_{2}')
    """
    head, *tail = [word for word in name.split("_") if word] or [name]
    stem = head.rstrip("0123456789")
    index = [*([head[len(stem) :]] if stem and stem != head else []), *tail]
    base = _word(stem or head, r"\mathit")
    return base + (f"_{{{','.join(_word(word, chr(92) + 'mathrm') for word in index)}}}" if index else "")


def _word(word: str, style: str) -> str:
    if word in GREEK:
        return f"\\{word}"
    return WORDS.get(word) or (word if len(word) == 1 or word.isdigit() else f"{style}{{{word}}}")


# --- expressions ------------------------------------------------------------------------------------------------------


def expression_latex(tree: Tree) -> str:
    """An expression or a condition."""
    return _text(tree.root)[0]


def _text(node: ast.AST) -> Text:
    match node:
        case ast.Constant():
            return _number(node.value)
        case ast.Name():
            return _name(node.id), ATOM
        case ast.BinOp():
            return PRINTERS.get(BINARY[type(node.op)], _product)(node)
        case ast.UnaryOp(op, operand):
            return _prefixed(UNARY[type(op)], operand)
        case ast.BoolOp(op, values):
            strength = AND if isinstance(op, ast.And) else OR
            return _joined(SIGNS[LOGIC[type(op)]], values, strength)
        case ast.Compare(left, [op], [right]):
            sign = COMPARISONS[type(op)]
            return f"{_at_least(left, SUM)} {SIGNS.get(sign, sign)} {_at_least(right, SUM)}", COMPARED
        case ast.IfExp(test, body, orelse):
            yes, no = (rf"{_at_least(x, CHOICE)} & " for x in (body, orelse))
            rows = rf"{yes}\text{{if }} {_at_least(test, CHOICE)} \\ {no}\text{{otherwise}}"
            return rf"\begin{{cases}} {rows} \end{{cases}}", ATOM
        case ast.Call(ast.Name(name), args):
            return _call(name, args)
    raise TypeError(f"the parser let {type(node).__name__} through")


def _at_least(node: ast.AST, strength: int) -> str:
    text, own = _text(node)
    return text if own >= strength else rf"\left({text}\right)"


def _name(name: str) -> str:
    return UNITS_FOR_STRINGS[name].latexname if name in UNITS_FOR_STRINGS else symbol(name)


def _number(value: object) -> Text:
    mantissa, _, exponent = repr(value).partition("e")
    if isinstance(value, bool):
        return rf"\mathrm{{{str(value).lower()}}}", ATOM
    if not exponent:
        return mantissa.removesuffix(".0") or mantissa, ATOM
    power = f"10^{{{int(exponent)}}}"
    return (power, POWER) if mantissa == "1" else (rf"{mantissa} \cdot {power}", PRODUCT)


def _joined(sign: str, nodes: Iterable[ast.AST], strength: int) -> Text:
    return f" {sign} ".join(_at_least(n, strength + 1) for n in nodes), strength


def _prefixed(sign: str, operand: ast.AST) -> Text:
    if sign == "not":
        return SIGNS["not"] + _at_least(operand, NOT), NOT
    return sign + _at_least(operand, SIGN), SIGN


def _sum(node: ast.BinOp) -> Text:
    sign = BINARY[type(node.op)]
    return f"{_at_least(node.left, SUM)} {sign} {_at_least(node.right, PRODUCT)}", SUM


def _product(node: ast.BinOp) -> Text:
    """A thin space between symbols, a dot before digits, words for the rare operators."""
    op = BINARY[type(node.op)]
    a, b = _at_least(node.left, SIGN), _at_least(node.right, PRODUCT if op == "*" else POWER)
    sign = SIGNS.get(op) or (r"\cdot" if b[0].isdigit() else r"\,")
    return (f"{a} {sign} {b}" if sign != r"\," else rf"{a}\,{b}"), SIGN if a.startswith("-") else PRODUCT


def _fraction(node: ast.BinOp) -> Text:
    """``a/b/c`` as one fraction with ``b*c`` below."""
    above, below = node.left, [node.right]
    while isinstance(above, ast.BinOp) and isinstance(above.op, ast.Div):
        below = [above.right, *below]
        above = above.left
    bottom = _text(below[0])[0] if len(below) == 1 else r"\,".join(_at_least(x, PRODUCT) for x in below)
    return rf"\frac{{{_text(above)[0]}}}{{{bottom}}}", PRODUCT


def _power(node: ast.BinOp) -> Text:
    return f"{_at_least(node.left, ATOM)}^{{{_text(node.right)[0]}}}", POWER


PRINTERS: dict[str, Callable[[ast.BinOp], Text]] = {"+": _sum, "-": _sum, "/": _fraction, "**": _power}


def _call(name: str, args: list[ast.expr]) -> Text:
    inside = r",\, ".join(_text(a)[0] for a in args)
    if name == "sqrt":
        return rf"\sqrt{{{inside}}}", ATOM
    if name in AROUND:
        left, right = AROUND[name]
        return rf"\left{left.strip()} {inside} \right{right.strip()}", ATOM
    head = FUNCTIONS.get(name, rf"\mathrm{{{name}}}".replace("_", r"\_"))
    return rf"{head}\left({inside}\right)", ATOM


# --- statements and equations -----------------------------------------------------------------------------------------


def statement_latex(statement: Assignment) -> str:
    r"""One assignment: ``w += b`` becomes ``w \leftarrow w + b``."""
    target, op = symbol(statement.target.text), statement.op[:-1]
    value = expression_latex(statement.value)
    if op:
        new = ast.BinOp(ast.Name(statement.target.text), _operator(op), statement.value.root)
        value = _text(new)[0]
    return rf"{target} \leftarrow {value}"


def _operator(sign: str) -> ast.operator:
    return next(kind for kind, known in BINARY.items() if known == sign)()  # type: ignore[return-value]


def equation_latex(e: SingleEquation) -> tuple[str, str, str]:
    """Left side, right side ('' for a parameter), and a remark: the unit, and the flags."""
    name = symbol(e.name)
    left = rf"\frac{{\mathrm{{d}}{name}}}{{\mathrm{{d}}t}}" if e.kind == "differential" else name
    right = "" if e.tree is None else expression_latex(e.tree)
    return left, right, ", ".join((_unit(e), *(rf"\text{{{flag}}}" for flag in e.flags)))


def _unit(e: SingleEquation) -> str:
    if e.type != "real":
        return rf"\text{{{e.unit}}}"
    return "1" if e.dim is DIMENSIONLESS else get_unit(e.dim).latexname


def equations_latex(equations: Equations) -> str:
    r"""All equations as one ``align*`` environment, in the user's order.

    Examples
    --------
    >>> from eqsim.model import Equations
    >>> print(equations_latex(Equations("dv/dt = -v/tau_m : volt")))
    \begin{align*}
    \frac{\mathrm{d}v}{\mathrm{d}t} &= \frac{-v}{\tau_{m}} && [\mathrm{V}]
    \end{align*}
    """
    rows = [_row(*equation_latex(e)) for e in equations.values()]
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _row(left: str, right: str, remark: str) -> str:
    return f"{left} &= {right} && [{remark}]" if right else f"{left} & && [{remark}]"
