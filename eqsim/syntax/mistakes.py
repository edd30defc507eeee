"""Typical mistakes, as data: how each looks, and what to say to the person who made it.

To add one, write a row here (see `eqsim.syntax.patterns.Mistake`) and a file in ``tests/messages/``.
Codes: E1xx signs and words in expressions, E2xx their order, E3xx statements, E4xx equation lines, E5xx names,
E6xx flags, E7xx units.
"""

from __future__ import annotations

from eqsim.syntax.patterns import Mistake

__all__ = ["EQUATIONS", "EXPRESSIONS", "GAPS", "LEFTOVERS", "NODES", "STATEMENTS"]

# fmt: off
# One row per mistake is easier to read than one line per argument.

EXPRESSIONS: tuple[Mistake, ...] = (
    Mistake("E110", r"^[^'\"]*\w(?P<at>'+)\s*(?:$|[-+*/%^)=<>,])", "a prime is not a derivative here",
            "write the derivative at the start of an equation: d{left}/dt = ..."),
    Mistake("E111", r"(?<!\w)[A-Za-z]{0,2}[\"'][^\"']*[\"']*|[\"'`][^\"'`]*[\"'`]*",
            "expressions cannot contain text in quotes", "remove the quotes; names and numbers stand by themselves"),
    Mistake("E112", r"\blambda\b", "expressions cannot define functions",
            "write the formula itself, or use a Python function with units"),
    Mistake("E113", r":=", "':=' is not known here", "give the value a name in an equation or a statement of its own"),
    Mistake("E114", r"\[[^\[\]]*\]?", "expressions cannot contain square brackets",
            "a name already stands for the value of each element; to group terms, write ( )"),
    Mistake("E115", r"[\]{}]", "expressions cannot contain the bracket {at}", "use only round brackets ( )"),
    Mistake("E116", r"(?<![\w.])[A-Za-z_]\w*(?P<at>\s*\.\s*[A-Za-z_]\w*)", "expressions cannot look inside objects with a dot",
            "use the plain name of a variable or of a constant"),
    Mistake("E117", r"\bfor\b", "expressions cannot contain a loop",
            "a formula already holds for every element; for sums over synapses use the flag (summed)"),
    Mistake("E118", r"\b(?P<at>not\s+in|in)\b", "'{at}' is not known in expressions",
            "compare with each value: {left} == 1 or {left} == 2"),
    Mistake("E119", r"\b(?P<at>is(?:\s+not)?)\b", "'{at}' is not known in expressions", "to compare, write == or !="),
    Mistake("E120", r"\b(?P<at>import|yield|await|async|assert|return|def|class|del|global|nonlocal|raise|try|while"
            r"|with|pass|break|continue|except|finally|from|as)\b", "expressions do not have Python's word '{at}'",
            "an expression is made of names, numbers, operators and functions"),
    Mistake("E121", r"\bNone\b", "expressions have no empty value", "write a number, True or False"),
    Mistake("E122", r"\b(?P<at>AND|OR|NOT)\b", "'{at}' is written in small letters", "write and, or, not"),
    Mistake("E123", r"(?<!\w)(?P<at>__\w*)", "names that begin with two underscores cannot be used", "choose another name"),
    Mistake("E130", r"&&", "'&&' is not known here", "write and instead"),
    Mistake("E131", r"\|\|", "'||' is not known here", "write or instead"),
    Mistake("E132", r"<>", "'<>' is not known here", "write {left} != {right}"),
    Mistake("E133", r"=<", "'=<' is not known here", "write {left} <= {right}"),
    Mistake("E134", r"=>", "'=>' is not known here", "write {left} >= {right}"),
    Mistake("E135", r"===|!==", "'{at}' is not known here", "to compare, write == or !="),
    Mistake("E136", r"!(?!=)", "'!' is not known here", "write not {right}"),
    Mistake("E137", r"\^", "'^' is not the sign for powers", "write {left}**{right}"),
    Mistake("E138", r"<<|>>", "'{at}' shifts bits, which expressions cannot do", "multiply or divide by a power of two"),
    Mistake("E139", r"&", "'&' works on bits, which expressions cannot do", "for two conditions, write and instead"),
    Mistake("E140", r"\|", "'|' works on bits, which expressions cannot do", "for two conditions, write or instead"),
    Mistake("E141", r"~", "'~' works on bits, which expressions cannot do", "write not {right}"),
    Mistake("E142", r"\?", "'?' is not known here", "write a choice as: first if condition else second"),
    Mistake("E143", r"@", "'@' is not known here", "write products with *"),
    Mistake("E144", r"\$", "'$' is not known here", "write the plain name: {right}"),
    Mistake("E145", r"\\", "a backslash is not needed here", "delete it: an expression may go on in the next line"),
    Mistake("E146", r"\.\.+", "dots cannot stand for something left out", "write out what they stand for"),
    Mistake("E147", r"(?<![\w.])0+[1-9]\d*(?![\w.])", "a whole number cannot begin with 0", "leave out the zeros in front"),
    Mistake("E148", r"\d{100,}", "this number has more than 100 digits", "write it with an exponent, e.g. 1e100"),
    Mistake("E149", r"(?<![=<>!*/+%:-])(?P<at>(?:\*\*|//|[*/+%-])?=)(?!=)", "'{at}' cannot stand inside an expression",
            "to compare, write {left} == {right}"),
    Mistake("E151", r";", "';' cannot stand inside an expression", "write only one expression here"),
)
"""Signs and words that expressions do not have."""

