"""Messages to the user: texts come in with a level, and go to stderr in one form.

In: ``get_logger(__name__).warn("text", "name_suffix")``.  Out, on stderr::

    WARNING    text [eqsim.module.name_suffix]

eqsim is quiet: only WARNING and ERROR are shown until `BrianLogger.log_level_info` (or debug, diagnostic) is called.
Everything goes through Python's `logging` under the name ``eqsim``, so a program may add handlers of its own there.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

__all__ = ["LEVELS", "BrianLogger", "catch_logs", "get_logger", "set_console_level", "std_silent"]

LEVELS = {"ERROR": 40, "WARNING": 30, "INFO": 20, "DEBUG": 10, "DIAGNOSTIC": 5}

_ROOT = logging.getLogger("eqsim")
_said: set[tuple[int, str, str]] = set()
_quiet: set[str] = set()  # full names whose messages are dropped, and those of everything below them
_quiet_suffixes: set[str] = set()


def _hushed(name: str) -> bool:
    """Whether the user suppressed this name, a name above it, or its last part."""
    below = any(name == quiet or name.startswith(quiet + ".") for quiet in _quiet)
    return below or any(name.endswith("." + suffix) for suffix in _quiet_suffixes)


class _Console(logging.Handler):
    """Writes to whatever `sys.stderr` is at that moment (notebooks and tests replace it)."""

    def emit(self, record: logging.LogRecord) -> None:
        if not _hushed(record.name) and sys.stderr is not None:
            sys.stderr.write(self.format(record) + "\n")


_console = _Console(LEVELS["WARNING"])


def _own_name(name: str) -> str:
    """The name under ``eqsim`` that is meant: scripts written for Brian2 say ``brian2.codegen``."""
    head, _, rest = name.partition(".")
    if head == "brian2":
        return f"eqsim.{rest}" if rest else "eqsim"
    return name if head == "eqsim" else f"eqsim.{name}"


def set_console_level(level: str) -> None:
    """Show messages of this level and above.

    Parameters
    ----------
    level : str
        One of ``LEVELS``, in any case.

    Raises
    ------
    ValueError
        The level is not one of them.
    """
    name = level.upper()
    if name not in LEVELS:
        raise ValueError(f"'{level}' is not a level of messages; levels are {', '.join(LEVELS)}")
    _console.setLevel(LEVELS[name])
    _ROOT.setLevel(min(LEVELS[name], LEVELS["INFO"]))


class BrianLogger:
    """Messages of one module.

    Parameters
    ----------
    name : str
        The module, e.g. ``"eqsim.network.magic"``.
    """

    def __init__(self, name: str) -> None:
        self.name = _own_name(name)

    def _say(self, level: int, text: str, name_suffix: str | None, once: bool) -> None:
        name = f"{self.name}.{name_suffix}" if name_suffix else self.name
        key = (level, name, text)
        if once and key in _said:
            return
        if once:
            _said.add(key)
        logging.getLogger(name).log(level, "%s", text)

    def error(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Say that something failed."""
        self._say(LEVELS["ERROR"], msg, name_suffix, once)

    def warn(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Say that something is probably not what the user wants."""
        self._say(LEVELS["WARNING"], msg, name_suffix, once)

    warning = warn

    def info(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Say what eqsim decided for the user, e.g. an integration method."""
        self._say(LEVELS["INFO"], msg, name_suffix, once)

    def debug(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Say what helps to find a mistake."""
        self._say(LEVELS["DEBUG"], msg, name_suffix, once)

    def diagnostic(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Say what helps to find a mistake inside eqsim."""
        self._say(LEVELS["DIAGNOSTIC"], msg, name_suffix, once)

    @staticmethod
    def initialize() -> None:
        """Show messages from now on (done at import); a second call changes nothing."""
        if _console not in _ROOT.handlers:
            _console.setFormatter(logging.Formatter("%(levelname)-10s %(message)s [%(name)s]"))
            logging.addLevelName(LEVELS["DIAGNOSTIC"], "DIAGNOSTIC")
            _ROOT.addHandler(_console)
            _ROOT.setLevel(LEVELS["INFO"])
            _ROOT.propagate = False

    @staticmethod
    def log_level_error() -> None:
        """Show errors only."""
        set_console_level("ERROR")

    @staticmethod
    def log_level_warn() -> None:
        """Show warnings and errors."""
        set_console_level("WARNING")

    @staticmethod
    def log_level_info() -> None:
        """Show also what eqsim decided."""
        set_console_level("INFO")

    @staticmethod
    def log_level_debug() -> None:
        """Show also what helps to find mistakes."""
        set_console_level("DEBUG")

    @staticmethod
    def log_level_diagnostic() -> None:
        """Show everything."""
        set_console_level("DIAGNOSTIC")

    @staticmethod
    def suppress_hierarchy(name: str, filter_log_file: bool = False) -> None:
        """Show no message of ``name`` and of what lies below it, e.g. ``"eqsim.codegen"``.

        ``filter_log_file`` is accepted for scripts that pass it; eqsim writes no log file.
        """
        _quiet.add(_own_name(name))

    @staticmethod
    def suppress_name(name: str, filter_log_file: bool = False) -> None:
        """Show no message whose name ends with ``name``, e.g. ``"resolution_conflict"``.

        ``filter_log_file`` is accepted for scripts that pass it; eqsim writes no log file.
        """
        _quiet_suffixes.add(name)


def get_logger(module_name: str = "eqsim") -> BrianLogger:
    """The logger of a module.

    Examples
    --------
    >>> logger = get_logger("eqsim.network")
    >>> logger.info("4 objects collected", "magic")
    """
    return BrianLogger(module_name)


class _Catcher(logging.Handler):
    """Keeps what is said as ``(level, name, text)``."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.caught: list[tuple[str, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.caught.append((record.levelname, record.name, record.getMessage()))


@contextmanager
def catch_logs(log_level: int = logging.WARNING) -> Iterator[list[tuple[str, str, str]]]:
    """Keep messages of ``log_level`` and above in a list instead of showing them.

    Inside the block, messages that are said only once are said again.

    Yields
    ------
    list of tuple
        ``(level, name, text)`` of each message, filled while the block runs.
    """
    catcher = _Catcher(log_level)
    handlers, level, said = _ROOT.handlers, _ROOT.level, set(_said)
    _said.clear()
    _ROOT.handlers = [catcher]
    _ROOT.setLevel(min(level, log_level))
    try:
        yield catcher.caught
    finally:
        _ROOT.handlers = handlers
        _ROOT.setLevel(level)
        _said.clear()
        _said.update(said)


class std_silent:
    """Hide what the block prints to stdout and stderr.

    If the block raises, what it printed is shown before the error goes on. ``std_silent(True)`` hides nothing.
    """

    def __init__(self, alwaysprint: bool = False) -> None:
        self.alwaysprint = alwaysprint

    def __enter__(self) -> None:
        self._kept = sys.stdout, sys.stderr
        self._hidden = io.StringIO(), io.StringIO()
        if not self.alwaysprint:
            sys.stdout, sys.stderr = self._hidden

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        sys.stdout, sys.stderr = self._kept
        if error is not None:
            for stream, hidden in zip(self._kept, self._hidden, strict=True):
                stream.write(hidden.getvalue())


BrianLogger.initialize()
