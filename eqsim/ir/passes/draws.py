"""Random draws become calls: functions of (seed, stream, element, step), and of nothing else."""

from __future__ import annotations

from dataclasses import replace

from eqsim.ir.domain import Across, Domain, Due, Gather, Once, Sample, Send, asked, asking
from eqsim.ir.expr import Call, Cast, Draw, Expr, Number, Ref, word
from eqsim.ir.program import Kernel, Program
from eqsim.ir.walk import map_statement, transform


def element(domain: Domain) -> Expr:
    """The index that tells the visits of a domain apart, as a word."""
    match domain:
        case Once():
            return word(0)
        case Across() | Gather() | Send() | Due():
            return Cast("word", Ref("k", "int"))
        case Sample(distinct=distinct):
            return Cast("word", Ref("i" if distinct else "r", "int"))
    return Cast("word", Ref("i", "int"))


def _expand(k: Kernel) -> Kernel:
    seed = Cast("word", Number("seed", "int"))
    step = Cast("word", Ref("n", "int") - Number(f"{k.clock}.origin", "int"))
    who = element(k.domain)

    def call(x: Expr) -> Expr:
        return Call(x.law, (*x.args, seed, word(x.stream), who, step), x.type) if isinstance(x, Draw) else x

    def whole(e: Expr) -> Expr:
        return transform(e, call)

    asks = asked(k.domain)
    domain = k.domain if asks is None else asking(k.domain, whole(asks))
    return replace(k, domain=domain, body=tuple(map_statement(s, whole) for s in k.body))


def expand_draws(program: Program) -> Program:
    """The program without draws."""
    return replace(program, kernels=tuple(_expand(k) for k in program.kernels))
