"""How groups and synapses look in a notebook.

In: a NeuronGroup, PoissonGroup or Synapses.  Out: its equations and statements as HTML with LaTeX in it, or as LaTeX.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from eqsim.model.latex import equations_latex, expression_latex, statement_latex
from eqsim.syntax import Assignment
from eqsim.units import Quantity, second

__all__ = ["group_html", "group_latex"]

Row = tuple[str, str]
"""What it is, and its LaTeX without dollars."""


def group_html(group: Any) -> str:
    """Title, equations, and one row each for threshold, reset, refractory, pathways, rates.

    Parameters
    ----------
    group : NeuronGroup, Subgroup, PoissonGroup or Synapses

    Returns
    -------
    html : str
        For a page with MathJax, such as a notebook.
    """
    kind, _, rest = repr(group).strip("<>").partition(" ")
    parts = [f"<p><b>{kind}</b> {escape(rest)}</p>"]
    if len(getattr(group, "equations", ())):
        parts.append(f"<div>{escape(equations_latex(group.equations))}</div>")
    cells = [f"<tr><td>{escape(label)}</td><td>${escape(text)}$</td></tr>" for label, text in _rows(group)]
    if cells:
        parts.append("<table>" + "".join(cells) + "</table>")
    return "<div>" + "\n".join(parts) + "</div>"


def group_latex(group: Any) -> str:
    """Equations and rows as one ``align*`` environment; see `group_html`."""
    lines = [rf"\text{{{label.replace('_', chr(92) + '_')}}} &\colon\; {text}" for label, text in _rows(group)]
    if len(getattr(group, "equations", ())):
        body = equations_latex(group.equations).splitlines()[1:-1]
        lines = ["\n".join(body), *lines]
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"


def _rows(part: Any) -> Iterator[Row]:
    group = part.base
    if getattr(group, "threshold_tree", None) is not None:
        yield "threshold", expression_latex(group.threshold_tree)
    if getattr(group, "reset_block", ()):
        yield "reset", _statements(group.reset_block)
    yield from _events(group)
    if getattr(group, "refractoriness", None):
        yield "refractory", _refractory(group.refractoriness)
    if "rates" in group.variables:
        yield "rates", _rates(group)
    for path in getattr(group, "pathways", {}).values():
        yield from _pathway(path)


def _events(group: Any) -> Iterator[Row]:
    """Events of other kinds than spikes, and what runs for them."""
    for event, tree in getattr(group, "event_trees", {}).items():
        if event != "spike":
            yield f"event {event}", expression_latex(tree)
            if group.event_blocks.get(event):
                yield f"on {event}", _statements(group.event_blocks[event])


def _statements(block: tuple[Assignment, ...]) -> str:
    return r";\quad ".join(map(statement_latex, block))


def _time(seconds: float) -> str:
    return str(Quantity(seconds, dim=second.dim)._repr_latex_()).strip("$")


def _refractory(what: Any) -> str:
    return expression_latex(what.tree) if what.tree is not None else _time(what.time_s)


def _rates(group: Any) -> str:
    variable = group.variables["rates"]
    if variable.tree is not None:
        return expression_latex(variable.tree)
    values = group.rates[:]
    same = values[0] if (values == values[0]).all() else None
    return r"\text{one for each}" if same is None else str(same._repr_latex_()).strip("$")


def _pathway(path: Any) -> Iterator[Row]:
    label = f"on_{path.side}" if path.path == path.side else f"on_{path.side} ({path.path})"
    if path.block:
        yield label, _statements(path.block)
    if path.shared_delay:
        yield f"delay of {path.path}", _time(path.shared_delay)
