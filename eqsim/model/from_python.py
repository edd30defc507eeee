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
import builtins
import hashlib
import inspect
import linecache
import textwrap
import tokenize
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from eqsim.errors import Diagnostic, DimensionMismatchError, EqsimError, EquationError, Source, Span
from eqsim.functions import CONSTANTS, FUNCTIONS, Builtin
from eqsim.functions.helpers import OF_USERS, Lets
from eqsim.ir.expr import Call, Cast, Const, Draw, Expr, Load, Number, Ref, Select
from eqsim.ir.program import Function, strip
from eqsim.ir.walk import children, distinct, substitute, transform
from eqsim.model.arithmetic import fold, matched
from eqsim.model.translate import FUNCTION, Scope, Site, Symbol, Translator, Typed, anything
from eqsim.syntax import Tree
from eqsim.syntax.expressions import BINARY, COMPARISONS, UNARY
from eqsim.units import DIMENSIONLESS, Unit, get_dimensions

MOST_TURNS = 200  # of a loop that is written out
SHORT = 60  # nodes of a body, arguments put in, that is written at the place of the call: calculus can see it there
DEEPEST = 20  # functions that call each other

_deep: list[Callable[..., Any]] = []
"""The functions that are being translated, from the outermost one on."""


class Untranslatable(Exception):
    """A function cannot be translated: why, and where in its source."""

    def __init__(self, reason: str, span: Span | None = None, help: str = "") -> None:
        super().__init__(reason)
        self.what, self.span, self.help = reason, span, help

    @property
    def reason(self) -> str:
        """The reason in one line."""
        if self.span is None:
            return self.what
        line = " ".join(self.span.text.split())
        return f"{self.what} ({self.span.source.owner}, line {self.span.line}: {line})"

    def at(self, call: Span, name: str) -> EquationError:
        """The error for a function without units, which cannot be called in Python either."""
        help = self.help or f"write it with arithmetic only, or decorate '{name}' with check_units: then numpy can call it"
        message = f"the function '{name}' cannot be translated: {self.what}"
        return EquationError(Diagnostic("E151", message, self.span or call, "", help))


@dataclass(slots=True)
class Asked:
    """Something that a function refers to, outside of it: looked up again for each run."""

    label: str
    find: Callable[[], Any]
    symbol: Symbol

    def renewed(self, around: Any) -> bool:
        """Bring the present value; False if it is of another kind."""
        try:
            value = self.find()
        except LookupError:
            return False
        if self.symbol.callee is None:
            new = around.number(self.label, value)
            return bool(new.expr == self.symbol.expr and new.dim is self.symbol.dim)
        provided = around.provided(self.label, value)
        return provided is not None and bool(provided.renewed(self.symbol.callee))


@dataclass(slots=True)
class Translation:
    """What one translation needs: the function, its name in strings, what surrounds the string, and what it asks for."""

    python: Callable[..., Any]
    name: str
    around: Any
    asked: dict[str, Asked] = field(default_factory=dict)


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
        return _Body(job, site).call(args)
    finally:
        _deep.pop()


@dataclass(frozen=True, slots=True)
class SourceTree(Tree):
    """An expression in the source of a function, which may stand on any line."""

    def span(self, node: ast.AST) -> Span:
        """The place of a node; the columns of ``ast`` count bytes."""
        lines = self.source.source.text.splitlines(keepends=True)

        def offset(line: int, column: int) -> int:
            return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode(errors="ignore"))

        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", None)
        start = offset(first, getattr(node, "col_offset", 0))
        return Span(self.source.source, start, offset(last, getattr(node, "end_col_offset", 0)) if last else start)


def _source_of(f: FunctionType, name: str) -> tuple[Source, ast.FunctionDef | ast.Lambda]:
    """The source of a function, and its tree.  The source of a lambda is the statement in which it stands."""
    try:
        text = textwrap.dedent(inspect.getsource(f))
    except tokenize.TokenError:  # a lambda behind a text of several lines
        line = f.__code__.co_firstlineno
        text = "".join(linecache.getlines(f.__code__.co_filename)[line - 1 : line + 4])
    except (OSError, TypeError, SyntaxError):
        raise Untranslatable("its source cannot be read") from None
    text, tree = _parsed(text)
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Lambda)]
    if f.__name__ == "<lambda>":
        found = [n for n in found if isinstance(n, ast.Lambda) and [a.arg for a in n.args.args] == _arguments(f)]
    if not found or (len(found) > 1 and f.__name__ == "<lambda>"):
        raise Untranslatable("several lambdas stand in its line" if found else "its source cannot be read")
    return Source(text, f"function '{name}'"), found[0]


def _arguments(f: FunctionType) -> list[str]:
    return list(f.__code__.co_varnames[: f.__code__.co_argcount])


