"""Common subexpressions, computed once: in go Lets and results, out come Lets and results.

The order of operations inside each expression is not touched, so the numbers do not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eqsim.ir.expr import Call, Const, Expr, Iterate, Number, Op, Ref
from eqsim.ir.stmt import Let
from eqsim.ir.walk import children, nodes, rebuild

Results = tuple[tuple[str, Expr], ...]


def share(
    lets: Iterable[Let], results: Iterable[tuple[str, Expr]], names: Mapping[Expr, str] | None = None
) -> tuple[tuple[Let, ...], Results]:
    """Bind every expression that occurs more than once to a name.

    Parameters
    ----------
    lets, results
        Bound names, in order; named results, which may use the Lets and are computed after them.
    names
        Good names for certain expressions, such as the user's subexpressions; all other names are made up.
    """
    lets, results = tuple(lets), tuple(results)
    sharing = _Sharing(names or {}, [let.value for let in lets] + [value for _, value in results])
    sharing.taken.update(let.name for let in lets)
    for let in lets:
        sharing.keep(let)
    shared = tuple((name, sharing.rewrite(value)) for name, value in results)
    return tuple(sharing.body), shared


class _Sharing:
    """Value numbering: equal expressions have equal numbers."""

    def __init__(self, names: Mapping[Expr, str], roots: list[Expr]) -> None:
        self.body: list[Let] = []
        self.taken = {x.name for e in roots for x in nodes(e) if isinstance(x, Ref)}
        self._numbers: dict[Expr, int] = {}
        self._seen: dict[int, tuple[Expr, int]] = {}
        self._uses: dict[int, int] = {}
        self._bound: dict[int, Ref] = {}
        for root in roots:
            self._use(root)
        self._names = {self._number(e): name for e, name in names.items()}

    def _key(self, e: Expr) -> Expr:
        """The node with the numbers of its children in their place, so that hashing is cheap."""
        parts = () if isinstance(e, Iterate) else children(e)
        return rebuild(e, tuple(Ref(f"#{self._number(c)}", c.type) for c in parts)) if parts else e

    def _number(self, e: Expr) -> int:
        known = self._seen.get(id(e))
        if known is None:
            known = self._seen[id(e)] = (e, self._numbers.setdefault(self._key(e), len(self._numbers)))
        return known[1]

    def _use(self, e: Expr) -> None:
        """Count an occurrence; those inside an expression that is already known count once."""
        n = self._number(e)
        self._uses[n] = self._uses.get(n, 0) + 1
        if self._uses[n] == 1 and not isinstance(e, Iterate):
            for c in children(e):
                self._use(c)

    def _inside(self, e: Expr) -> Expr:
        parts = () if isinstance(e, Iterate) else children(e)
        new = tuple(self.rewrite(c) for c in parts)
        return e if all(a is b for a, b in zip(parts, new, strict=True)) else rebuild(e, new)

    def rewrite(self, e: Expr) -> Expr:
        """The expression in terms of what is bound; binds what is needed again."""
        n = self._number(e)
        if n in self._bound:
            return self._bound[n]
        new = self._inside(e)
        if self._uses.get(n, 0) < 2 or not _is_work(e):
            return new
        return self._bind(n, Let(self._free(self._names.get(n) or _label(e)), new))

    def keep(self, let: Let) -> None:
        """A Let of the input stays, and stands for all other occurrences of its value."""
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


def _is_work(e: Expr) -> bool:
    """Is it worth a name?  A change of sign is not."""
    if isinstance(e, Op) and e.op == "neg":
        return False
    return isinstance(e, Op | Call | Iterate) or len(children(e)) > 1


def _label(e: Expr) -> str:
    """A name for a value: what it is, if that is short."""
    if isinstance(e, Call):
        return f"_{e.function}"
    words = {"*": "times", "/": "per", "+": "plus", "-": "minus"}
    if isinstance(e, Op) and e.op in words and all(map(_is_plain, e.args)):
        a, b = map(_plain, e.args)
        return f"_{a}_{words[e.op]}_{b}"
    return "_part"


def _is_plain(e: Expr) -> bool:
    return (isinstance(e, Ref | Number) and "." not in e.name) or (isinstance(e, Const) and _plain(e).isdigit())


def _plain(e: Expr) -> str:
    return f"{e.value:g}" if isinstance(e, Const) else str(getattr(e, "name", "")).lstrip("_")
