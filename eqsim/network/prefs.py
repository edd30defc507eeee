"""Preferences: dotted names with checked values, e.g. ``prefs.codegen.target = "numpy"``.

In: assignments, preference files, names that an extension registers.  Out: values that other modules read by name.
The names, defaults and checks themselves are the tables of `eqsim.network.prefs_table`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from eqsim.errors import EqsimError, PreferenceError, did_you_mean
from eqsim.log import get_logger, set_console_level
from eqsim.network.prefs_file import assign_lines, written
from eqsim.network.prefs_table import CATEGORIES, PREFERENCES, BrianPreference, text_of
from eqsim.objects.storage import PREFERRED

__all__ = ["BrianPreference", "Category", "PreferenceError", "Preferences", "brian_prefs", "prefs"]

logger = get_logger(__name__)

FILES = (  # read at import, later ones win; those of Brian2 are read so that its users keep their settings
    "~/.brian/user_preferences",
    "~/.eqsim/user_preferences",
    "./brian_preferences",
    "./eqsim_preferences",
)


class UnknownPreferenceError(PreferenceError, AttributeError, KeyError):
    """No preference has this name (so that `hasattr` and ``name in prefs`` answer False)."""

    __str__ = EqsimError.__str__


class Category:
    """All preferences below one name: ``prefs.codegen``.  Print it to see them."""

    _owner: Preferences
    _name: str

    def __init__(self, owner: Preferences, name: str) -> None:
        self.__dict__.update(_owner=owner, _name=name, __doc__=owner.get_documentation(name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._owner[f"{self._name}.{name}"]

    def __setattr__(self, name: str, value: Any) -> None:
        self._owner[f"{self._name}.{name}"] = value

    def __getitem__(self, name: str) -> Any:
        return self._owner[f"{self._name}.{name}"]

    def __setitem__(self, name: str, value: Any) -> None:
        self._owner[f"{self._name}.{name}"] = value

    def __dir__(self) -> list[str]:
        return self._owner._children(self._name)

    def __repr__(self) -> str:
        lines = [f"{name} = {text_of(value)}" for name, value in self._owner.items() if name.startswith(self._name + ".")]
        about = self._owner._categories.get(self._name, "")
        return "\n".join([f"<preferences '{self._name}'{': ' if about else ''}{about}>", *lines])


class Preferences(MutableMapping[str, Any]):
    """All preferences of this process, by dotted name, by attributes, or both.

    Examples
    --------
    >>> prefs = Preferences()
    >>> prefs.codegen.target = "numpy"
    >>> prefs["codegen.target"]
    'numpy'
    """

    _known: dict[str, BrianPreference]
    _categories: dict[str, str]
    _values: dict[str, Any]
    _unknown: dict[str, Any]  # set by the user, and not registered by anybody so far

    def __init__(self) -> None:
        known = {p.name: p for p in PREFERENCES}
        self.__dict__.update(_known=known, _categories=dict(CATEGORIES), _values={}, _unknown={})

    # names --------------------------------------------------------------------------------------------------------

    def _find(self, name: str) -> BrianPreference | None:
        """The registered preference of this name, behind its other names."""
        found = self._known.get(name)
        return self._find(found.same_as) if found is not None and found.same_as else found

    def _is_category(self, name: str) -> bool:
        return any(known.startswith(name + ".") for known in (*self._known, *self._unknown))

    def _children(self, name: str = "") -> list[str]:
        """Names one level below a category."""
        start = f"{name}." if name else ""
        below = [known[len(start) :] for known in (*self._known, *self._unknown) if known.startswith(start)]
        return sorted({rest.split(".")[0] for rest in below})

    def _complain(self, name: str) -> UnknownPreferenceError:
        """The error for a name that is not known."""
        advice = did_you_mean(name, list(self._known))
        error = UnknownPreferenceError(f"there is no preference '{name}'")
        if advice:
            return error.with_help(advice)
        category = name.rpartition(".")[0]
        names = ", ".join(self._children(category if self._is_category(category) else ""))
        return error.with_help(f"names in '{category}' are {names}" if category else f"names are {names}")

    def _is_foreign(self, name: str) -> bool:
        """Whether a name may belong to an extension that is not imported yet: its category is like none of ours."""
        head, dot, _ = name.partition(".")
        tops = self._children()
        return bool(dot) and head not in tops and not did_you_mean(head, tops)

    # reading and writing ------------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        found = self._find(name)
        if found is not None:
            return self._read(found)
        if name in self._unknown:
            return self._unknown[name]
        if self._is_category(name):
            return Category(self, name)
        raise self._complain(name)

    def _read(self, found: BrianPreference) -> Any:
        if isinstance(found.default, list | dict):  # the user may append to it: the default stays as it is
            return self._values.setdefault(found.name, found.default.copy())
        return self._values.get(found.name, found.default)

    def __setitem__(self, name: str, value: Any) -> None:
        found = self._find(name)
        if found is not None:
            self._assign(found, value)
        elif self._is_category(name):
            raise PreferenceError(f"'{name}' is a category of preferences, it has no value").with_help(
                f"names in '{name}' are {', '.join(self._children(name))}"
            )
        elif self._is_foreign(name):
            self._unknown[name] = value
        else:
            raise self._complain(name)

    def _assign(self, found: BrianPreference, value: Any) -> None:
        if not found.accepts(value):
            raise PreferenceError(f"preference '{found.name}' cannot be {text_of(value)}").with_help(found.wants)
        self._values[found.name] = value
        if found.note:
            logger.info(f"preference '{found.name}' changes nothing in eqsim: {found.note}", once=True)
        if found.name == "logging.console_log_level":
            set_console_level(value)

    def __delitem__(self, name: str) -> None:
        raise PreferenceError(f"preference '{name}' cannot be deleted").with_help(
            f"set it to its default: {text_of(self._known[name].default)}" if name in self._known else ""
        )

    def __iter__(self) -> Iterator[str]:
        return iter(sorted([*self._known, *self._unknown]))

    def __len__(self) -> int:
        return len(self._known) + len(self._unknown)

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in self._unknown

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._children()})

    def __repr__(self) -> str:
        return "\n".join(["<preferences of eqsim>", *(f"{name} = {text_of(value)}" for name, value in self.items())])

    def reset_to_defaults(self) -> None:
        """Forget all values that were set or read from files."""
        self._values.clear()
        self._unknown.clear()
        set_console_level(self["logging.console_log_level"])

    # extensions ---------------------------------------------------------------------------------------------------

    def register_preferences(self, prefbasename: str, prefbasedoc: str, /, **more: BrianPreference) -> None:
        """Add a category of preferences.

        Parameters
        ----------
        prefbasename : str
            The dotted name of the category.
        prefbasedoc : str
            What it is about.
        **more : BrianPreference
            One per name.

        Raises
        ------
        PreferenceError
            A name exists already, or a value that was set before does not pass the check.
        """
        taken = [f"{prefbasename}.{name}" for name in more if f"{prefbasename}.{name}" in self._known]
        if taken:
            raise PreferenceError(f"preference '{taken[0]}' is already registered")
        self._categories[prefbasename] = prefbasedoc
        for name, preference in more.items():
            full = f"{prefbasename}.{name}"
            self._known[full] = replace(preference, name=full)
            if full in self._unknown:
                self[full] = self._unknown.pop(full)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names that were set and that nobody has registered."""
        return tuple(sorted(self._unknown))

    def check_all_validated(self) -> None:
        """Warn once about names that nobody has registered; called before a run."""
        for name in self.unknown:
            logger.warn(f"preference '{name}' was set, but nothing that is imported knows it", "preferences", once=True)

    # texts --------------------------------------------------------------------------------------------------------

    def get_documentation(self, basename: str | None = None) -> str:
        """What the preferences (of one category) mean, as text."""
        chosen = [p for n, p in sorted(self._known.items()) if basename is None or n.startswith(basename + ".")]
        return "\n".join(f"{p.name} = {text_of(p.default)}\n{textwrap.indent(p.docs, '    ')}" for p in chosen)

    @property
    def as_file(self) -> str:
        """The present values as a preference file."""
        own = {name: self[name] for name in self if name in self._unknown or not self._known[name].same_as}
        return written(own, self._known, self._categories)

    @property
    def defaults_as_file(self) -> str:
        """The default values as a preference file."""
        own = {p.name: p.default for p in self._known.values() if not p.same_as}
        return written(own, self._known, self._categories)

    def read_preference_file(self, file: str | Path | IO[str]) -> None:
        """Set what a preference file says.

        Raises
        ------
        PreferenceError
            Lines cannot be understood, or their name or value is refused; the message names file and lines. The good
            lines are in force all the same.
        """
        if isinstance(file, str | Path):
            assign_lines(Path(file).expanduser().read_text(encoding="utf-8"), str(file), self.__setitem__)
        else:
            assign_lines(file.read(), str(getattr(file, "name", "preferences")), self.__setitem__)

    def load_preferences(self) -> None:
        """Read the preference files of the user and of the present folder, as at import.

        A file with a mistake is reported as a warning and does not stop the program.
        """
        for path in (Path(name).expanduser() for name in FILES):
            try:
                if path.is_file():
                    self.read_preference_file(path)
            except (PreferenceError, OSError, UnicodeDecodeError) as error:
                logger.warn(f"preferences were not read completely: {error}", "preferences")


prefs = Preferences()
brian_prefs = prefs
PREFERRED["real"] = lambda: prefs["core.default_float_dtype"]
PREFERRED["int"] = lambda: prefs["core.default_integer_dtype"]
prefs.load_preferences()
