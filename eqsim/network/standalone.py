"""The device 'cpp_standalone': each run becomes a part of a C++ project, which is built and run.

The project holds the whole script: values at the beginning, what is run, and what changed between runs.  A run happens when
`run` is called; with ``build_on_run=False`` when `StandaloneDevice.build` is called, or as soon as a value is asked for.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from eqsim.codegen.project import SLOTS, Build, project_files
from eqsim.errors import EqsimError
from eqsim.ir.program import Program
from eqsim.network.devices import Device, get_device
from eqsim.network.prefs import prefs
from eqsim.network.run_args import command_line
from eqsim.network.script import Part, Script
from eqsim.objects import settle
from eqsim.objects.assigned import Assignment, listeners
from eqsim.targets import project
from eqsim.targets.project import Values

PREFIX = "devices.cpp_standalone."
BUILD_OPTIONS: dict[str, Any] = {
    "results_directory": "results",
    "compile": True,
    "run": True,
    "debug": False,
    "clean": False,
    "with_output": True,
}
"""Options of `StandaloneDevice.build`, which `set_device` takes, too."""


class WholeRun:
    """A module that does a run as a whole, in a program of its own."""

    def __init__(self, device: StandaloneDevice, program: Program) -> None:
        self.device, self.program = device, program

    def drive(self, drive: Any) -> bool:
        """Do the run of a driver, or put it off; False if it was stopped."""
        return self.device.add(drive)

    def stop(self) -> None:
        """The program gets the same signal as this process, and stops by itself."""


class StandaloneDevice(Device):
    """Writes, builds and runs a C++ project.

    Attributes
    ----------
    project_dir, results_dir : str
        Where the project and its last results are.
    has_been_run : bool
        Are there results?
    timers : dict
        Seconds that writing, compiling and running took.
    """

    name = "cpp_standalone"
    offered: Mapping[str, Any] = BUILD_OPTIONS

    def __init__(self) -> None:
        self.build_on_run, self.build_options = True, dict(self.offered)
        self.directory: str | None = "output"
        self.reinit()

    def activate(self, build_on_run: bool = True, directory: str | None = "output", **options: Any) -> None:
        """Called by `set_device`: a new project begins.

        Parameters
        ----------
        build_on_run : bool
        directory : str or None
            Of the project; None for a temporary one.
        **options
            Of `build`.
        """
        unknown = sorted(set(options) - set(self.offered))
        if unknown:
            raise TypeError(f"set_device: '{unknown[0]}' is no option of {self.name}; there are {', '.join(self.offered)}")
        self.reinit()
        if self._assigned not in listeners:
            listeners.append(self._assigned)
        self.build_on_run, self.build_options = build_on_run, {**self.offered, **options}
        self._choose(directory)

    def reinit(self) -> None:
        """Forget all runs; the files stay."""
        settle.forget()
        self.script = Script()
        self.waiting: Part | None = None
        self.slots: dict[str, list[str]] = {slot: [] for slot in SLOTS}
        self.has_been_run = False
        self.timers: dict[str, Any] = {"compile": {}, "run_binary": None}
        self.results_dir: str | None = None
        self._last_run_time = self._last_run_completed_fraction = 0.0
        self._built = False

    def _choose(self, directory: str | None) -> None:
        if directory is None:
            directory = tempfile.mkdtemp(prefix="eqsim_")
            weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)
        self.directory = str(Path(directory).resolve())

    @property
    def project_dir(self) -> str:
        """Where the project is."""
        assert self.directory is not None
        return self.directory

    @property
    def _folder(self) -> Path:
        return Path(self.project_dir)

    # -- runs --------------------------------------------------------------------------------------------------------

    def module(self, program: Program) -> WholeRun:
        """What runs a program."""
        return WholeRun(self, program)

    def add(self, drive: Any) -> bool:
        """Add a run to the script; do it now, or when somebody looks."""
        if drive.linked.operations:
            _, operation = drive.linked.operations[0]
            raise EqsimError(
                f"'{operation.name}' is a function in Python, and a C++ project runs without Python: write it as statements "
                "with run_regularly(...), or use set_device('runtime')"
            )
        report_s = drive.progress.every_s
        part = Part(drive.linked, drive.logs, dict(drive.ends), report_s)
        if self.build_on_run:
            return self._do(part)
        self.waiting = part
        settle.put_off(self._catch_up)
        part.stand_at(part.ends)
        return True

    def _assigned(self, note: Assignment) -> AbstractContextManager[None] | None:
        """A string is assigned: the project does it, too, if it comes after a run."""
        if get_device() is not self or self.waiting is not None or not self.script.plan:
            return None
        return self.script.assign(note, self._folder / "data")

    def _catch_up(self) -> None:
        """Do the run that has been put off."""
        if self.waiting is not None:
            part, self.waiting = self.waiting, None
            self._do(part)

    def _do(self, part: Part) -> bool:
        first, data = not self.script.plan, self._folder / "data"
        self.script.add(part, data)
        self._compile()
        if not first:
            data = self._folder / ".resume"
            self.script.write_last(data)
        return self._execute(data, self._results(), (), part.report_s, merge=not first)

    def _compile(self) -> None:
        """Write the sources, and compile what is new."""
        o = self.build_options
        began = time.perf_counter()
        example = next(iter(self.script.settable), "")
        project.write_files(self._folder, self._sources(example))
        self.timers["compile"]["write"] = time.perf_counter() - began
        if not o["compile"]:
            return
        began = time.perf_counter()
        project.build(self._folder, self._make_arguments(), bool(o["clean"]), make=str(prefs[PREFIX + "make_cmd_unix"]))
        self.timers["compile"]["make"] = time.perf_counter() - began
        self._built = True

    def _sources(self, example: str) -> dict[str, str]:
        """The text of all files."""
        return project_files(self.script.programs, self._recipe(), example)

    def _make_arguments(self) -> list[str]:
        """What the command line of make gets."""
        return make_arguments()

    def _recipe(self) -> Build:
        optimise = ("-g", "-O0", "-w") if self.build_options["debug"] else ("-O3", "-march=native", "-w")
        threads = prefs[PREFIX + "openmp_threads"] or 1
        return Build(title=f"The project {self._folder.name}", flags=optimise, slots=self.slots, threads=threads)

    @property
    def _binary(self) -> str:
        return "main"

    def _results(self) -> Path:
        return self._folder / str(self.build_options["results_directory"])

    def _execute(self, data: Path, results: Path, arguments: Sequence[str], report_s: float, merge: bool = False) -> bool:
        """Run the program and take its results over."""
        before = Values.read(results) if merge and (results / "values.txt").is_file() else Values()
        began = time.perf_counter()
        quiet = not self.build_options["with_output"]
        finished = project.run(self._folder, self._binary, data, results, arguments, report_s, quiet)
        self._last_run_time = self.timers["run_binary"] = time.perf_counter() - began
        found = Values.read(results)
        if before.arrays:
            kept = {n: a for n, a in before.arrays.items() if n not in found.arrays}
            Values({**kept, **found.arrays}, found.reals, found.ints).write(results)
        self.script.take(found)
        self.has_been_run, self.results_dir = True, str(results)
        self._last_run_completed_fraction = self.script.completed(found)
        return finished

    # -- what the user calls -----------------------------------------------------------------------------------------

    def build(self, directory: str | None = None, **options: Any) -> None:
        """Build the project, and run it.

        Parameters
        ----------
        directory : str, optional
            Another place for the project.
        results_directory : str
            Relative to it; 'results'.
        compile, run : bool
            Whether to; without, only the files are written.
        debug : bool
            Without optimisation, with debugging symbols.
        clean : bool
            Compile everything anew.
        with_output : bool
            Show what the program says.
        run_args : list or dict
            See `run`.

        Raises
        ------
        RuntimeError
            If runs are built at once (``build_on_run=True``), or there was no run.
        """
        if self.build_on_run:
            raise RuntimeError(
                "the project is built at each run: call set_device(..., build_on_run=False) to build it yourself"
            )
        run_args = options.pop("run_args", None)
        unknown = sorted(set(options) - set(self.offered))
        if unknown:
            raise TypeError(f"build() has no option '{unknown[0]}'; there are {', '.join(self.offered)}")
        self.build_options = {**self.build_options, **options}
        if directory is not None and not self.script.plan:
            self._choose(directory)
        if self.waiting is None and not self.script.plan:
            raise RuntimeError("there is nothing to build: call run() first")
        self._finish(run_args)

    def _finish(self, run_args: Any) -> None:
        wanted = self.build_options["compile"] and self.build_options["run"]
        if wanted and not run_args:
            return settle.settle()
        settle.forget()
        if self.waiting is not None:
            self.script.add(self.waiting, self._folder / "data")
            self.waiting = None
        self._compile()
        if wanted:
            return self.run(run_args=run_args)
        settle.put_off(self.run)
        return None

    def run(
        self,
        directory: str | None = None,
        results_directory: str | None = None,
        with_output: bool = True,
        run_args: Mapping[Any, Any] | Sequence[str] | None = None,
    ) -> None:
        """Run the whole project again, from the beginning; nothing is compiled.

        Parameters
        ----------
        results_directory : str, optional
            Relative to the project; another place keeps the results of earlier runs.
        with_output : bool
            Show what the program says.
        run_args : dict of view to value, or list of str
            Values to begin with: ``{G.tau: 20*ms}`` or ``['neurongroup.tau=0.02']``.
        """
        settle.settle()
        if not self._built:
            raise RuntimeError("the project has not been built: call run() or device.build() first")
        folder = Path(directory).resolve() if directory else self._folder
        results = folder / (results_directory or self._results().name)
        if results_directory is not None and Path(results_directory).is_absolute():
            raise ValueError("results_directory is relative to the project")
        arguments = command_line(run_args, folder, self.script.tables)
        unsettable = [a.split("=")[0] for a in arguments if a.split("=")[0] not in self.script.settable]
        if unsettable:
            raise ValueError(f"'{unsettable[0]}' cannot be set in the project; device.settable() lists what can")
        self.build_options["with_output"] = with_output
        report_s = self.script.last.report_s if self.script.last is not None else 0.0
        self._execute(folder / "data", results, arguments, report_s)

    def settable(self) -> list[str]:
        """The names that ``run_args`` may set."""
        return list(self.script.settable)

    def insert_code(self, slot: str, code: str) -> None:
        """Add lines of C++ to the project's main program.

        Parameters
        ----------
        slot : str
            main, before_start, after_start, before_network_run, after_network_run, before_end or after_end.
        code : str
            May use ``model``, see model.h.
        """
        if slot not in self.slots:
            raise ValueError(f"there is no slot '{slot}' in main.cpp; there are {', '.join(self.slots)}")
        self.slots[slot].append(code)

    def delete(
        self, code: bool = True, data: bool = True, run_args: bool = True, directory: bool = True, force: bool = False
    ) -> None:
        """Remove the project.

        Parameters
        ----------
        code, data, run_args : bool
            Which files: sources and programs, values and results, files for ``run_args``.
        directory : bool
            The folder itself, if nothing else is left in it.
        force : bool
            The folder with everything in it, files of others too.
        """
        settle.forget()
        if force:
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        names = {Path(name).parts[0] for name in self._sources("")} if code else set()
        names |= {f"{Path(n).stem}.o" for n in names} | ({self._binary, "libmodel.so", "example"} if code else set())
        names |= {"data", ".resume", self._results().name, Path(self.results_dir or "results").name} if data else set()
        names |= {"run_args"} if run_args else set()
        project.remove(self._folder, names, directory)


def make_arguments() -> list[str]:
    """What the preferences add to the command line of make."""
    return [a for a in prefs[PREFIX + "extra_make_args_unix"] if a != "-j"]
