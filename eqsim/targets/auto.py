"""The target 'auto': starts at once, compiles in the background when that pays, and goes on compiled.

In: a `Program`.  Out: a module that gives the same bits whenever the change happens.  All work on the same memory, so a
change between two steps is nothing but a call of another function.

==========  ===================================================================================
compiled    the cache has it: used from the first step
bytecode    the bytecode machine runs, at about half the speed of compiled code; a long run makes the compiler start
numpy       so does numpy, where there is no machine, or where it cannot run the program
compiling   processes of their own compile; the machine goes on meanwhile, while numpy nearly stands still, for compiled
            code will catch up in no time, but goes on if they take too long
failed      machine or numpy go on; the reason has been told once
==========  ===================================================================================
"""

from __future__ import annotations

import contextlib
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import eqsim
from eqsim.codegen.cache import key_of
from eqsim.errors import CompileError
from eqsim.ir.form import form_of
from eqsim.ir.interpret import Interpreter
from eqsim.ir.program import Program, State, Status
from eqsim.log import get_logger
from eqsim.targets.bytecode import BytecodeModule, BytecodeTarget
from eqsim.targets.cython import Build, CythonTarget
from eqsim.targets.target import Module, Sources, register

logger = get_logger("eqsim.codegen")

WORTHWHILE_S = 0.8  # seconds of numpy, spent or ahead, from which on compilers are started.  They need more: 1 to 1.5 s
ON_MACHINE = 3.0  # ... times this for seconds of the machine: compiled code saves only half of them
DOOR_KNOWN = 0.3  # ... times this if only kernels are to be compiled.  They need as much.
PATIENCE = 2.0  # numpy waits for the compilers this many times as long as it would need for the rest of the run
LOOK_S = 0.01  # seconds between two looks at clock and compiler
FEW = 16  # steps before the first look at the speed of the machine
WORTH_NOTING_S = 0.1  # seconds that the next process is told of

spent: dict[str, float] = defaultdict(float)
"""CPU seconds that were not compiled, in this process, by form of the program."""
earlier: dict[str, float] = {}
"""... in earlier processes."""
told: dict[str, float] = defaultdict(float)
"""What later processes know of those of this process."""
under_way: dict[tuple[Any, ...], Build] = {}
"""Compilations in this process: they go on when the module that started them is gone, for the next one of its kind."""


class _Work:
    """How often runs like the present ones will be done in all; and the modules that do them."""

    repetitions = 1
    modules: set[AutoModule] = set()


@contextmanager
def repeated(times: int) -> Iterator[None]:
    """Runs inside will be repeated so many times in all, here or elsewhere: what pays for all of them is compiled.

    At the end it is finished, so that the repetitions begin with it.
    """
    if times <= 1:
        yield
        return
    before = _Work.repetitions
    _Work.repetitions = times
    try:
        yield
        for module in _Work.modules:
            module.finish()
    finally:
        _Work.repetitions = before
        _Work.modules.clear()


@register("auto")
class AutoTarget:
    """Bytecode or numpy first, compiled code as soon as it is there and pays.

    Parameters
    ----------
    compiled : CythonTarget or None
        What to change to.
    worthwhile_s : float
        Seconds of numpy, spent or expected, from which on the compiler is started.  Less than it needs itself: most
        scripts are run more than once.
    """

    def __init__(self, compiled: CythonTarget | None = None, worthwhile_s: float = WORTHWHILE_S) -> None:
        self.compiled = CythonTarget() if compiled is None else compiled
        self.machine = BytecodeTarget(self.compiled.cache, self.compiled.cxx, self.compiled.cc)
        self.worthwhile_s = worthwhile_s

    def render(self, program: Program) -> Sources:
        """Nothing is rendered before it is needed."""
        return Sources(program, (), "auto")

    def build(self, sources: Sources) -> AutoModule:
        """A module that can run at once."""
        return AutoModule(sources.program, self.compiled, self.worthwhile_s, self.machine)


