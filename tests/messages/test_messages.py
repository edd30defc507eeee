"""Each typical mistake gives one message, known to the letter.

A file ``<mistake>.txt`` holds, between lines of ``=``, what is read, the user's text, and the whole message.  What is
read is the owner that the message names; its first word says how: ``equations``, ``statements`` or ``expression``.
For ``equations of NeuronGroup`` (``Synapses``, ``SpatialNeuron``) the rules of that object are checked, too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from eqsim.errors import EquationError, Source
from eqsim.syntax import check_lines, mistakes, names, parse_equations, parse_expression, parse_statements

FILES = sorted(Path(__file__).parent.glob("*.txt"))
RULE = "=" * 40 + "\n"
HOSTS = {"NeuronGroup": "neurons", "Synapses": "synapses", "SpatialNeuron": "spatial"}

# Codes that are not in a table of rows: characters, registered checks (E516), flags, units.
OTHER_CODES = "E101 E102 E601 E602 E603 E604 E605 E606 E701 E702 E703 E704 E705".split()


def read(path: Path) -> tuple[str, str, str]:
    owner, text, message = path.read_text(encoding="utf-8").split(RULE)
    return owner.strip(), text[:-1], message[:-1]


def error_of(owner: str, text: str) -> EquationError:
    source = Source(text, owner)
    how, *rest = owner.split()
    with pytest.raises(EquationError) as caught:
        if how == "expression":
            parse_expression(source.whole)
        elif how == "statements":
            parse_statements(source)
        else:
            lines = parse_equations(source)
            check_lines(lines, HOSTS[rest[1]], refractory="refractory" in rest)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_message_is_exactly_this(path: Path) -> None:
    owner, text, message = read(path)
    assert str(error_of(owner, text)) == message


def test_every_known_mistake_has_a_file() -> None:
    """A row without a file would be a message that nobody has read."""
    rows = [*mistakes.EXPRESSIONS, *mistakes.LEFTOVERS, *mistakes.EQUATIONS, *mistakes.STATEMENTS]
    for table in (mistakes.GAPS, mistakes.NODES, mistakes.LINES, mistakes.ASSIGNMENTS):
        rows += table.values()
    known = {row.code for row in rows} | {rule.mistake.code for rule in names.RULES} | set(OTHER_CODES)
    shown = {d.code for path in FILES for d in error_of(*read(path)[:2]).diagnostics}
    assert known == shown


def test_codes_are_unique() -> None:
    """One code is one message, except that the two rows about a missing operator differ in their help only."""
    rows = [*mistakes.EXPRESSIONS, *mistakes.LEFTOVERS, *mistakes.EQUATIONS, *mistakes.STATEMENTS]
    for table in (mistakes.GAPS, mistakes.NODES, mistakes.LINES, mistakes.ASSIGNMENTS):
        rows += table.values()
    codes = [row.code for row in rows]
    assert sorted({c for c in codes if codes.count(c) > 1}) == ["E201"]
