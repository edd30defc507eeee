"""Names of random streams: each draw in the user's text has its own."""

from __future__ import annotations

from dataclasses import dataclass

from eqsim.functions import stream_of


@dataclass(slots=True)
class Streams:
    """Numbers the draws of one string: the first ``rand()`` of a text always has the same stream."""

    owner: str
    purpose: str
    used: int = 0

    def __call__(self) -> int:
        """The stream of the next draw."""
        self.used += 1
        return stream_of(self.owner, self.purpose, str(self.used))