class AutoModule:
    """A program that runs on bytecode or numpy until it is compiled."""

    def __init__(
        self,
        program: Program,
        target: CythonTarget,
        worthwhile_s: float = WORTHWHILE_S,
        machine: BytecodeTarget | None = None,
    ) -> None:
        self.program, self.target, self.worthwhile_s = program, target, worthwhile_s
        self._machine = machine
        self._form = form_of(program)
        self._build: Build | None = None
        self._failed = False
        self._waits_until = 0.0
        self._meanwhile: BytecodeModule | Interpreter | None = None
        self._horizon: dict[str, int] = {}
        self._compiled = target.remembered(program)
        if self._compiled is None:
            self._recall()

    @property
    def module(self) -> Module:
        """What runs the next step."""
        return self._compiled or self.meanwhile

    @property
    def meanwhile(self) -> BytecodeModule | Interpreter:
        """What runs as long as nothing is compiled."""
        if self._meanwhile is None:
            self._meanwhile = (self._machine and self._machine.ready(self.program)) or Interpreter(self.program)
        return self._meanwhile

    @property
    def state(self) -> str:
        """``compiled``, ``bytecode``, ``numpy``, ``compiling`` or ``failed``."""
        if self._compiled is not None:
            return "compiled"
        if self._failed:
            return "failed"
        if self._build is not None:
            return "compiling"
        return "bytecode" if self.on_machine else "numpy"

    @property
    def on_machine(self) -> bool:
        """Is it bytecode that runs as long as nothing is compiled?"""
        return isinstance(self.meanwhile, BytecodeModule)

    def plan(self, ends: dict[str, int]) -> None:
        """Say where the whole run will end, if it is done in several calls of `run`."""
        self._horizon = dict(ends)

    def stop(self) -> None:
        """Ask the run in progress to return after its current step."""
        self.module.stop()

    def run_part(
        self, state: State, first: int, last: int, active: Sequence[bool], seconds: list[float] | None = None
    ) -> None:
        """As `Module.run_part`."""
        began = time.thread_time()
        self._look()
        self.module.run_part(state, first, last, active, seconds)
        if self._compiled is None:
            spent[self._form] += time.thread_time() - began
            self._consider(0.0)

    def run(self, state: State, ends: dict[str, int]) -> Status:
        """As `Module.run`."""
        self._look()
        while self._compiled is None:
            status = self._not_compiled(state, ends)
            if status.reason != "paused":
                return status
        return self._compiled.run(state, ends)

    def _not_compiled(self, state: State, ends: dict[str, int]) -> Status:
        """Some steps on the machine or on numpy; ``paused`` when the compiled module is there."""
        if _Work.repetitions > 1:
            _Work.modules.add(self)
        watch = _Watch(self, state, ends)
        try:
            if isinstance(self.meanwhile, Interpreter):
                return self.meanwhile.run(state, ends, watch)
            return _in_slices(self.meanwhile, state, ends, watch)
        finally:
            watch.note()
            self._tell()

    def _recall(self) -> None:
        """What earlier processes have spent on such programs: what is run again and again is compiled at last."""
        if self._form not in earlier:
            earlier[self._form] = 0.0
            with contextlib.suppress(ValueError):
                earlier[self._form] = float(self.target.cache.text(self._key()) or 0.0)

    def _tell(self) -> None:
        """Note it for processes to come."""
        if spent[self._form] > told[self._form] + WORTH_NOTING_S:
            told[self._form] = spent[self._form]
            self.target.cache.store_text(self._key(), repr(earlier[self._form] + spent[self._form]))

    def _key(self) -> str:
        return key_of(["spent", self._form, eqsim.__version__])

    def _consider(self, ahead_s: float) -> None:
        """Start the compiler if it pays, or join a compilation of a program of the same form."""
        if self._build is not None or self._failed or not self._pays(spent[self._form] + ahead_s):
            return
        self._waits_until = time.perf_counter() + PATIENCE * ahead_s
        key = (self._form, *self.target.key)
        try:
            if key not in under_way:
                under_way[key] = Build(self.target.render(self.program), self.target)
                under_way[key].start()
            self._build = under_way[key]
        except (CompileError, OSError) as error:
            self._fail(error)

    def _pays(self, seconds: float) -> bool:
        """Is so much time, on the machine or on numpy, worth a compilation?"""
        seconds = seconds * _Work.repetitions + earlier[self._form]
        if self.on_machine:
            return seconds > ON_MACHINE * self.worthwhile_s
        if seconds > self.worthwhile_s or seconds <= DOOR_KNOWN * self.worthwhile_s:
            return seconds > self.worthwhile_s
        return self.target.has_door()

    def wait(self) -> None:
        """Leave the processor to the compilers for a moment, if they are at work and not overdue."""
        if self.state == "compiling" and not self.on_machine and time.perf_counter() < self._waits_until:
            time.sleep(LOOK_S)

    def settle(self) -> None:
        """Compile now, and wait for it; numpy stays if that fails."""
        self._consider(math.inf)
        try:
            if self._build is not None and self._compiled is None:
                self._compiled = self._build.wait(self.program)
        except (CompileError, OSError, ImportError) as error:
            self._build = None
            self._fail(error)

    def finish(self) -> None:
        """Compile if that has come to pay, and wait for it."""
        if self._compiled is None:
            self._consider(0.0)
            if self._build is not None:
                self.settle()

    def _look(self) -> bool:
        """Is the compiled module there?"""
        if self._compiled is None and self._build is not None:
            try:
                self._compiled = self._build.poll(self.program)
                if self._compiled is not None and self._machine is not None:
                    self._machine.prepare_beside()  # for models that come
            except (CompileError, OSError, ImportError) as error:
                self._build = None
                self._fail(error)
        return self._compiled is not None

    def _fail(self, error: Exception) -> None:
        self._failed = True
        where = "bytecode" if self.on_machine else "numpy"
        logger.warn(f"running on {where}, which is slower: {error}", "fallback", once=True)


