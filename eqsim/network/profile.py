"""What takes how long: the measurements of ``run(profile=True)``, and `profiling_summary`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eqsim.objects.base import BrianObject
from eqsim.schedule.link import Linked
from eqsim.units import Quantity, second

if TYPE_CHECKING:
    from eqsim.network.network import Network


@dataclass(slots=True)
class Profile:
    """Seconds of each kernel and of each operation in Python.

    Attributes
    ----------
    owners : tuple of str
        For each kernel of the program, the object that it belongs to.
    kernels : list of float
        Seconds of each kernel.
    operations : dict of str to float
        Seconds of each network operation.
    target : str
        What ran the kernels.
    """

    owners: tuple[str, ...]
    kernels: list[float]
    operations: dict[str, float]
    target: str

    @classmethod
    def of(cls, linked: Linked, objects: Sequence[BrianObject], module: Any) -> Profile:
        """No time spent yet."""
        names = sorted((o.name for o in objects), key=len, reverse=True)
        kernels = [k.name for k in linked.program.kernels]
        owners = tuple(next((n for n in names if k == n or k.startswith(f"{n}_")), k) for k in kernels)
        return cls(owners, [0.0] * len(kernels), {o.name: 0.0 for _, o in linked.operations}, target_of(module))

    def follow(self, linked: Linked, objects: Sequence[BrianObject]) -> None:
        """The program has changed in the middle of the run."""
        for owner, seconds in zip(self.owners, self.kernels, strict=True):
            self.operations[owner] = self.operations.get(owner, 0.0) + seconds
        new = Profile.of(linked, objects, None)
        self.owners, self.kernels = new.owners, new.kernels

    def info(self) -> list[tuple[str, Any]]:
        """(name, Quantity in second), the longest first."""
        total: dict[str, float] = dict(self.operations)
        for owner, seconds in zip(self.owners, self.kernels, strict=True):
            total[owner] = total.get(owner, 0.0) + seconds
        ordered = sorted(total.items(), key=lambda item: -item[1])
        return [(name, Quantity(seconds, dim=second.dim)) for name, seconds in ordered]


def target_of(module: Any) -> str:
    """How the kernels are run: ``numpy``, ``bytecode`` or ``cython``."""
    inner = getattr(module, "module", module)  # 'auto' has one of them inside
    return getattr(inner, "way", "numpy")


@dataclass(frozen=True, slots=True)
class ProfilingSummary:
    """A table of what took how long; prints as text, shows as a table in notebooks.

    Attributes
    ----------
    names : tuple of str
    times : tuple of Quantity, second
    percentages : tuple of float
        Of all that was measured.
    target : str
        What ran the kernels.
    """

    names: tuple[str, ...]
    times: tuple[Any, ...]
    percentages: tuple[float, ...]
    target: str

    @property
    def _rows(self) -> list[tuple[str, str, str]]:
        whole = zip(self.names, self.times, self.percentages, strict=True)
        return [(name, f"{float(t) * 1e3:.3f} ms", f"{p:.2f} %") for name, t, p in whole]

    def __str__(self) -> str:
        title = f"Profiling summary ({self.target})"
        widths = [max((len(row[c]) for row in self._rows), default=0) for c in range(3)]
        lines = [f"{n.ljust(widths[0])}  {t.rjust(widths[1])}  {p.rjust(widths[2])}" for n, t, p in self._rows]
        return "\n".join((title, "=" * len(title), *lines))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in self._rows)
        return f"<h2>Profiling summary ({self.target})</h2><table><tbody>{body}</tbody></table>"


def profiling_summary(net: Network | None = None, show: int | None = None) -> ProfilingSummary:
    """What took how long in the last run with ``profile=True``.

    Parameters
    ----------
    net : Network, optional
        By default the one behind `run`.
    show : int, optional
        Only so many rows, the longest ones.

    Raises
    ------
    ValueError
        If nothing was measured.

    Notes
    -----
    Compiled kernels are timed one by one by a monotonic clock of nanoseconds, of which a reading takes about 30 ns; the
    time between them, in which Python counts the steps, belongs to nobody.
    """
    from eqsim.network.magic import magic_network

    found = magic_network if net is None else net
    info = found.profiling_info
    assert found._profile is not None
    total = sum(float(t) for _, t in info) or 1.0
    shown = info[:show]
    shares = tuple(100.0 * float(t) / total for _, t in shown)
    return ProfilingSummary(tuple(n for n, _ in shown), tuple(t for _, t in shown), shares, found._profile.target)
