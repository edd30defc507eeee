"""What users meet when something is wrong: where it is, what it is, how to mend it.

In: spans of the user's own text.  Out: exceptions whose text shows the line, a caret under the term, and a help.

The exception tree (``X & Y`` means the class is also a builtin ``Y``, so scripts that catch ``Y`` go on working)::

    EqsimError
    |-- BrianObjectException            raised for one named object (group, synapses, monitor)
    |   `-- (every class below can be raised `for_object`, and then is one of these, too)
    |-- EquationError & ValueError      the text of equations cannot be understood
    |   |-- EquationSyntaxError & SyntaxError
    |   `-- FlagError
    |-- UnknownNameError & KeyError     a name in a string stands for nothing
    |-- DimensionMismatchError          units do not fit (defined here, raised by units and by equations)
    |-- UnsupportedEquationsException   an integration method does not apply
    |-- IntegrationError                a method did not reach its tolerance during a run
    |-- MagicError                      run() cannot tell which objects belong together
    |-- PreferenceError
    |-- CompileError                    the C compiler failed
    `-- InternalError                   a bug in eqsim, never the user's mistake
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

__all__ = [
    "BrianObjectException",
    "CompileError",
    "Diagnostic",
    "DimensionMismatchError",
    "EqsimError",
    "EquationError",
    "EquationSyntaxError",
    "FlagError",
    "IntegrationError",
    "InternalError",
    "MagicError",
    "PreferenceError",
    "Source",
    "Span",
    "UnknownNameError",
    "UnsupportedEquationsException",
    "did_you_mean",
    "for_object",
    "render",
]


@dataclass(frozen=True, slots=True)
class Source:
    """A text that a user wrote, and what it is.

    ``owner`` completes the sentence "equations of ...": e.g. ``"equations of NeuronGroup 'cells'"`` or
    ``"reset of NeuronGroup 'cells'"``.
    """

    text: str
    owner: str = "equations"

    @property
    def whole(self) -> Span:
        """The whole text as a span: what a one-line expression or condition is parsed from."""
        return Span(self, 0, len(self.text))


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` (included) to ``end`` (excluded) of a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """Line number of the first character, counted from 1."""
        return self.source.text.count("\n", 0, self.start) + 1

    def part(self, start: int, end: int) -> Span:
        """The characters ``start`` to ``end`` of this span, counted from its own beginning."""
        return Span(self.source, self.start + start, self.start + end)

    def cover(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: a stable code, a sentence, the place, a label under the caret, and how to mend it."""

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    help: str = ""


WIDTH = 100  # longest piece of a user's line that is shown around the caret


