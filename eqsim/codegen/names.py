"""Names of the IR as names of generated text: readable, legal, and never two the same.

In: dotted names (``cells.v``).  Out: identifiers (``cells_v``, or ``v`` where that is clear).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

LANGUAGE = frozenset(
    """alignas alignof and and_eq asm atomic_cancel auto bitand bitor bool break case catch char class compl concept const
    consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double
    dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new
    noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return short
    signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid
    typename union unsigned using virtual void volatile wchar_t while xor xor_eq
    int32_t int64_t uint8_t uint16_t uint32_t uint64_t State INT64_C main""".split()
)
"""Words that the language or the runtime has taken."""

LOCAL = frozenset("s i j k n r turn_".split())
"""Words that the element functions have taken: what is bound, and the indices."""


def plain(name: str, taken: frozenset[str]) -> str:
    """An identifier for a name; what is taken gets an underscore (and so does what already ends in one)."""
    word = name.replace(".", "_")
    if not word[:1].isalpha() and word[:1] != "_":
        word = f"x{word}"
    reserved = word.rstrip("_") in taken or word.startswith(("eq_", "EQ_", "__"))
    return f"{word.lstrip('_') if word.startswith('__') else word}_" if reserved else word


def identifier(name: str) -> str:
    """The identifier of a local of a function."""
    return plain(name, LANGUAGE | LOCAL)


def unique(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """An identifier for each name, all different."""
    used, found = set(taken), {}
    for name in names:
        base = word = plain(name, LANGUAGE)
        at = 2
        while word in used:
            word, at = f"{base}_{at}", at + 1
        used.add(word)
        found[name] = word
    return found


def members(names: Iterable[str]) -> dict[str, str]:
    """An identifier for each name, without the name of its object where the rest is clear by itself."""
    known = list(dict.fromkeys(names))
    last = Counter(name.rpartition(".")[2] for name in known)
    short = {name: name.rpartition(".")[2] for name in known}
    short = {name: s if last[s] == 1 else name for name, s in short.items()}
    spelled = unique(short.values())
    return {name: spelled[s] for name, s in short.items()}
