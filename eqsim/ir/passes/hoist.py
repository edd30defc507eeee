"""What is the same for a whole run, or for a whole step, is computed once for it.

In: a program without draws.  Out: the same program, whose constants became numbers of the program (computed on the host
when a run begins) and whose kernels have preludes (computed once in a step).  The operations and their order stay the
same, so the numbers do, too.

A value has a level::

    RUN      made of literals and numbers only             exp(-dt/tau)
    STEP     and of the step, and of shared values         n*dt
    ELEMENT  and of anything else                          v[i]*exp(-dt/tau)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from eqsim.ir.domain import Once, asked, asking
from eqsim.ir.expr import Call, Cast, Const, Draw, Expr, Iterate, Load, Number, Op, Ref, Table
from eqsim.ir.program import Kernel, Program
from eqsim.ir.stmt import Let, Log, Stmt, When
from eqsim.ir.walk import body_nodes, bound_names, children, map_statement, nodes, rebuild, statements, writes

RUN, STEP, ELEMENT = range(3)
LONGEST_LABEL = 36  # characters; longer values are numbered


def hoist(program: Program) -> Program:
    """Move constants out of the run, and what all elements share out of their loop."""
    constants = _Constants(program)
    kernels = tuple(_Hoist(k, program, constants).kernel() for k in program.kernels)
    return replace(program, kernels=kernels, constants=(*program.constants, *constants.found))


class _Constants:
    """The numbers that follow from others: each value once, each with a name of its own."""

    def __init__(self, program: Program) -> None:
        self.known = {e: name for name, e in program.constants}
        self.found: list[tuple[str, Expr]] = []
        self.taken = {*program.reals, *program.ints, *self.known.values(), *(a.name for a in program.arrays)}

    def number(self, e: Expr, name: str) -> Number:
        if e not in self.known:
            self.known[e] = free(name, self.taken)
            self.found.append((self.known[e], e))
        return Number(self.known[e])


def free(name: str, taken: set[str]) -> str:
    """The name, or the name with the first number that makes it new; it is taken from now on."""
    new, at = name, 2
    while new in taken:
        new, at = f"{name}_{at}", at + 1
    taken.add(new)
    return new


class _Hoist:
    """Takes one kernel apart."""

    def __init__(self, kernel: Kernel, program: Program, constants: _Constants) -> None:
        self.old, self.constants = kernel, constants
        self.written = writes(kernel.body) | _appended(kernel.body, program)
        self.levels: dict[str, int] = {let.name: STEP for let in kernel.prelude} | {"n": STEP}
        self.values: dict[str, Expr] = {}
        self.prelude = list(kernel.prelude)
        self.known = {let.value: let.name for let in kernel.prelude}
        self.taken = {name for s in statements(kernel.body) for name in bound_names(s)} | set(self.levels)
        self.taken |= {x.name for x in body_nodes(kernel.body) if isinstance(x, Ref)} | set("ijknr")
        self.steps = not isinstance(kernel.domain, Once)
        self.guarded = 0  # conditions around the present statement

    def kernel(self) -> Kernel:
        body = tuple(self._body(self.old.body))
        asks, domain = asked(self.old.domain), self.old.domain
        if asks is not None:
            domain = asking(domain, self._lift(asks))
        return replace(self.old, body=body, domain=domain, prelude=tuple(self.prelude))

    def _body(self, body: Iterable[Stmt]) -> Iterable[Stmt]:
        for s in body:
            if isinstance(s, Let) and self._move(s):
                continue
            if isinstance(s, When):
                test, self.guarded = self._lift(s.test), self.guarded + 1
                yield replace(s, test=test, body=tuple(self._body(s.body)))
                self.guarded -= 1
            else:
                yield map_statement(s, self._lift)

    def _move(self, let: Let) -> bool:
        """Take a whole Let out of the body, if it is the same for all elements."""
        value = self._settled(let.value)
        level = self.level(value)
        if isinstance(value, Const | Number):
            self.values[let.name] = value
        elif level == RUN and let.value.type == "real":
            self.values[let.name] = self.constants.number(value, f"{self.old.name}.{let.name.lstrip('_')}")
        elif level == ELEMENT or not self.steps:
            return False
        elif isinstance(value, Ref):
            self.values[let.name] = value
        else:
            lifted = self._constants_of(value)
            self.prelude.append(replace(let, value=lifted))
            self.known[lifted] = let.name
            self.levels[let.name] = STEP
        return True

    def _settled(self, e: Expr) -> Expr:
        """References to what has become a number are numbers."""
        if isinstance(e, Ref):
            return self.values.get(e.name, e)
        new = tuple(map(self._settled, children(e)))
        return rebuild(e, new) if new else e

    def level(self, e: Expr) -> int:
        """How often a value has to be computed."""
        match e:
            case Ref(name):
                return self.levels.get(name, ELEMENT)
            case Load(array, index):
                # under a condition the place may not exist where the condition does not hold
                fixed = array not in self.written and not (self.guarded and index is not None)
                return max(STEP, RUN if index is None else self.level(index)) if fixed else ELEMENT
            case Draw():
                return ELEMENT
            case Iterate():
                inner = {x.name for part in (e.test, *e.nexts, e.result) for x in nodes(part) if isinstance(x, Ref)}
                outer = [Ref(name) for name in inner - set(e.names)]
                return max((self.level(x) for x in (*e.starts, *outer)), default=RUN)
        return max((self.level(c) for c in children(e)), default=RUN)

    def _lift(self, e: Expr) -> Expr:
        return self._outer(self._settled(e))

    def _outer(self, e: Expr) -> Expr:
        """The expression with its largest parts of a lower level taken out."""
        level = self.level(e)
        if level == RUN and is_work(e) and e.type == "real":
            return self.constants.number(e, f"{self.old.name}.{label(e)}")
        if level <= STEP and self.steps and (is_work(e) or isinstance(e, Load)):
            return self._step_value(e)
        return self._inside(e)

    def _inside(self, e: Expr) -> Expr:
        if isinstance(e, Iterate):
            return replace(e, starts=tuple(map(self._outer, e.starts)))
        parts = children(e)
        return rebuild(e, tuple(map(self._outer, parts))) if parts else e

    def _constants_of(self, e: Expr) -> Expr:
        """The expression with its constants taken out."""
        if self.level(e) == RUN and is_work(e) and e.type == "real":
            return self.constants.number(e, f"{self.old.name}.{label(e)}")
        parts = () if isinstance(e, Iterate) else children(e)
        return rebuild(e, tuple(map(self._constants_of, parts))) if parts else e

    def _step_value(self, e: Expr) -> Expr:
        value = self._constants_of(e)
        if value not in self.known:
            self.known[value] = free(label(e), self.taken)
            self.prelude.append(Let(self.known[value], value))
            self.levels[self.known[value]] = STEP
        return Ref(self.known[value], e.type)


def _appended(body: tuple[Stmt, ...], program: Program) -> set[str]:
    """The arrays that the logs of a body write to."""
    names = {s.log for s in statements(body) if isinstance(s, Log)}
    return {c for log in program.logs if log.name in names for c in (*log.columns, log.cursor)}


def is_work(e: Expr) -> bool:
    """Does computing it cost more than reading a number?  Literals are folded by every compiler."""
    own = isinstance(e, Op | Call | Cast | Iterate | Table) or bool(children(e))
    return own and any(isinstance(x, Number | Call | Ref | Load) for x in nodes(e))


WORDS: Mapping[str, str] = {"*": "{}_{}", "/": "{}_per_{}", "+": "{}_plus_{}", "-": "{}_minus_{}"}


def label(e: Expr) -> str:
    """A name that says what a value is, if that is short."""
    text = _words(e)
    return text if text and len(text) <= LONGEST_LABEL else "value"


def _words(e: Expr) -> str:
    match e:
        case Const(value, "real" | "int"):
            return f"{value:g}" if f"{value:g}".isdigit() else ""
        case Number(name) | Ref(name) | Load(name):
            return name.rpartition(".")[2].strip("_")
        case Op("neg", (a,)):
            return _joined("minus_{}", (a,))
        case Op(op, args) if op in WORDS:
            if op == "*" and args == (Cast("real", Ref("n", "int")), args[1]) and _words(args[1]) == "dt":
                return "t"
            return _joined(WORDS[op], args)
        case Cast(_, arg):
            return _words(arg)
        case Call(function, args):
            return _joined(function + "_{}" * len(args), args)
    return ""


def _joined(pattern: str, args: Iterable[Expr]) -> str:
    words = [_words(a) for a in args]
    text = pattern.format(*words) if all(words) else ""
    return text if not text[:1].isdigit() else f"x{text}"