def _excerpt(span: Span) -> tuple[int, str, int, int]:
    """Line number, the line (cut around the span when it is very long), caret column, caret length."""
    text = span.source.text
    begin = text.rfind("\n", 0, span.start) + 1
    stop = text.find("\n", span.start)
    line = text[begin : stop if stop >= 0 else len(text)]
    column = span.start - begin
    length = max(1, min(span.end, begin + len(line)) - span.start)
    if len(line) > WIDTH:
        left = max(0, column - WIDTH // 2)
        line, column = line[left : left + WIDTH], column - left
        if left:
            line, column = "..." + line, column + 3
        length = max(1, min(length, len(line) - column))
    shown = "".join(c if c.isprintable() or c == "\t" else "?" for c in line)
    return span.line, shown, column, length


def _render_one(d: Diagnostic) -> str:
    lines = [d.message]
    if d.span is not None:
        number, line, column, length = _excerpt(d.span)
        gutter = " " * len(str(number))
        pad = "".join("\t" if c == "\t" else " " for c in line[:column])
        lines += [
            f"{gutter}--> {d.span.source.owner}, line {number}",
            f"{number} | {line.rstrip()}",
            f"{gutter} | {pad}{'^' * length} {d.label}".rstrip(),
        ]
        margin = gutter
    else:
        margin = ""
    if d.help:
        lines.append(f"{margin} = help: {d.help}")
    return "\n".join(lines)


def render(diagnostics: tuple[Diagnostic, ...]) -> str:
    """The whole text of an error: each mistake of the block, one after the other."""
    return "\n\n".join(_render_one(d) for d in diagnostics)


class EqsimError(Exception):
    """Base of all errors of eqsim.

    Parameters
    ----------
    *parts : str or Diagnostic
        Either one plain sentence or the diagnostics of one block.
    """

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, *parts: str | Diagnostic, **more: Any) -> None:
        self.diagnostics = tuple(p if isinstance(p, Diagnostic) else Diagnostic("E000", str(p)) for p in parts)
        self.__dict__.update(more)
        super().__init__(*parts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes, also those that `for_object` made."""
        kind = type(self)
        plain = kind.__mro__[1] if kind.__dict__.get("made_for_object") else kind
        return _restore, (plain, plain is not kind, self.args, dict(self.__dict__))

    def __str__(self) -> str:
        return render(self.diagnostics)

    def with_help(self, text: str) -> Self:
        """The same error with another help on its last diagnostic."""
        *head, last = self.diagnostics
        self.diagnostics = (*head, Diagnostic(last.code, last.message, last.span, last.label, text))
        return self


class BrianObjectException(EqsimError):
    """An error that belongs to one named object of the model."""


class EquationError(EqsimError, ValueError):
    """The text of equations cannot be understood, or contradicts itself."""


class EquationSyntaxError(EquationError, SyntaxError):
    """A line or an expression is not well formed, or uses a word that is not allowed."""

    __str__ = EqsimError.__str__

    @property
    def msg(self) -> str:  # type: ignore[override]
        """What Python prints for an uncaught SyntaxError."""
        return str(self)


class FlagError(EquationError):
    """A flag is unknown, or does not fit its kind of equation."""


class UnknownNameError(EqsimError, KeyError):
    """A name in a string stands for nothing that is known."""

    __str__ = EqsimError.__str__


class DimensionMismatchError(EqsimError):
    """Units do not fit.

    Parameters
    ----------
    desc : str or Diagnostic
        What was attempted.
    *dims : Dimension
        The dimensions that met.

    Attributes
    ----------
    desc : str
    dims : tuple of Dimension
    """

    def __init__(self, desc: str | Diagnostic, *dims: Any) -> None:
        super().__init__(desc)
        self.desc = desc.message if isinstance(desc, Diagnostic) else desc
        self.dims = dims

    def __str__(self) -> str:
        text = super().__str__()
        if self.diagnostics[0].span is not None or not self.dims:
            return text
        if len(self.dims) == 1:
            return f"{text} (unit is {self.dims[0]})."
        return f"{text} (units are {' and '.join(str(d) for d in self.dims)})."


class UnsupportedEquationsException(EqsimError):
    """An integration method cannot be used with these equations."""


class IntegrationError(EqsimError):
    """An integration method could not reach its tolerance; raised during a run, with the element and the time."""


class MagicError(EqsimError):
    """``run()`` cannot tell which objects belong together."""


class PreferenceError(EqsimError):
    """A preference does not exist or cannot have this value."""


class CompileError(EqsimError):
    """The C compiler failed on generated code; the network stays usable on numpy."""


class InternalError(EqsimError):
    """A fault of eqsim itself."""

    def __init__(self, stage: str, what: str) -> None:
        super().__init__(f"this is a bug in eqsim (stage: {stage}); please report it.\n{what}")


_OBJECT_CLASSES: dict[type[EqsimError], type[EqsimError]] = {}


def _object_class(kind: type[EqsimError]) -> type[EqsimError]:
    if issubclass(kind, BrianObjectException):
        return kind
    if kind not in _OBJECT_CLASSES:
        body = {"__doc__": kind.__doc__, "__module__": kind.__module__, "made_for_object": True}
        _OBJECT_CLASSES[kind] = type(kind.__name__, (kind, BrianObjectException), body)
    return _OBJECT_CLASSES[kind]


def _restore(plain: type[EqsimError], made: bool, args: tuple[Any, ...], state: dict[str, Any]) -> EqsimError:
    kind = _object_class(plain) if made else plain
    error: EqsimError = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


def for_object(error: EqsimError, owner: str) -> EqsimError:
    """The same error, now also a `BrianObjectException` that carries the name of its object."""
    kind = _object_class(type(error))
    new: EqsimError = kind.__new__(kind)
    new.__dict__.update(error.__dict__)
    new.args = error.args
    new.__dict__["owner"] = owner
    return new


def did_you_mean(name: str, known: list[str] | tuple[str, ...] | set[str]) -> str:
    """``"did you mean 'v'?"`` for the nearest known name, or an empty string."""
    import difflib

    ordered = sorted(known)
    folded = {k.lower(): k for k in reversed(ordered)}
    if name.lower() in folded:
        return f"did you mean '{folded[name.lower()]}'?"
    near = difflib.get_close_matches(name, ordered, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""
