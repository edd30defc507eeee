"""Common subexpressions, computed once: in go Lets and results, out come Lets and results.

The order of operations inside each expression is not touched, so the numbers do not change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from eqsim.ir.expr import Call, Const, Expr, Iterate, Number, Op, Ref
from eqsim.ir.stmt import Bound, Let, Loop
from eqsim.ir.walk import bound_names, children, distinct, expressions, rebuild, statements

Results = tuple[tuple[str, Expr], ...]


def share(
    lets: Iterable[Bound],
    results: Iterable[tuple[str, Expr]],
    names: Iterable[tuple[Expr, str]] = (),
    taken: Iterable[str] = (),
) -> tuple[tuple[Bound, ...], Results]:
    """Bind every expression that occurs more than once to a name.  A loop stays as it is.

    Parameters
    ----------
    lets, results
        Bound names, in order; named results, which may use the Lets and are computed after them.
    names
        Good names for certain expressions, such as the user's subexpressions; all other names are made up.
    taken
        Names that are used elsewhere.
    """
    lets, results = tuple(lets), tuple(results)
    roots = [e for s in lets for e in (s.starts if isinstance(s, Loop) else (s.value,))]
    sharing = _Sharing(names, roots + [value for _, value in results])
    sharing.taken.update(taken, (name for s in statements(lets) for name in bound_names(s)), _inside_loops(lets))
    for let in lets:
        sharing.keep(let)
    shared = tuple((name, sharing.rewrite(value)) for name, value in results)
    return tuple(sharing.body), shared


def _inside_loops(lets: Iterable[Bound]) -> set[str]:
    """All names that occur in loops."""
    values = [e for loop in lets if isinstance(loop, Loop) for s in statements((loop,)) for e in expressions(s)]
    return {x.name for e in values for x in distinct(e) if isinstance(x, Ref)}


DEEP = 50  # an expression as deep as this is cut into parts, so that later stages may recurse


class _Sharing:
    """Value numbering: equal expressions have equal numbers."""

    def __init__(self, names: Iterable[tuple[Expr, str]], roots: list[Expr]) -> None:
        self.body: list[Bound] = []
        self.taken = {x.name for e in roots for x in distinct(e) if isinstance(x, Ref)}
        self._numbers: dict[Expr, int] = {}
        self._seen: dict[int, tuple[Expr, int]] = {}
        self._uses: list[int] = []
        self._depths: list[int] = []
        self._bound: dict[int, Ref] = {}
        for root in roots:
            self._count(root)
        self._names = {self._number(e): name for e, name in names}

    def _count(self, root: Expr) -> None:
        """Count where each value is used; what is inside a value that is known already counts once."""
        for e in distinct(root, _parts):
            n = self._number(e)
            if n == len(self._uses):
                inside = [self._number(c) for c in _parts(e)]
                self._uses.append(0)
                self._depths.append(1 + max((self._depths[c] for c in inside), default=0))
                for c in inside:
                    self._uses[c] += 1
        self._uses[self._number(root)] += 1

    def _key(self, e: Expr) -> Expr:
        """The node with the numbers of its children in their place, so that hashing is cheap."""
        parts = _parts(e)
        return rebuild(e, tuple(Ref(f"#{self._number(c)}", c.type) for c in parts)) if parts else e

    def _number(self, e: Expr) -> int:
        known = self._seen.get(id(e))
        if known is None:
            known = self._seen[id(e)] = (e, self._numbers.setdefault(self._key(e), len(self._numbers)))
        return known[1]

    def _inside(self, e: Expr) -> Expr:
        parts = _parts(e)
        new = tuple([self._rewrite(c) for c in parts])
        return e if all(a is b for a, b in zip(parts, new, strict=True)) else rebuild(e, new)

    def rewrite(self, e: Expr) -> Expr:
        """The expression in terms of what is bound; binds what is needed again."""
        self._cut(e)
        return self._rewrite(e)

    def _cut(self, e: Expr) -> None:
        """Bind parts of a deep expression, from below."""
        if self._depths[self._number(e)] > DEEP:
            for part in distinct(e, _parts):
                if self._depths[self._number(part)] % DEEP == 0:
                    self._rewrite(part)

    def _rewrite(self, e: Expr) -> Expr:
        n = self._number(e)
        if n in self._bound:
            return self._bound[n]
        new = self._inside(e)
        if not _is_work(e) or (self._uses[n] < 2 and self._depths[n] % DEEP):
            return new
        return self._bind(n, Let(self._free(self._names.get(n) or _label(e)), new))

    def keep(self, let: Bound) -> None:
        """A Let of the input stays, and stands for all other occurrences of its value."""
        if isinstance(let, Loop):
            self.body.append(replace(let, starts=tuple(self.rewrite(s) for s in let.starts)))
            return
        self._cut(let.value)
        n = self._number(let.value)
        known = self._bound.get(n)
        new = Let(let.name, known or self._inside(let.value), let.origin)
        if known is None and _is_work(let.value):
            self._bind(n, new)
        else:
            self.body.append(new)

    def _bind(self, n: int, let: Let) -> Ref:
        self.body.append(let)
        self._bound[n] = Ref(let.name, let.value.type)
        return self._bound[n]

    def _free(self, label: str) -> str:
        """The label, or the label with the first number that is free."""
        name, at = label, 1
        while name in self.taken:
            at += 1
            name = f"{label}_{at}"
        self.taken.add(name)
        return name


def _parts(e: Expr) -> tuple[Expr, ...]:
    """The children; a loop is left as it is, since names inside it mean something else at each turn."""
    return () if isinstance(e, Iterate) else children(e)


def _is_work(e: Expr) -> bool:
    """Is it worth a name?  A change of sign is not."""
    if isinstance(e, Op) and e.op == "neg":
        return False
    return isinstance(e, Op | Call | Iterate) or len(children(e)) > 1


def _label(e: Expr) -> str:
    """A name for a value: what it is, if that is short."""
    if isinstance(e, Call):
        return "_" + re.sub(r"\W+", "_", e.function)
    words = {"*": "times", "/": "per", "+": "plus", "-": "minus"}
    if isinstance(e, Op) and e.op in words and all(map(_is_plain, e.args)):
        a, b = map(_plain, e.args)
        return f"_{a}_{words[e.op]}_{b}"
    return "_part"


def _is_plain(e: Expr) -> bool:
    return (isinstance(e, Ref | Number) and "." not in e.name) or (isinstance(e, Const) and _plain(e).isdigit())


def _plain(e: Expr) -> str:
    return f"{e.value:g}" if isinstance(e, Const) else str(getattr(e, "name", "")).lstrip("_")