def _in_slices(module: BytecodeModule, state: State, ends: dict[str, int], watch: Callable[[], bool]) -> Status:
    """Run on the machine, and ask the watch now and then; ``paused`` when it says so."""
    steps = FEW
    while True:
        began = time.perf_counter()
        status = module.run(state, ends, steps)
        if status.reason != "paused" or watch():
            return status
        slices = 2 * LOOK_S / max(time.perf_counter() - began, 1e-6)
        steps = max(1, int(steps * min(slices, 8.0)))


class _Watch:
    """Asked between steps: measures, starts the compiler, and ends the run when the compiled module is there.

    Speed is CPU time of this thread, so that a busy machine does not look like a slow model, and is measured from the
    first look on: first steps are slow.
    """

    def __init__(self, module: AutoModule, state: State, ends: dict[str, int]) -> None:
        self.module, self.state = module, state
        self.ends = {clock: max(end, module._horizon.get(clock, end)) for clock, end in ends.items()}
        self.looked, self.noted = time.perf_counter(), time.thread_time()
        self.began: tuple[float, int] | None = None

    def __call__(self) -> bool:
        if time.perf_counter() - self.looked < LOOK_S:
            return False
        self.looked = time.perf_counter()
        self.note()
        self.module._consider(self._ahead_s())
        ready = self.module._look()
        if not ready:
            self.module.wait()
        return ready

    def note(self) -> None:
        """Add the time that has passed to what the program has spent on numpy."""
        now = time.thread_time()
        spent[self.module._form] += now - self.noted
        self.noted = now

    def _ahead_s(self) -> float:
        """Seconds that numpy will need for the rest of the run; 0 at the first look."""
        left = sum(max(0, end - self.state.steps[clock]) for clock, end in self.ends.items())
        if self.began is None:
            self.began = (self.noted, left)
        since, then = self.began
        return left * (self.noted - since) / (then - left) if then > left else 0.0
