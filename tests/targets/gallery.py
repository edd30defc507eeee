"""One program that uses every domain, every type and every way to reach memory; and states of several sizes for it.

Sizes, delays and capacities are numbers, so one compilation serves all tests.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eqsim.functions import closure
from eqsim.ir.domain import Across, Each, Gather, Of, Once, Sample, Where
from eqsim.ir.expr import (
    TRUE,
    Call,
    Cast,
    Draw,
    Expr,
    Load,
    Number,
    Op,
    Ref,
    Select,
    as_int,
    as_real,
    both,
    either,
    gt,
    integer,
    lt,
    ne,
    negate,
    real,
    word,
)
from eqsim.ir.passes.draws import expand_draws
from eqsim.ir.passes.hoist import hoist
from eqsim.ir.program import Array, Events, Kernel, LogBuffer, Program, Route, State
from eqsim.ir.stmt import Add, Let, Log, Store, When

I, J, K, R, N = (Ref(x, "int") for x in "ijkrn")
CELLS, SYN = "cells", "syn"


def cell(name: str, index: Expr = I, kind: str = "real") -> Load:
    """The entry of an array of the cells."""
    return Load(f"{CELLS}.{name}", index, kind)  # type: ignore[arg-type]


def syn(name: str, kind: str = "real") -> Load:
    """The entry of an array of the synapses."""
    return Load(f"{SYN}.{name}", K, kind)  # type: ignore[arg-type]


def put(name: str, value: Expr, index: Expr | None = I) -> Store:
    """Store to an array of the cells."""
    return Store(f"{CELLS}.{name}", index, value)


DT, TAU = Number("clock.dt"), Number("tau")
ROW = Op("%", (N, integer(3))) * Number("cells.N", "int")  # of this step in a ring of three rows

UPDATE = (
    Let("decay", Call("exp", (-DT / TAU,))),
    Let("noise", Number("sigma") * Draw("normal", 1)),
    Let("target", Load("cells.drive") + cell("I") + Ref("noise")),
    put("v", Ref("target") + (cell("v") - Ref("target")) * Ref("decay")),
    put("I", cell("I") * Call("exp", (-DT / (TAU / 2.0),))),
    put("flag", negate(both(cell("flag", kind="bool"), lt(cell("v"), 0.2)))),
    put("half", as_real(cell("half")) * 0.75 + Draw("uniform", 2)),
    put("small", (cell("small", kind="int") * 3 + as_int(cell("v") * 10.0)) & 1023),
    put("big", Op("%", (cell("big", kind="int") + I * 7, integer(1000)))),
    put("bits", (cell("bits", kind="word") ^ Cast("word", N)) * word(0x9E3779B97F4A7C15)),
    When(lt(cell("v"), 0.3), (put("low", cell("low") + 1.0), When(cell("flag", kind="bool"), (put("low", real(0.5)),)))),
    Let("label", Load("cells.labels", Op("%", (I, integer(5))), "int")),
    Add("cells.sum", I, as_real(Ref("label", "int")) * 0.1),
)

ON_PRE = (
    Let("effect", syn("w") * (1.0 + Draw("uniform", 3))),
    Add("cells.I", J, Ref("effect")),
    Store("syn.seen", K, syn("seen", "int") + 1),
    When(gt(syn("w"), 0.05), (Store("syn.w", K, syn("w") * 0.999),)),
)
ON_POST = (
    Store("syn.w", K, Select(lt(syn("w"), 0.2), syn("w") * 1.01 + cell("v", I) * 1e-4, syn("w"))),
    Add("cells.half", I, syn("w")),
    Add("cells.small", J, integer(1)),
)
CONFLICT = (  # what one visit adds the next one reads
    Add("cells.load", J, real(1.0) / (1.0 + cell("load", J))),
    Log("visits.log", (N, I, J, K)),
)

KERNELS = (
    Kernel(
        "trace", Sample("trace.elements", "trace.size"), (Log("trace.log", (cell("v"), R, Draw("uniform", 4))),), "clock"
    ),
    Kernel("gather", Gather("syn.pre"), (Add("cells.sum", J, syn("w") * cell("v", I)),), "clock"),
    Kernel("update", Each("cells.N"), UPDATE, "clock"),
    Kernel(
        "ring", Each("cells.N"), (put("ring", cell("v"), Op("%", (N, integer(3))) * Number("cells.N", "int") + I),), "clock"
    ),
    Kernel("part", Each("part.N", "part.first"), (put("v", cell("v") + 0.01),), "clock"),
    Kernel(
        "threshold",
        Where("cells.N", both(Ref("ready", "bool"), gt(cell("v"), Load("cells.limit"))), "cells.spike"),
        (Let("ready", either(cell("flag", kind="bool"), gt(Number("clock.dt") * as_real(N) - cell("last"), 0.002))),),
        "clock",
    ),
    Kernel("spikes", Of("cells.spike", "part.N", "part.first"), (Log("spikes.log", (DT * as_real(N), I)),), "clock"),
    Kernel("on_pre", Across("cells.spike", "syn.pre", "syn.delay"), ON_PRE, "clock"),
    Kernel("on_post", Across("cells.spike", "syn.post", 0), ON_POST, "clock"),
    Kernel("delayed", Across("cells.spike", "syn.late", None), CONFLICT, "clock"),
    Kernel("reset", Of("cells.spike", "cells.N"), (put("v", real(0.0)), put("last", DT * as_real(N))), "clock"),
    Kernel(
        "once",
        Once(),
        (
            Store("cells.limit", None, 0.9 + 0.1 * Draw("uniform", 5)),
            When(ne(Op("%", (N, integer(3))), 0), (Add("cells.turns", None, integer(1)),)),
            Store("cells.calls", None, as_int(Draw("poisson", 6, (real(3.5),))) + Load("cells.calls", None, "int")),
        ),
        "clock",
    ),
    Kernel("slow", Each("cells.N"), (put("slow", cell("slow") + as_real(N) * Number("slow.dt")), put("done", TRUE)), "slow"),
)

DTYPES = {
    "cells.v": "float64",
    "cells.I": "float64",
    "cells.flag": "bool",
    "cells.half": "float32",
    "cells.small": "int32",
    "cells.big": "int64",
    "cells.bits": "uint64",
    "cells.low": "float64",
    "cells.sum": "float64",
    "cells.load": "float64",
    "cells.ring": "float64",
    "cells.last": "float64",
    "cells.slow": "float64",
    "cells.done": "bool",
    "cells.labels": "int32",
    "cells.spike.indices": "int32",
    "cells.spike.counts": "int64",
    "syn.w": "float64",
    "syn.seen": "int64",
    "syn.source": "int32",
    "syn.target": "int32",
    "syn.pre.rows": "int64",
    "syn.post.rows": "int64",
    "syn.post.order": "int32",
    "syn.late.rows": "int64",
    "syn.late.order": "int32",
    "syn.late.delays": "int32",
    "trace.elements": "int32",
    "trace.v": "float64",
    "trace.r": "int32",
    "trace.u": "float64",
    "spikes.t": "float64",
    "spikes.i": "int32",
    "visits.n": "int64",
    "visits.i": "int32",
    "visits.j": "int32",
    "visits.k": "int32",
}
SHARED = {
    "cells.drive": "float64",
    "cells.limit": "float64",
    "cells.turns": "int32",
    "cells.calls": "int64",
    "trace.log.cursor": "int64",
    "spikes.log.cursor": "int64",
    "visits.log.cursor": "int64",
}
REALS = {"clock.dt": 1e-3, "slow.dt": 2.5e-3, "tau": 0.01, "sigma": 0.05}


def plain_program() -> Program:
    """The gallery as the objects would hand it over."""
    return Program(
        arrays=tuple(Array(name, dtype) for name, dtype in DTYPES.items())
        + tuple(Array(name, dtype, shared=True) for name, dtype in SHARED.items()),
        reals=tuple(REALS),
        ints=tuple(state(2, 1).ints),
        clocks=("clock", "slow"),
        events=(Events("cells.spike", "cells.N", "cells.spike.history", "clock"),),
        routes=(
            Route("syn.pre", SYN, "pre", "cells.N", ordered=False),
            Route("syn.post", SYN, "post", "cells.N", ordered=True),
            Route("syn.late", SYN, "pre", "cells.N", ordered=True, delayed=True),
        ),
        logs=(
            LogBuffer("trace.log", ("trace.v", "trace.r", "trace.u"), "trace.size"),
            LogBuffer("spikes.log", ("spikes.t", "spikes.i"), "part.N"),
            LogBuffer("visits.log", ("visits.n", "visits.i", "visits.j", "visits.k"), "syn.N"),
        ),
        kernels=KERNELS,
    )


def ready(program: Program, hoisted: bool = True) -> Program:
    """The program after the passes."""
    program = expand_draws(program)
    program = replace(program, functions=closure(["exp", "normal", "uniform", "poisson"]))
    return hoist(program) if hoisted else program


def rows_of(element: np.ndarray, count: int) -> np.ndarray:
    """Where the positions of each element begin in a sorted list; (count + 1,) int64."""
    return np.searchsorted(np.sort(element), np.arange(count + 1)).astype(np.int64)


def state(cells: int, degree: int, seed: int = 1, rows: int = 10**5, delay: int = 2) -> State:
    """Memory for a gallery of ``cells`` cells with about ``degree`` synapses each, and room for ``rows`` rows of logs."""
    rng = np.random.default_rng(seed)
    synapses = cells * degree
    source = np.sort(rng.integers(0, cells, synapses)).astype(np.int32)
    target = rng.integers(0, cells, synapses).astype(np.int32)
    delays, numbers = rng.integers(0, 6, synapses).astype(np.int32), np.arange(synapses)
    late = np.lexsort((numbers, delays, source)).astype(np.int32)
    history = 7
    arrays = {name: np.zeros(cells, dtype) for name, dtype in DTYPES.items() if name.startswith("cells.")}
    arrays |= {name: np.zeros(1, dtype) for name, dtype in SHARED.items()}
    arrays |= {
        name: np.zeros(rows, dtype) for name, dtype in DTYPES.items() if name.startswith(("spikes", "visits", "trace"))
    }
    arrays |= {
        "cells.v": rng.random(cells),
        "cells.ring": np.zeros(3 * cells),
        "cells.last": np.full(cells, -1.0),
        "cells.drive": np.array([1.5]),
        "cells.limit": np.array([1.0]),
        "cells.flag": rng.random(cells) < 0.5,
        "cells.labels": rng.integers(0, 9, max(cells, 5)).astype(np.int32),
        "cells.bits": rng.integers(0, 2**63, cells, dtype=np.uint64),
        "cells.spike.indices": np.zeros(history * cells, np.int32),
        "cells.spike.counts": np.zeros(history, np.int64),
        "syn.w": rng.random(synapses) * 0.1,
        "syn.seen": np.zeros(synapses, np.int64),
        "syn.source": source,
        "syn.target": target,
        "syn.pre.rows": rows_of(source, cells),
        "syn.post.rows": rows_of(target, cells),
        "syn.post.order": np.lexsort((numbers, target)).astype(np.int32),
        "syn.late.rows": rows_of(source, cells),
        "syn.late.order": late,
        "syn.late.delays": delays[late],
        "trace.elements": np.unique(np.array([0, cells // 2, cells - 1])).astype(np.int32),
    }
    ints = {"seed": 12345678901234567, "clock.origin": 0, "slow.origin": 0, "cells.N": cells, "cells.spike.history": history}
    ints |= {"part.first": cells // 4, "part.N": cells // 2, "syn.N": synapses, "syn.delay": delay}
    ints |= {"trace.size": len(arrays["trace.elements"])}
    ints |= {f"{log}.log.capacity": rows for log in ("trace", "spikes", "visits")}
    return State(arrays, dict(REALS), ints, {"clock": 0, "slow": 0})