def _parsed(text: str) -> tuple[str, ast.AST]:
    """A statement and its tree; or only the lambda in it, if the statement was cut from something longer."""
    start = text.find("lambda")
    for end in (None, *range(len(text), max(start, 0), -1)) if start >= 0 else (None,):
        piece = text if end is None else text[start:end].rstrip()
        try:
            return piece, ast.parse(piece)
        except SyntaxError:
            continue
    raise Untranslatable("its source cannot be read")


Env = dict[str, Typed]


class _Body:
    """Walks through the statements of one function."""

    def __init__(self, job: Translation, site: Site) -> None:
        self.job, self.site = job, site
        assert isinstance(job.python, FunctionType)
        self.python = job.python
        self.source, self.tree = _source_of(job.python, job.name)
        self.names = _arguments(job.python)
        if job.python.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
            raise Untranslatable("it takes any number of arguments")
        self.lets = Lets(self.names)
        self.resolved: dict[str, Symbol] = {}

    # -- from a call to a function of the IR -----------------------------------------------------------------------

    def call(self, args: Sequence[Typed]) -> Typed:
        """The call as an expression; the body becomes a function of its own where it would have to be repeated."""
        parameters = {name: Ref(name, a.expr.type) for name, a in zip(self.names, args, strict=True)}
        env: Env = {name: Typed(parameters[name], a.dim, a.value) for name, a in zip(self.names, args, strict=True)}
        if isinstance(self.tree, ast.Lambda):
            result = self.value(self.tree.body, env)
        else:
            found = self.block(self.tree.body, env)
            if found is None:
                raise self.refusal(self.tree.body[-1], "it may end without giving a value")
            result = found
        given = {name: a.expr for name, a in zip(self.names, args, strict=True)}
        return Typed(self._placed(result.expr, given), result.dim)

    def _placed(self, result: Expr, given: dict[str, Expr]) -> Expr:
        """The result with the arguments put in, or a call with them."""
        values = dict(given)
        for let in self.lets.body:
            values[let.name] = substitute(let.value, values)
        whole = substitute(result, values)
        elements = any(isinstance(x, Draw | Load) for e in self._expressions(result) for x in distinct(e))
        if elements or _size(whole, SHORT) < SHORT:  # what belongs to an element cannot stand in a function
            return whole
        return self._called(result, given)

    def _expressions(self, result: Expr) -> list[Expr]:
        return [*(let.value for let in self.lets.body), result]

    def _called(self, result: Expr, given: dict[str, Expr]) -> Expr:
        """A function of the IR; numbers of the program come to it as further arguments."""
        numbers: dict[Expr, Ref] = {}

        def lift(x: Expr) -> Expr:
            if not isinstance(x, Number):
                return x
            if x not in numbers:
                numbers[x] = Ref(f"p{len(numbers)}_{x.name.rpartition('.')[2]}", x.kind)
            return numbers[x]

        body = tuple(type(let)(let.name, transform(let.value, lift)) for let in self.lets.body)
        result = transform(result, lift)
        parameters = tuple((name, e.type) for name, e in given.items()) + tuple((r.name, r.kind) for r in numbers.values())
        text = repr(strip((parameters, body, result)))
        label = self.python.__name__.strip("<>")
        name = f"{label}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        OF_USERS.add(name)
        FUNCTIONS[name] = Function(name, parameters, body, result, f"{self.source.owner}, as the user wrote it in Python")
        return Call(name, (*given.values(), *numbers), result.type)

    # -- statements ------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[ast.stmt], env: Env) -> Typed | None:
        """Run statements on local names; the value that is returned, or None if the end is reached."""
        for at, s in enumerate(body):
            match s:
                case ast.Return():
                    if s.value is None:
                        raise self.refusal(s, "it gives no value")
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
                raise self.refusal(s, f"{_words(s)} cannot be translated")

    def assign(self, target: ast.expr, value: ast.expr, env: Env) -> None:
        """``x = ...`` and ``x, y = ..., ...``."""
        if isinstance(target, ast.Name):
            env[target.id] = self.bound(target.id, self.value(value, env))
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            found = [self.value(v, env) for v in value.elts]
            for name, typed in zip(target.elts, found, strict=True):
                if not isinstance(name, ast.Name):
                    raise self.refusal(name, "only plain names can be set")
                env[name.id] = self.bound(name.id, typed)
        else:
            raise self.refusal(target, "only plain names can be set")

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
            raise DimensionMismatchError(Diagnostic("U101", message, self.span(s)), a.dim, b.dim)
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
                    raise self.refusal(iterable, f"a loop of more than {MOST_TURNS} turns cannot be translated")
                return [Typed(Const(n, "int"), DIMENSIONLESS, float(n)) for n in numbers]
        raise self.refusal(iterable, "a loop must run over range() with constant bounds, or over a tuple")

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
            raise EquationError(Diagnostic("E111", "a condition is needed here", self.span(node)))
        test = typed.expr if typed.expr.type == "bool" else Cast("bool", typed.expr)
        return test if isinstance(test, Ref | Const) else self.lets("test", test)

    def readable(self, node: ast.expr, env: Env) -> SourceTree:
        """The expression in the words of strings."""
        return SourceTree(self.span(node), _Reader(self, env).visit(node))

    def span(self, node: ast.AST) -> Span:
        """The place of a node in the source."""
        return SourceTree(self.source.whole, self.tree if isinstance(self.tree, ast.Lambda) else ast.Name("_")).span(node)

    def refusal(self, node: ast.AST, reason: str) -> Untranslatable:
        """Says that something cannot be translated."""
        span = self.span(node)
        first = span.text.split("\n")[0].rstrip()
        return Untranslatable(reason, span.part(0, len(first)))

    def scope(self, env: Env) -> Scope:
        """Local names, and what the reader found outside."""

        def look(name: str) -> Symbol | None:
            if name in env:
                return Symbol(env[name].expr, env[name].dim, env[name].value)
            return self.resolved.get(name)

        return look

    # -- names from around the function ----------------------------------------------------------------------------

    def outside(self, node: ast.expr, path: str) -> Symbol:
        """What a name, or ``module.name``, stands for outside of the function."""
        if path not in self.resolved:
            try:
                self.resolved[path] = self._resolve(path, self._find(path))
            except LookupError:
                if not getattr(self.job.around, "lenient", False):
                    raise self.refusal(node, f"'{path}' stands for nothing") from None
                self.resolved[path] = Symbol(Const(1.0), None, callee=anything)
            except EqsimError as error:
                raise self.refusal(node, error.diagnostics[0].message) from None
        return self.resolved[path]

    def _find(self, path: str) -> Any:
        """The object that Python would find."""
        first, *more = path.split(".")
        code, cells = self.python.__code__, self.python.__closure__ or ()
        around = dict(zip(code.co_freevars, cells, strict=True))
        if first in around:
            value = around[first].cell_contents
        elif first in self.python.__globals__:
            value = self.python.__globals__[first]
        elif hasattr(builtins, first):
            value = getattr(builtins, first)
        else:
            raise LookupError(first)
        for name in more:
            if not isinstance(value, ModuleType) and getattr(value, "_module", None) is None:
                raise LookupError(path)
            value = getattr(value, name)
        return value

    def _resolve(self, path: str, value: Any) -> Symbol:
        plain = path.rpartition(".")[2]
        if isinstance(value, Unit) or (plain in CONSTANTS and type(value) is float and value == CONSTANTS[plain]):
            return Symbol(Const(float(value)), get_dimensions(value), float(value))
        label = f"{self.job.name}.{plain}"
        callee = self.job.around.provided(label, value)
        if callee is None:
            symbol: Symbol = self.job.around.number(label, value)
        else:
            symbol = Symbol(FUNCTION, None, callee=callee)
        if not isinstance(callee, Builtin):
            self.job.asked[label] = Asked(label, lambda: self._find(path), symbol)
        return symbol


