"""From blocks of statements (reset, on_pre, run_regularly) to the IR.

In: parsed assignments, a translator, and what may be written.  Out: IR statements that carry the user's text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from eqsim.errors import Diagnostic, DimensionMismatchError, EquationError, EquationSyntaxError, did_you_mean
from eqsim.ir.expr import Cast, Const, Expr, Load, Ref, Type, as_real, local_name
from eqsim.ir.stmt import Add, Let, Stmt, Store, When
from eqsim.ir.walk import depends_on
from eqsim.log import get_logger
from eqsim.model.arithmetic import arithmetic, negative, number
from eqsim.model.translate import Scope, Symbol, Translator, Typed
from eqsim.objects.variables import Variable
from eqsim.syntax import Assignment, Tree
from eqsim.units import DIMENSIONLESS, Dimension, unit_name

logger = get_logger(__name__)

ELEMENTS = frozenset("ijk")
"""Names of elements: what depends on them is not shared."""


def needs_shared(name: str) -> tuple[str, str]:
    """The message and the help for something shared that is to follow from things that are not."""
    return (
        f"'{name}' is shared: it can only depend on shared variables",
        "only one value is kept for the whole group; take the flag (shared) away, or use shared variables",
    )


@dataclass(frozen=True, slots=True)
class Target:
    """A place that code may write to.

    ``accumulate``: several visits share the place, so ``+=`` adds up.  ``guard``: writes are dropped where it is false.
    """

    array: str
    index: Expr | None
    variable: Variable
    accumulate: bool = False
    guard: Expr | None = None
    refusal: str = ""
    """Why it cannot be set, after all."""


@dataclass(slots=True)
class Block:
    """Translates the statements of one block, one after the other."""

    translator: Translator
    target: Callable[[str], Target | None]
    what: str
    known: Callable[[], set[str]] = set
    locals: dict[str, Symbol] = field(default_factory=dict)
    unread: dict[str, Assignment] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    varying: set[str] = field(default_factory=lambda: set(ELEMENTS))
    """Names whose values differ from element to element."""
    wrote_elements: bool = False

    def __post_init__(self) -> None:
        outer = self.translator.scope
        self.translator.scope = self._scope(outer)

    def _scope(self, outer: Scope) -> Scope:
        def look(name: str) -> Symbol | None:
            self.unread.pop(name, None)
            return self.locals.get(name) or outer(name)

        return look

    def __call__(self, assignments: tuple[Assignment, ...]) -> tuple[Stmt, ...]:
        """The statements; mistakes are collected by the translator, which the caller asks to finish."""
        body = tuple(s for a in assignments for s in self.statement(a))
        self.translator.finish()
        self._warn_unread()
        return body

    def statement(self, a: Assignment) -> tuple[Stmt, ...]:
        """One assignment."""
        target = self.target(a.target.text)
        typed = self.translator(a.value)
        if target is None:
            return self._local(a, typed)
        self._check(a, typed, target.variable.dim)
        self._check_place(a, target, typed.expr)
        statement = self._write(a, target, typed.expr)
        return (statement,) if target.guard is None else (When(target.guard, (statement,), a.span),)

    def _check_place(self, a: Assignment, target: Target, value: Expr) -> None:
        name = a.target.text
        if target.refusal or target.variable.read_only:
            self._refuse(a, target.refusal or f"'{name}' cannot be set: it is computed from other things")
        elif not target.variable.shared:
            self.wrote_elements = True
        elif self.wrote_elements:
            help = "it is set once for all elements, before the statements that run for each of them"
            self._refuse(a, f"'{name}' is shared: set it before variables that are not", help)
        elif depends_on(value, self.varying):
            self._refuse(a, *needs_shared(name))

    def _write(self, a: Assignment, target: Target, value: Expr) -> Stmt:
        kind = target.variable.type
        if a.op == "=":
            return Store(target.array, target.index, as_type(value, kind), a.span)
        if target.accumulate and a.op in ("+=", "-="):
            term = as_type(value, kind)
            return Add(target.array, target.index, term if a.op == "+=" else negative(term), a.span)
        old = Load(target.array, target.index, kind)
        return Store(target.array, target.index, as_type(combine(a.op, old, value), kind), a.span)

    def _local(self, a: Assignment, typed: Typed) -> tuple[Stmt, ...]:
        value, dim = typed.expr, typed.dim
        if a.op != "=":
            old = self.locals.get(a.target.text)
            if old is None:
                hint = did_you_mean(a.target.text, self.known())
                self._refuse(a, f"'{a.target.text}' is changed before it has a value", hint)
                return ()
            value, dim = combine(a.op, old.expr, value), old.dim
            if a.op in ("+=", "-="):
                self._check(a, typed, old.dim)
        version = self.versions[a.target.text] = self.versions.get(a.target.text, 0) + 1
        name = local_name(a.target.text if version == 1 else f"{a.target.text}_{version}")
        if depends_on(value, self.varying):
            self.varying.add(name)
        self.locals[a.target.text] = Symbol(Ref(name, value.type), dim)
        self.unread[a.target.text] = a
        return (Let(name, value, a.span),)

    def _check(self, a: Assignment, typed: Typed, dim: Dimension | None) -> None:
        """`=`, `+=`, `-=` need the unit of the variable; `*=`, `/=` a pure number."""
        keeps = a.op in ("=", "+=", "-=", "%=")
        wanted = dim if keeps else DIMENSIONLESS
        if wanted is None or typed.dim is None or typed.dim is wanted or typed.is_zero:
            return
        if keeps:
            message = f"{a.target.text} is {in_unit(wanted)}, but the value is {in_unit(typed.dim)}"
        else:
            message = f"{a.op} would change the unit of {a.target.text}: the right-hand side must be a pure number"
        span = a.value.span(a.value.root)
        problem = Diagnostic("U110", message, span, unit_name(typed.dim))
        self.translator.problems.append((DimensionMismatchError, problem, (wanted, typed.dim)))

    def _refuse(self, a: Assignment, message: str, help: str = "") -> None:
        self.translator.problems.append((EquationSyntaxError, Diagnostic("E120", message, a.target, "", help), ()))

    def _warn_unread(self) -> None:
        """A name that is set and never used is most often a misspelt variable."""
        for name in self.unread:
            hint = did_you_mean(name, self.known())
            logger.warning(
                f"{self.what}: '{name}' is set but never used{'; ' + hint if hint else ' (it is no variable of the model)'}",
                name_suffix="unused_name",
            )


def in_unit(dim: Dimension) -> str:
    """``in volt``, or ``a pure number``."""
    return "a pure number" if dim is DIMENSIONLESS else f"in {unit_name(dim)}"


def wrong_unit(name: str, value: str, wanted: Dimension, given: Dimension) -> DimensionMismatchError:
    """The error for a value in another unit than that of its variable."""
    return DimensionMismatchError(f"{name} is {in_unit(wanted)}, but {value} is {in_unit(given)}", wanted, given)


def check_condition(translator: Translator, tree: Tree, typed: Typed) -> None:
    """Report a string that is to be a condition and is a number."""
    if typed.dim is not None and typed.expr.type != "bool":
        help = "compare it with something, e.g. v > -50*mV, or write ... != 0"
        problem = Diagnostic("E111", "a condition is needed here", tree.span(tree.root), "a number", help)
        translator.problems.append((EquationError, problem, ()))


def combine(op: str, old: Expr, value: Expr) -> Expr:
    """The new value for an operator such as ``*=``."""
    if op == "**=":
        from eqsim.functions import lower_power

        return lower_power(old, value)
    return arithmetic(op[:-1], old, value)


def as_type(e: Expr, kind: Type) -> Expr:
    """The value as an array of this type keeps it."""
    if isinstance(e, Const) and e.kind != kind:
        value = e.value
        return Const(float(value), kind) if kind == "real" else Const(bool(value) if kind == "bool" else int(value), kind)
    if e.type == kind:
        return e
    return as_real(number(e)) if kind == "real" else Cast(kind, e)