LEFTOVERS: tuple[Mistake, ...] = (
    Mistake("E150", r":", "':' cannot stand inside an expression", "write only the expression here"),
)
"""Signs that are worth a word only if nothing else is wrong."""

GAPS: dict[str, Mistake] = {
    "operator": Mistake("E201", "", "an operator is missing between '{before}' and '{at}'",
                        "write {before}*{at} if you mean the product"),
    "brackets": Mistake("E201", "", "an operator is missing between '{before}' and '{at}'",
                        "write * between them if you mean the product"),
    "and not": Mistake("E202", "", "an operator is missing between '{before}' and 'not'", "write {before} and not {right}"),
    "between": Mistake("E203", "", "'{at}' cannot follow '{before}'",
                       "write what stands between them, or delete one of them"),
    "start": Mistake("E204", "", "there is nothing before '{at}'", "write what stands on its left"),
    "end": Mistake("E205", "", "there is nothing after '{at}'", "write what stands on its right, or delete it"),
    "empty": Mistake("E206", "", "there is nothing inside these brackets", "write something inside them, or delete them"),
    "open": Mistake("E207", "", "this bracket is never closed", "add the missing )"),
    "close": Mistake("E208", "", "this bracket was never opened", "delete it, or add the missing ("),
    "comma": Mistake("E209", "", "a comma can only stand between the arguments of a function", "write one expression"),
    "decimal": Mistake("E210", "", "a decimal number is written with a point", "write {left}.{right}"),
    "if": Mistake("E211", "", "this 'if' has no 'else'", "write both values: first if condition else second"),
    "else": Mistake("E212", "", "this 'else' has no 'if'", "write: first if condition else second"),
    "not": Mistake("E213", "", "'not' cannot follow '{before}'", "put it into brackets: (not {right})"),
    "deep": Mistake("E214", "", "more than {limit} brackets are open here",
                    "give a part of the expression a name in an equation of its own"),
}
"""What is missing between two words of an expression (found by `eqsim.syntax.tokens`)."""

NODES: dict[str, Mistake] = {
    "chain": Mistake("E220", "", "comparisons cannot be chained", "write {help}"),
    "depth": Mistake("E221", "", "this expression is nested more than {limit} levels deep",
                     "give parts of it names in equations of their own; each + in a long sum counts as a level"),
    "empty": Mistake("E222", "", "there is no expression here", "write a formula, e.g. -v/tau"),
    "other": Mistake("E223", "", "this part of the expression cannot be understood",
                     "an expression is made of names, numbers, operators and functions"),
}
"""What is found in the tree of an expression (by `eqsim.syntax.expressions`)."""

EQUATIONS: tuple[Mistake, ...] = ()
STATEMENTS: tuple[Mistake, ...] = ()
