"""What the objects of a network are, for readers of generated code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eqsim.codegen.project import Story
from eqsim.objects.base import BrianObject


def stories(owners: Sequence[tuple[BrianObject, Sequence[str]]]) -> list[Story]:
    """A story for each object that has kernels of its own; parts are told with what they are a part of."""
    wholes = {id(part): obj for obj, _ in owners for part in obj.contained_objects}
    kernels: dict[int, list[str]] = {}
    tellers: dict[int, BrianObject] = {}
    for obj, names in owners:
        whole = wholes.get(id(obj), obj)
        tellers[id(whole)] = whole
        kernels.setdefault(id(whole), []).extend(names)
    return [_story(tellers[key], names) for key, names in kernels.items()]


def _story(obj: BrianObject, kernels: Sequence[str]) -> Story:
    return Story(obj.name, f"{obj.name}: {type(obj).__name__}", tuple(_lines(obj)), tuple(kernels))


def _lines(obj: Any) -> Iterator[str]:
    """The user's strings."""
    equations = getattr(obj, "equations", None)
    if equations is not None:
        yield from (line.strip() for line in str(equations).splitlines() if line.strip())
    for event, condition in getattr(obj, "events", {}).items():
        yield f"{'threshold' if event == 'spike' else f'event {event}'}: {' '.join(str(condition).split())}"
    for assignment in (getattr(obj, "reset_block", None) or ())[:1]:
        yield f"reset: {_joined(assignment.target.source.text)}"
    for part in obj.contained_objects:
        code = getattr(part, "code", "")
        if isinstance(code, str) and code.strip():
            yield f"{getattr(part, 'path', None) or part.name}: {_joined(code)}"


def _joined(code: str) -> str:
    return "; ".join(line.strip() for line in code.splitlines() if line.strip())