class _Reader(ast.NodeTransformer):
    """Puts an expression of Python into the words of strings: one comparison at a time, functions by their own names."""

    def __init__(self, body: _Body, env: Env) -> None:
        self.body, self.env = body, env

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Whatever has no case of its own."""
        raise self.body.refusal(node, f"{_words(node)} cannot be translated")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A local name, or one from outside."""
        if node.id not in self.env:
            self.body.outside(node, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """``module.name``."""
        path = _path(node)
        if path is None:
            raise self.body.refusal(node, "attributes cannot be used, but for names in modules")
        self.body.outside(node, path)
        return ast.copy_location(ast.Name(path, ast.Load()), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A number or a truth value."""
        if type(node.value) not in (int, float, bool):
            raise self.body.refusal(node, f"{node.value!r} is not a number")
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Arithmetic."""
        if type(node.op) not in BINARY:
            raise self.body.refusal(node, "this operator cannot be translated")
        return ast.copy_location(ast.BinOp(self.visit(node.left), node.op, self.visit(node.right)), node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """A sign, or ``not``."""
        if type(node.op) not in UNARY:
            raise self.body.refusal(node, "this operator cannot be translated")
        return ast.copy_location(ast.UnaryOp(node.op, self.visit(node.operand)), node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """``and``, ``or``."""
        return ast.copy_location(ast.BoolOp(node.op, [self.visit(v) for v in node.values]), node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """``a if c else b``."""
        new = ast.IfExp(self.visit(node.test), self.visit(node.body), self.visit(node.orelse))
        return ast.copy_location(new, node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """``a < b < c`` is ``a < b and b < c``."""
        if any(type(op) not in COMPARISONS for op in node.ops):
            raise self.body.refusal(node, "this comparison cannot be translated")
        terms = [self.visit(t) for t in (node.left, *node.comparators)]
        pairs: list[ast.expr] = [
            ast.copy_location(ast.Compare(a, [op], [b]), node) for a, op, b in zip(terms, node.ops, terms[1:], strict=False)
        ]
        return pairs[0] if len(pairs) == 1 else ast.copy_location(ast.BoolOp(ast.And(), pairs), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call of something known."""
        path = _path(node.func)
        if path is None or path in self.env:
            raise self.body.refusal(node, "this call cannot be translated")
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.body.refusal(node, "arguments by name cannot be translated")
        args = [self.visit(a) for a in node.args]
        plain = path.rpartition(".")[2]
        written_out = REWRITTEN.get((plain, len(args)))
        if written_out is not None and _from_library(self.body._find, path):
            return ast.fix_missing_locations(ast.copy_location(written_out(*args), node))
        symbol = self.body.outside(node.func, path)
        if symbol.callee is None:
            raise self.body.refusal(node, f"'{path}' is no function")
        called = f"{path}()"  # a name that no function of strings has
        self.body.resolved[called] = symbol
        func = ast.copy_location(ast.Name(called, ast.Load()), node.func)
        return ast.copy_location(ast.Call(func, args, []), node)


REWRITTEN: dict[tuple[str, int], Callable[..., ast.expr]] = {
    ("where", 3): lambda test, yes, no: ast.IfExp(test, yes, no),
    ("square", 1): lambda x: ast.BinOp(x, ast.Mult(), x),
    ("power", 2): lambda x, y: ast.BinOp(x, ast.Pow(), y),
    ("pow", 2): lambda x, y: ast.BinOp(x, ast.Pow(), y),
    ("float", 1): lambda x: ast.BinOp(x, ast.Mult(), ast.Constant(1.0)),
    ("bool", 1): lambda x: ast.Compare(x, [ast.NotEq()], [ast.Constant(0)]),
    ("logical_and", 2): lambda x, y: ast.BoolOp(ast.And(), [x, y]),
    ("logical_or", 2): lambda x, y: ast.BoolOp(ast.Or(), [x, y]),
    ("logical_not", 1): lambda x: ast.UnaryOp(ast.Not(), x),
    ("add", 2): lambda x, y: ast.BinOp(x, ast.Add(), y),
    ("subtract", 2): lambda x, y: ast.BinOp(x, ast.Sub(), y),
    ("multiply", 2): lambda x, y: ast.BinOp(x, ast.Mult(), y),
    ("divide", 2): lambda x, y: ast.BinOp(x, ast.Div(), y),
    ("negative", 1): lambda x: ast.UnaryOp(ast.USub(), x),
}
"""Functions of numpy, ``math`` and Python that are written with operators."""


def _from_library(find: Callable[[str], Any], path: str) -> bool:
    """Is it a function of numpy, ``math``, Python itself, or one of ours in their place?"""
    try:
        value = find(path)
    except LookupError:
        return False
    home = getattr(value, "_module", None) or getattr(value, "__module__", None) or type(value).__module__
    return str(home).split(".")[0] in ("numpy", "math", "builtins", "eqsim")


def _path(node: ast.expr) -> str | None:
    """``a`` or ``a.b.c`` as text; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _path(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


def _returns(body: Sequence[ast.stmt]) -> bool:
    """Is there a ``return`` among the statements, or inside of them?"""
    return any(isinstance(n, ast.Return) for s in body for n in ast.walk(s))


def _size(e: Expr, most: int) -> int:
    """The number of nodes of an expression, as it would be written; not counted beyond ``most``."""
    todo, count = [e], 0
    while todo and count < most:
        todo += children(todo.pop())
        count += 1
    return count


def _alike(a: Typed, b: Typed) -> bool:
    return not (a.known and b.known) or a.dim is b.dim or a.is_zero or b.is_zero


WORDS: dict[type[ast.AST], str] = {
    ast.While: "a while loop",
    ast.For: "this loop",
    ast.Try: "try",
    ast.With: "with",
    ast.Assert: "assert",
    ast.Raise: "raise",
    ast.Delete: "del",
    ast.Import: "an import",
    ast.ImportFrom: "an import",
    ast.FunctionDef: "a function in the function",
    ast.Lambda: "a lambda",
    ast.Subscript: "an index",
    ast.List: "a list",
    ast.Tuple: "a tuple",
    ast.Dict: "a dict",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "a text",
    ast.Expr: "a call without use of its value",
    ast.Break: "break",
    ast.Continue: "continue",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.NamedExpr: "':='",
}


def _words(node: ast.AST) -> str:
    return WORDS.get(type(node), f"this ({type(node).__name__})")
