"""From a kernel to its view: its members, its body as lines, its pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from eqsim.codegen.cfamily import C_TYPES, STORAGE_TYPES, Printer
from eqsim.codegen.names import identifier, members, unique
from eqsim.codegen.roles import EMITTED, inner, roles_of, title
from eqsim.codegen.shares import own_entries, share
from eqsim.codegen.stages import Stage, stages
from eqsim.codegen.sums import listed_sum
from eqsim.codegen.views import KernelText, Member, StageText, SumText
from eqsim.codegen.volleys import own_arrays, volleys
from eqsim.ir.domain import (
    ELEMENT,
    POINT,
    POINTS,
    Across,
    Batch,
    Each,
    Size,
    Where,
    asked,
)
from eqsim.ir.expr import Call, Expr, Load, Number, Ref
from eqsim.ir.order import independent
from eqsim.ir.program import Kernel, Program
from eqsim.ir.stmt import Add, Let, Log, Store
from eqsim.ir.walk import body_nodes, bound_names, children, nodes, statements, writes

I = Ref("i", "int")

INDICES = ("i", "j", "k", "r", "n")
ROLES = {"i": "source", "j": "target"}
IN_BATCH = {POINT.name: "p", ELEMENT.name: "e"}
"""How the indices that only a `Batch` binds are called."""


def all_reals(program: Program) -> tuple[str, ...]:
    """The names of the reals, and after them of those that follow from others: the order of their table."""
    return (*program.reals, *(name for name, _ in program.constants))


def size_text(size: Size, fields: Mapping[str, str]) -> str:
    return str(size) if isinstance(size, int) else f"state.{fields[size]}"


class KernelSpelling:
    """Spells one kernel."""

    def __init__(self, program: Program, kernel: Kernel, fields: Mapping[str, str], name: str) -> None:
        self.program, self.kernel, self.fields, self.name = program, kernel, fields, name
        self.arrays = {a.name: a for a in program.arrays}
        self.functions = {f.name: f for f in program.functions}
        self.logs = {log.name: log for log in program.logs}
        self.roles = dict(roles_of(program, kernel))
        self.lets = {let.name: f"step.{let.name}" for let in kernel.prelude}  # a let may be called like a number
        self.row_names = {log: f"{log}.next_row" for log in self._logged()}
        self.member = members([*self._arrays(), *self._numbers(), *self.lets.values(), *self.row_names.values()])
        self.written = writes(kernel.body) | self._appended() | self._emitted()

    def _logged(self) -> list[str]:
        return list(dict.fromkeys(s.log for s in statements(self.kernel.body) if isinstance(s, Log)))

    def _appended(self) -> set[str]:
        return {c for log in self._logged() for c in (*self.logs[log].columns, self.logs[log].cursor)}

    def _emitted(self) -> set[str]:
        return {str(self.roles[r]) for r in EMITTED.get(type(inner(self.kernel.domain)), ())}

    def _expressions(self) -> Iterator[Expr]:
        for let in self.kernel.prelude:
            yield from nodes(let.value)
        yield from body_nodes(self.kernel.body)
        asks = asked(self.kernel.domain)
        if asks is not None:
            yield from nodes(asks)

    def _arrays(self) -> list[str]:
        loaded = {e.array for e in self._expressions() if isinstance(e, Load)}
        needed = loaded | writes(self.kernel.body) | self._appended() | {r for r in self.roles.values() if r in self.arrays}
        return [a.name for a in self.program.arrays if a.name in needed]

    def _numbers(self) -> list[str]:
        used = {e.name for e in self._expressions() if isinstance(e, Number)} | set(map(str, self.roles.values()))
        return [x for x in (*all_reals(self.program), *self.program.ints) if x in used]

    def _of(self, name: str) -> str:
        return f"s.{self.member[name]}"

    def text(self, whole: bool = False) -> KernelText:
        """The views of this kernel."""
        pieces = () if whole else self._pieces()
        locals_ = [name for s in statements(self.kernel.body) for name in bound_names(s)]
        locals_ += [s.name for piece in pieces for s in piece.body if isinstance(s, Let)]
        batch = isinstance(self.kernel.domain, Batch)
        own = ("s", *INDICES, *(("b", "c") if pieces else ()), *(IN_BATCH.values() if batch else ()))  # the parameters
        spelled = unique([identifier(x) for x in dict.fromkeys(locals_)], taken=own)
        bound = {x: spelled[identifier(x)] for x in locals_}
        bound |= {i: i for i in INDICES} | IN_BATCH | {x: self._of(full) for x, full in self.lets.items()}
        printer = Printer(
            array=self._of,
            number=self._of,
            bound=bound,
            steady=frozenset(self.lets),
            row=lambda log: self._of(self.row_names[log]),
            columns=lambda log: self.logs[log].columns,
            storage=lambda name: self.arrays[name].dtype,
        )
        domain, asks = self.kernel.domain, asked(self.kernel.domain)
        free = independent(self.kernel)
        shared = share(self.program, self.kernel)
        uses = frozenset(IN_BATCH.get(e.name, e.name) for e in self._expressions() if isinstance(e, Ref))
        uses &= frozenset((*INDICES, *IN_BATCH.values()))
        return KernelText(
            name=self.name,
            title=f"{self.kernel.name}: {title(domain)}",
            shape=type(inner(domain)).__name__.lower(),
            clock=self.program.clocks.index(self.kernel.clock),
            independent=free,
            batch=batch,
            delayed=isinstance(domain, Across) and domain.delay is None,
            members=tuple(self._members()),
            wide=tuple(self._wide()) if free and isinstance(domain, Each | Where) else (),
            copied=tuple(self._copied()) if pieces and isinstance(domain, Each) and shared.way == "range" else (),
            prelude=tuple((self._of(self.lets[let.name]), printer.bare(let.value)) for let in self.kernel.prelude),
            body=(*printer.body(self.kernel.body), *self._condition()),
            stages=self._stages(printer, bound, pieces),
            fetched=tuple(map(self._of, own_arrays(self.kernel.body))) if "order" in self.roles else (),
            test=printer.bare(asks) if asks is not None else "",
            sum=None if whole and not batch else self._sum(printer, uses),
            uses=uses,
            rows=tuple((self._of(self.row_names[x]), self._of(self.logs[x].cursor)) for x in self._logged()),
            scratch=self._scratch(),
            at={role: self._role(name) for role, name in self.roles.items()},
            share=shared.way,
            owner=ROLES.get(shared.owner, ""),
        )

    def _condition(self) -> tuple[str, ...]:
        """The user's condition, above the test that comes from it."""
        origin = self.kernel.origin
        return (f"  // {' '.join(origin.text.split())}",) if origin is not None else ()

    def _pieces(self) -> tuple[Stage, ...]:
        """The body in pieces, where that is better."""
        domain = self.kernel.domain
        if isinstance(domain, Across) and domain.delay is not None:
            return volleys(self.kernel.body, self.functions, {name: a.dtype for name, a in self.arrays.items()})
        return stages(self.kernel.body, self.functions) if isinstance(domain, Each) and independent(self.kernel) else ()

    def _stages(self, printer: Printer, bound: dict[str, str], pieces: tuple[Stage, ...]) -> tuple[StageText, ...]:
        """The pieces, spelled; a value from an earlier piece is ``c.name[b]``."""
        types = {let.name: let.value.type for piece in pieces for let in piece.body if isinstance(let, Let)}
        found = []
        for stage in pieces:
            taken = {x: f"c.{bound[x]}[b]" for x in stage.takes}
            taken |= {x: f"({text} != 0)" for x, text in taken.items() if types[x] == "bool"}
            lines = replace(printer, bound={**bound, **taken}).body(stage.body)
            lines += [f"  c.{bound[let.name]}[b] = {bound[let.name]};" for let in stage.gives]
            gives = [("double" if let.value.type == "real" else "int64_t", bound[let.name]) for let in stage.gives]
            found.append(StageText(tuple(lines), tuple(gives)))
        return tuple(found)

    def _sum(self, printer: Printer, uses: frozenset[str]) -> SumText | None:
        """What a kernel adds to its neurons, if it does nothing else."""
        domain = self.kernel.domain
        if not isinstance(domain, Batch):
            return self._listed_sum(printer)
        if not domain.order:
            return None
        *lets, last = self.kernel.body
        assert isinstance(last, Add)
        end = "source" if last.index == I * POINTS + POINT else "target"
        kind = STORAGE_TYPES[self.arrays[last.array].dtype]
        takes = tuple(x for x in "ijkp" if x in uses)
        return SumText(kind, self._of(last.array), end, tuple(printer.body(tuple(lets))), printer.bare(last.value), takes)

    def _listed_sum(self, printer: Printer) -> SumText | None:
        """What depends on the other end of a synapse only."""
        found = listed_sum(self.kernel, self.arrays)
        if found is None or ROLES[found.of] not in self.roles:
            return None
        kind = STORAGE_TYPES[self.arrays[found.array].dtype]
        lines, value = tuple(printer.body(found.lets)), printer.bare(found.value)
        return SumText(kind, self._of(found.array), ROLES[found.end], lines, value, (found.of,), ROLES[found.of])

    def _scratch(self) -> str:
        """How many events are in flight, or found in a step, at most."""
        if isinstance(self.kernel.domain, Where):
            return size_text(self.kernel.domain.size, self.fields)
        if not isinstance(self.kernel.domain, Across):
            return "0"
        return " * ".join(size_text(self.roles[role], self.fields) for role in ("history", "width"))

    def _role(self, name: Size) -> str:
        return str(name) if isinstance(name, int) else self._of(name)

    def _members(self) -> Iterator[Member]:
        for name in self._arrays():
            const = "" if name in self.written else "const "
            kind = STORAGE_TYPES[self.arrays[name].dtype]
            yield Member(f"{const}{kind}*", self.member[name], self.fields[name], name)
        for name in self._numbers():
            kind = "int64_t" if name in self.program.ints else "double"
            yield Member(kind, self.member[name], self.fields[name], name)
        for let in self.kernel.prelude:
            yield Member(
                C_TYPES[let.value.type], self.member[self.lets[let.name]], "", "the same for all elements of a step"
            )
        for name in self.row_names.values():
            yield Member("int64_t", self.member[name], "", "the next free row")

    def _by_element(self) -> list[str]:
        """Arrays of which each element uses its own entry only, in the order of the program."""
        own = own_entries(self.kernel)
        return [name for name in self._arrays() if name in own]

    def _wide(self) -> Iterator[Member]:
        """Arrays of bools by element: they pass through blocks of 64 bit, as narrow types would spoil wide loops."""
        for name in self._by_element():
            if self.arrays[name].dtype == "bool":
                yield Member("int64_t*", self.member[name], "written" if name in self.written else "", name)

    def _copied(self) -> Iterator[Member]:
        """Arrays by element, if elements that do not exist may be computed, too: their numbers select nothing else."""
        body = self.kernel.body
        plain = all(isinstance(s, Let | Store) and s.value != I for s in body)
        if plain and all(isinstance(e, Load | Call) for e in self._expressions() if I in children(e)):
            for name in self._by_element():
                kind = "int64_t" if self.arrays[name].dtype == "bool" else STORAGE_TYPES[self.arrays[name].dtype]
                yield Member(kind, self.member[name], "written" if name in self.written else "", name)
