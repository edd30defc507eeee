"""Expressions and statements as objects: strings that can be made from other strings by putting in names and values."""

from __future__ import annotations

import re
from typing import Any, Self

from eqsim.errors import Source
from eqsim.model.substitution import substitute
from eqsim.syntax import parse_expression, parse_statements

WORDS = re.compile(r"[A-Za-z_]\w*")


class CodeString(str):
    """A string in which names have been replaced; it can be used wherever a string can be used.

    Attributes
    ----------
    code : str
        The text itself.
    """

    def __new__(cls, code: str, **substitutions: Any) -> Self:
        if not isinstance(code, str):
            raise TypeError(f"{cls.__name__} is made from a string, not {type(code).__name__}")
        return super().__new__(cls, substitute(code, substitutions))

    @property
    def code(self) -> str:
        """The text."""
        return str(self)

    @property
    def identifiers(self) -> set[str]:
        """The names in the text, functions included."""
        return {w for w in WORDS.findall(self) if not re.fullmatch("for|in|if|else|and|or|not|True|False", w)}

    def substitute(self, **substitutions: Any) -> Self:
        """The same with names replaced."""
        return type(self)(str(self), **substitutions)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class Expression(CodeString):
    """An expression or a condition, for thresholds, subexpressions, values, indices and `connect`.

    Parameters
    ----------
    code : str
    **substitutions
        ``name='other'`` puts another name or an expression in the place of a name, ``name=value`` a value.

    Examples
    --------
    >>> Expression('v > V_t', V_t='V_0 + theta')
    Expression('v > (V_0 + theta)')
    """

    def __new__(cls, code: str | None = None, sympy_expression: Any = None, **substitutions: Any) -> Self:
        if (code is None) == (sympy_expression is None):
            raise TypeError("Expression is made from a string or from an expression of sympy")
        return super().__new__(cls, str(sympy_expression) if code is None else code, **substitutions)

    def _repr_latex_(self) -> str:
        from eqsim.model.latex import expression_latex

        return f"${expression_latex(parse_expression(Source(str(self), 'expression').whole))}$"


class Statements(CodeString):
    """Statements, for resets, ``on_pre``, ``on_post``, `run_regularly` and events.

    Parameters
    ----------
    code : str
    **substitutions
        See `Expression`.

    Examples
    --------
    >>> Statements('g += k*w', g='g_e', k=0.3)
    Statements('g_e += (0.3)*w')
    >>> Statements('v = v_r') + 'w += b'
    Statements('v = v_r\\nw += b')
    """

    def __add__(self, other: str) -> Statements:
        return Statements(f"{self}\n{other}") if isinstance(other, str) else NotImplemented

    def __radd__(self, other: str) -> Statements:
        return Statements(f"{other}\n{self}") if isinstance(other, str) else NotImplemented

    @property
    def targets(self) -> set[str]:
        """The names that are set."""
        return {a.target.text for a in parse_statements(Source(str(self), "statements"))}
