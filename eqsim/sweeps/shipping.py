"""Tasks on their way to other processes.

In: a task.  Out: bytes, and the task again on the other side.  Functions go by cloudpickle where it is installed (then also
those of a script or a notebook can go anywhere), else by pickle; networks go as saved models.
"""

from __future__ import annotations

import hashlib
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eqsim.errors import EqsimError
from eqsim.network import archive, saving
from eqsim.network.loading import load_network
from eqsim.network.network import Network
from eqsim.sweeps.networks import NetworkTask, Wanted
from eqsim.sweeps.points import Point
from eqsim.sweeps.tasks import Outcome, Task, attempt


@dataclass(frozen=True, slots=True)
class Parcel:
    """A task as bytes; ``token`` tells it from others."""

    token: str
    data: bytes


def packed(task: Task) -> Parcel:
    """A task that can be sent.

    Raises
    ------
    EqsimError
        If it cannot be.
    """
    what: Any = task
    if isinstance(task, NetworkTask):
        what = _SavedNetwork(model_bytes(task.net, task.seen.outer), task.duration, task.wanted)
    try:
        data = _pickler().dumps(what)
    except Exception as error:
        raise EqsimError(
            f"{task.name} cannot be sent to other processes ({type(error).__name__}: {error}); "
            "make all objects of the simulation inside the function, or use executor='serial'"
        ) from error
    return Parcel(hashlib.sha256(data).hexdigest(), data)


def _pickler() -> Any:
    try:
        import cloudpickle
    except ImportError:
        return pickle
    return cloudpickle


@dataclass(frozen=True, slots=True)
class _SavedNetwork:
    """A network task on its way."""

    model: bytes
    duration: Any
    wanted: Wanted

    def opened(self) -> NetworkTask:
        """The task, with a network of this process."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            path.write_bytes(self.model)
            return NetworkTask(load_network(path), self.duration, self.wanted, {})


def model_bytes(net: Network, namespace: Mapping[str, Any]) -> bytes:
    """A network as the file that `Network.save` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        saving.save(net, path, namespace)
        return path.read_bytes()


def contents(net: Network, namespace: Mapping[str, Any]) -> str:
    """A hash of what a saved network holds, besides when and by what it was saved, and its random numbers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        saving.save(net, path, namespace)
        digest = hashlib.sha256()
        for place in archive.folders(path):
            tree = archive.read(path, place)
            for changing in ("about", "random"):
                tree.pop(changing, None)
            digest.update(repr(place).encode())
            _digest(tree, digest)
    return digest.hexdigest()


def _digest(tree: Any, digest: Any) -> None:
    if isinstance(tree, dict):
        for key in sorted(tree):
            digest.update(str(key).encode())
            _digest(tree[key], digest)
    elif isinstance(tree, list):
        digest.update(f"[{len(tree)}]".encode())
        for entry in tree:
            _digest(entry, digest)
    else:
        digest.update(tree.tobytes() if hasattr(tree, "tobytes") else repr(tree).encode())


_opened: dict[str, Task] = {}
"""Tasks that have come to this process, the last one."""

here: dict[int, Task] = {}
"""Tasks of this process, for its threads and for processes that are copies of it."""


def attempt_sent(parcel: Parcel, point: Point, seed: int, repetitions: int) -> Outcome:
    """A run in another process."""
    if parcel.token not in _opened:
        _opened.clear()
        found = pickle.loads(parcel.data)
        _opened[parcel.token] = found.opened() if isinstance(found, _SavedNetwork) else found
    return attempt(_opened[parcel.token], point, seed, repetitions)


def attempt_here(number: int, point: Point, seed: int, repetitions: int) -> Outcome:
    """A run of a task that this process, or the one that it is a copy of, has put into `here`."""
    return attempt(here[number], point, seed, repetitions)
