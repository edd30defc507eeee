"""Plain Python functions, translated from their own source: the same numbers on every target, and units that propagate.

In: a Python function and the typed arguments of a call.  Out: a typed expression, most often a call of a function of the IR
whose body is that of the Python function.  The source is read, never run.

=====================  =================================================================================================
translated             arithmetic, comparisons, ``and or not``, ``a if c else b``, local names, ``if``/``else``, ``return``
                       anywhere, loops over ``range`` with constant bounds or over a tuple; calls of the functions that
                       strings know, also as ``np.exp`` or ``math.exp``, and of other such functions; numbers, units and
                       quantities from around the function; ``np.where``, ``np.square``, ``float``, ``bool``
=====================  =================================================================================================
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from eqsim.errors import Diagnostic, DimensionMismatchError, EqsimError, EquationError
from eqsim.functions.helpers import Lets
from eqsim.ir.expr import Cast, Const, Expr, Number, Ref, Select
from eqsim.model.arithmetic import fold, matched
from eqsim.model.python_names import Asked, Names, Translation
from eqsim.model.python_placed import placed
from eqsim.model.python_source import SourceTree, Untranslatable, read
from eqsim.model.python_words import Words
from eqsim.model.translate import Scope, Site, Symbol, Translator, Typed
from eqsim.units import DIMENSIONLESS

__all__ = ["Asked", "Translation", "Untranslatable", "translated"]

MOST_TURNS = 200  # of a loop that is written out
DEEPEST = 20  # functions that call each other

_deep: list[Callable[..., Any]] = []
"""The functions that are being translated, from the outermost one on."""


def translated(job: Translation, args: Sequence[Typed], site: Site) -> Typed:
    """The value of a call.

    Raises
    ------
    Untranslatable
        If the function is more than arithmetic.
    EqsimError
        If units do not fit inside of it; the caret is in the source of the function.
    """
    if job.python in _deep or len(_deep) >= DEEPEST:
        raise Untranslatable(f"'{job.name}' calls itself")
    if not isinstance(job.python, FunctionType):
        raise Untranslatable("it is not written in Python")
    _deep.append(job.python)
    try:
        return _Body(job, job.python, site).call(args)
    finally:
        _deep.pop()


Env = dict[str, Typed]


class _Body:
    """Walks through the statements of one function."""

    def __init__(self, job: Translation, python: FunctionType, site: Site) -> None:
        self.name, self.site = python.__name__.strip("<>"), site
        self.reading = read(python, job.name)
        self.outside = Names(job, python, self.reading)
        self.lets = Lets(self.reading.names)

    def call(self, args: Sequence[Typed]) -> Typed:
        """The call as an expression; the body becomes a function of its own where it would have to be repeated."""
        given = dict(zip(self.reading.names, args, strict=True))
        result = self.result({name: Typed(Ref(name, a.expr.type), a.dim, a.value) for name, a in given.items()})
        values = {name: a.expr for name, a in given.items()}
        return Typed(placed(self.name, self.reading.source.owner, self.lets.body, result.expr, values), result.dim)

    def result(self, env: Env) -> Typed:
        """What the function gives for these arguments."""
        tree = self.reading.tree
        if isinstance(tree, ast.Lambda):
            return self.value(tree.body, env)
        found = self.block(tree.body, env)
        if found is None:
            raise self.reading.refusal(tree.body[-1], "it may end without giving a value")
        return found

    # -- statements ------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[ast.stmt], env: Env) -> Typed | None:
        """Run statements on local names; the value that is returned, or None if the end is reached."""
        for at, s in enumerate(body):
            match s:
                case ast.Return():
                    if s.value is None:
                        raise self.reading.refusal(s, "it gives no value")
                    return self.value(s.value, env)
                case ast.If() if _returns([s]):
                    return self.choice(s, body[at + 1 :], env)
                case _:
                    self.statement(s, env)
        return None

    def statement(self, s: ast.stmt, env: Env) -> None:
        """A statement that gives no value."""
        match s:
            case ast.Assign(targets=[target]):
                self.assign(target, s.value, env)
            case ast.AnnAssign() if s.value is not None:
                self.assign(s.target, s.value, env)
            case ast.AugAssign(target=ast.Name() as target):
                old = ast.copy_location(ast.Name(target.id, ast.Load()), target)
                new = ast.copy_location(ast.BinOp(old, s.op, s.value), s)
                self.assign(target, new, env)
            case ast.If():
                self.branches(s, env)
            case ast.For(target=ast.Name() as target) if not s.orelse:
                self.loop(s, target.id, env)
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                pass
            case _:
                raise self.reading.refusal(s)

    def assign(self, target: ast.expr, value: ast.expr, env: Env) -> None:
        """``x = ...`` and ``x, y = ..., ...``."""
        if isinstance(target, ast.Name):
            env[target.id] = self.bound(target.id, self.value(value, env))
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            found = [self.value(v, env) for v in value.elts]
            for name, typed in zip(target.elts, found, strict=True):
                if not isinstance(name, ast.Name):
                    raise self.reading.refusal(name, "only plain names can be set")
                env[name.id] = self.bound(name.id, typed)
        else:
            raise self.reading.refusal(target, "only plain names can be set")

    def bound(self, name: str, typed: Typed) -> Typed:
        """The value under a name of the body."""
        if isinstance(typed.expr, Ref | Const | Number):
            return typed
        return Typed(self.lets(name, typed.expr), typed.dim, typed.value)

    def choice(self, s: ast.If, rest: Sequence[ast.stmt], env: Env) -> Typed | None:
        """An ``if`` that returns in one of its branches: what follows belongs to both."""
        test = self.condition(s.test, env)
        yes = self.block([*s.body, *rest], dict(env))
        no = self.block([*s.orelse, *rest], dict(env))
        if yes is None or no is None:
            return None
        return self.either(s, test, yes, no)

    def branches(self, s: ast.If, env: Env) -> None:
        """An ``if`` that only sets names."""
        test, one, other = self.condition(s.test, env), dict(env), dict(env)
        for statement in s.body:
            self.statement(statement, one)
        for statement in s.orelse:
            self.statement(statement, other)
        for name in {*one, *other}:
            if name not in one or name not in other:
                env.pop(name, None)
            elif one[name] is not other[name]:
                env[name] = self.bound(name, self.either(s, test, one[name], other[name]))

    def either(self, s: ast.AST, test: Expr, a: Typed, b: Typed) -> Typed:
        """The one value or the other; their units must agree."""
        if not _alike(a, b):
            assert a.dim is not None and b.dim is not None
            message = "the branches give different units"
            raise DimensionMismatchError(Diagnostic("U101", message, self.reading.span(s)), a.dim, b.dim)
        x, y = matched(a.expr, b.expr)
        return Typed(Select(test, x, y), a.dim if a.known and not a.is_zero else b.dim)

    def loop(self, s: ast.For, name: str, env: Env) -> None:
        """A loop over known values, written out."""
        for value in self.turns(s.iter, env):
            env[name] = value
            for statement in s.body:
                self.statement(statement, env)

    def turns(self, iterable: ast.expr, env: Env) -> list[Typed]:
        """The values that a loop runs over."""
        if isinstance(iterable, ast.Tuple | ast.List):
            return [self.value(e, env) for e in iterable.elts]
        if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "range":
            bounds = [fold(self.value(a, env).expr) for a in iterable.args]
            if all(isinstance(b, Const) and b.kind == "int" for b in bounds):
                numbers = range(*(int(b.value) for b in bounds if isinstance(b, Const)))
                if len(numbers) > MOST_TURNS:
                    raise self.reading.refusal(iterable, f"a loop of more than {MOST_TURNS} turns cannot be translated")
                return [Typed(Const(n, "int"), DIMENSIONLESS, float(n)) for n in numbers]
        raise self.reading.refusal(iterable, "a loop must run over range() with constant bounds, or over a tuple")

    # -- expressions -----------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, env: Env) -> Typed:
        """The value of an expression."""
        translator = Translator(self.scope(env), self.site.stream, lambda: set(env), conditions_count=True)
        typed = translator(self.readable(node, env))
        try:
            translator.finish()
        except DimensionMismatchError:
            raise
        except EqsimError as error:
            d = error.diagnostics[0]
            raise Untranslatable(d.message, d.span, d.help) from None
        return typed

    def condition(self, node: ast.expr, env: Env) -> Expr:
        """A value as a condition, as Python takes it."""
        typed = self.value(node, env)
        if typed.known and typed.dim is not DIMENSIONLESS:
            raise EquationError(Diagnostic("E111", "a condition is needed here", self.reading.span(node)))
        test = typed.expr if typed.expr.type == "bool" else Cast("bool", typed.expr)
        return test if isinstance(test, Ref | Const) else self.lets("test", test)

    def readable(self, node: ast.expr, env: Env) -> SourceTree:
        """The expression in the words of strings."""
        return SourceTree(self.reading.span(node), Words(self.outside, env).visit(node))

    def scope(self, env: Env) -> Scope:
        """Local names, and what the reader found outside."""

        def look(name: str) -> Symbol | None:
            if name in env:
                return Symbol(env[name].expr, env[name].dim, env[name].value)
            return self.outside.found.get(name)

        return look


def _returns(body: Sequence[ast.stmt]) -> bool:
    """Is there a ``return`` among the statements, or inside of them?"""
    return any(isinstance(n, ast.Return) for s in body for n in ast.walk(s))


def _alike(a: Typed, b: Typed) -> bool:
    return not (a.known and b.known) or a.dim is b.dim or a.is_zero or b.is_zero
