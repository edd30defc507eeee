"""What a network keeps: its time, and states that can be brought back, in memory and in files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eqsim.network import storing
from eqsim.network.collection import Collection
from eqsim.network.engine import Engine
from eqsim.objects.frames import user_namespace
from eqsim.units import Quantity, second


class Keeping(Collection):
    """Base of `Network`."""

    def __init__(self, *objs: Any, name: str) -> None:
        self._t_s = 0.0
        self.engine = Engine()
        self._running = False
        self._stored: dict[str, storing.Snapshot] = {}
        self._runaways: frozenset[tuple[str, str]] = frozenset()
        self.about: Mapping[str, Any] | None = None
        """For a network from a file: when and by what it was saved."""
        super().__init__(*objs, name=name)

    @property
    def t(self) -> Any:
        """Present time (Quantity, second)."""
        return Quantity(self._t_s, dim=second.dim)

    @property
    def t_(self) -> float:
        """Present time in seconds."""
        return self._t_s

    def stand_at(self, t_s: float) -> None:
        """Let the next run begin at ``t_s`` seconds, with random numbers of its own."""
        self._t_s = t_s
        self.engine.randomness = None
        self._runaways = frozenset()

    def refuse_during_run(self, what: str) -> None:
        """RuntimeError while a run is going on."""
        if self._running:
            raise RuntimeError(
                f"{what} cannot be called while '{self.name}' runs; 'for t in net.steps(...)' lets you act between two steps"
            )

    # -- storing -------------------------------------------------------------------------------------------------------

    def store(self, name: str = "default", filename: str | Path | None = None) -> None:
        """Take down the state: values, synapses, recordings, events under way, clocks, time, random numbers.

        Parameters
        ----------
        name : str
            Under which name; an older state of this name is forgotten.
        filename : str or Path, optional
            Write it to a file, which may hold several states; by default it stays in memory.

        Raises
        ------
        ValueError
            If the file is there already, and was not written by eqsim.
        RuntimeError
            During a run.
        """
        self.refuse_during_run("store()")
        if filename is None:
            self._stored[name] = storing.snapshot(self)
        else:
            storing.write(filename, name, storing.snapshot(self))

    def restore(self, name: str = "default", filename: str | Path | None = None, restore_random_state: bool = False) -> None:
        """Bring back a state that `store` has taken down.

        Parameters
        ----------
        name : str
        filename : str or Path, optional
            Where it was written; by default it is in memory.
        restore_random_state : bool
            Are the random numbers to be the same as they were after `store`?  By default the next run draws new ones.

        Raises
        ------
        KeyError
            If nothing was stored under this name, or if the network had other objects then.
        ValueError
            If an object has another size or other variables now, or if the file was not written by eqsim.
        FileNotFoundError
            If there is no such file.
        RuntimeError
            During a run.
        """
        self.refuse_during_run("restore()")
        if filename is None and name not in self._stored:
            known = ", ".join(self._stored) or "none"
            raise KeyError(f"no state is stored under the name '{name}'; there are: {known}")
        state = self._stored[name] if filename is None else storing.read(filename, name)
        storing.bring_back(self, state, restore_random_state)

    def save(self, filename: str | Path, namespace: Mapping[str, Any] | None = None, level: int = 0) -> None:
        """Write the whole model to a file: objects, equations, synapses, values, recordings, time, random numbers.

        `eqsim.load` makes it again, in any process, and a run goes on with the same bits.  The file is a zip of JSON and
        npy; it also holds versions, preferences and the seed.

        Parameters
        ----------
        filename : str or Path
            Replaced if it is there already.
        namespace : dict, optional
            What strings can see; by default the names of the frame that calls.
        level : int
            How many frames further out to look for names.

        Raises
        ------
        EqsimError
            If an object was made with an argument that is no plain data.  Functions in Python are left out; `load` asks for
            them.
        RuntimeError
            During a run.
        """
        from eqsim.network.saving import save

        self.refuse_during_run("save()")
        save(self, filename, user_namespace(level) if namespace is None else namespace)
