"""EventMonitor: who has an event of another kind than spikes, and when."""

from __future__ import annotations

from typing import Any

from eqsim.objects.spike_monitor import SpikeMonitor


class EventMonitor(SpikeMonitor):
    """Records who has an event, and when.

    Parameters
    ----------
    source : NeuronGroup or Subgroup
    event : str
        Name of the event, one of ``events=`` of the group; ``'spike'`` for its threshold.
    variables, record, when, order, name, dtype, buffer, to, chunk
        See `SpikeMonitor`.

    Raises
    ------
    ValueError
        If the source has no such event.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(1, 'dv/dt = 1/ms : 1', events={'high': 'v > 5'})
    >>> high = EventMonitor(G, 'high')
    """

    def __init__(
        self,
        source: Any,
        event: str,
        variables: Any = None,
        record: bool = True,
        when: str | None = None,
        order: int | None = None,
        name: str = "eventmonitor*",
        codeobj_class: Any = None,
        *,
        dtype: Any = None,
        buffer: Any = None,
        to: Any = None,
        chunk: int | None = None,
    ) -> None:
        self.event = event
        more = {"dtype": dtype, "buffer": buffer, "to": to, "chunk": chunk}
        super().__init__(source, variables, record, when, order, name, codeobj_class, **more)

    def __repr__(self) -> str:
        return f"<EventMonitor '{self.name}' of '{self.event}' of '{self.source.name}', {self.num_events} events>"
