"""Typical mistakes, as data: how each looks, and what to say to the person who made it.

To add one, write a row here (see `eqsim.syntax.patterns.Mistake`) and a file in ``tests/messages/``.
Codes: E1xx signs and words in expressions, E2xx their order, E3xx statements, E4xx equation lines, E5xx names,
E6xx flags, E7xx units.
"""

from __future__ import annotations

from eqsim.syntax.patterns import Mistake

__all__ = ["ASSIGNMENTS", "EQUATIONS", "EXPRESSIONS", "GAPS", "LEFTOVERS", "LINES", "NODES", "STATEMENTS"]

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
    Mistake("E116", r"(?<![\w.])[A-Za-z_]\w*(?P<at>\s*\.\s*[A-Za-z_]\w*)",
            "expressions cannot look inside objects with a dot", "use the plain name of a variable or of a constant"),
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
    Mistake("E123", r"(?<!\w)(?P<at>__\w*)", "names that begin with two underscores cannot be used",
            "choose another name"),
    Mistake("E130", r"&&", "'&&' is not known here", "write and instead"),
    Mistake("E131", r"\|\|", "'||' is not known here", "write or instead"),
    Mistake("E132", r"<>", "'<>' is not known here", "write {left} != {right}"),
    Mistake("E133", r"=<", "'=<' is not known here", "write {left} <= {right}"),
    Mistake("E134", r"=>", "'=>' is not known here", "write {left} >= {right}"),
    Mistake("E135", r"===|!==", "'{at}' is not known here", "to compare, write == or !="),
    Mistake("E136", r"!(?!=)", "'!' is not known here", "write not {right}"),
    Mistake("E137", r"\^", "'^' is not the sign for powers", "write {left}**{right}"),
    Mistake("E138", r"<<|>>", "'{at}' shifts bits, which expressions cannot do",
            "multiply or divide by a power of two"),
    Mistake("E139", r"&", "'&' works on bits, which expressions cannot do", "for two conditions, write and instead"),
    Mistake("E140", r"\|", "'|' works on bits, which expressions cannot do", "for two conditions, write or instead"),
    Mistake("E141", r"~", "'~' works on bits, which expressions cannot do", "write not {right}"),
    Mistake("E142", r"\?", "'?' is not known here", "write a choice as: first if condition else second"),
    Mistake("E143", r"@", "'@' is not known here", "write products with *"),
    Mistake("E144", r"\$", "'$' is not known here", "write the plain name: {right}"),
    Mistake("E145", r"\\", "a backslash is not needed here", "delete it: an expression may go on in the next line"),
    Mistake("E146", r"\.\.+", "dots cannot stand for something left out", "write out what they stand for"),
    Mistake("E147", r"(?<![\w.])0+[1-9]\d*(?![\w.])", "a whole number cannot begin with 0",
            "leave out the zeros in front"),
    Mistake("E148", r"\d{100,}", "this number has more than 100 digits", "write it with an exponent, e.g. 1e100"),
    Mistake("E152", r"(?<!\bif)(?<!\bor)(?<!\bnot)(?<!\band)(?<=\w)\((?:[^()=]*,)?\s*\w+\s*(?P<at>=)(?!=)",
            "arguments have no names here", "write only the values, in their order"),
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
    "and not": Mistake("E202", "", "an operator is missing between '{before}' and 'not'",
                       "write {before} and not {right}"),
    "between": Mistake("E203", "", "'{at}' cannot follow '{before}'",
                       "write what stands between them, or delete one of them"),
    "start": Mistake("E204", "", "there is nothing before '{at}'", "write what stands on its left"),
    "end": Mistake("E205", "", "there is nothing after '{at}'", "write what stands on its right, or delete it"),
    "empty": Mistake("E206", "", "there is nothing inside these brackets",
                     "write something inside them, or delete them"),
    "open": Mistake("E207", "", "this bracket is never closed", "add the missing )"),
    "close": Mistake("E208", "", "this bracket was never opened", "delete it, or add the missing ("),
    "comma": Mistake("E209", "", "a comma can only stand between the arguments of a function", "write one expression"),
    "decimal": Mistake("E210", "", "a decimal number is written with a point", "write {left}.{right}"),
    "if": Mistake("E211", "", "this 'if' has no 'else'", "write both values: first if condition else second"),
    "else": Mistake("E212", "", "this 'else' has no 'if'", "write: first if condition else second"),
    "not": Mistake("E213", "", "'not' cannot follow '{before}'", "put it into brackets: (not {right})"),
    "space": Mistake("E215", "", "a space is missing between '{before}' and '{at}'", "write {before} {at}"),
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


EQUATIONS: tuple[Mistake, ...] = (
    Mistake("E401", r"^(?P<at>(?:if|elif|else|while|for)\b)(?!\s*[=:])", "equations cannot contain the word '{at}'",
            "equations hold at all times; what happens at a spike goes into threshold= and reset="),
    Mistake("E402", r"^(?P<at>(?:import|from|def|class|lambda|return|del|with|try|pass)\b)(?!\s*[=:])",
            "equations cannot contain Python's word '{at}'", "write only equations here"),
    Mistake("E403", r"^(?P<at>d\s*(?:\^\s*|\*\*\s*)?[2-9]\s*(?P<x>\w+)\s*/\s*d\s*t(?:\s*(?:\^|\*\*)?\s*[2-9])?)\s*=",
            "only first derivatives can be written", "write two equations: d{x}/dt = w : ... and dw/dt = ... : ..."),
    Mistake("E404", r"^(?P<x>[A-Za-z]\w*)(?P<at>'+)", "a derivative is not written with a prime", "write d{x}/dt"),
    Mistake("E405", r"^d\s*(?P<x>\w+)\s*/\s*(?P<at>d\s*(?!t\b)[A-Za-z]\w*)\s*=", "'{at}' must be dt",
            "an equation gives the derivative by time: d{x}/dt = ..."),
    Mistake("E406", r"^d\s*(?P<x>\w+)\s*/\s*(?P<at>(?!dt\b|d\s+t\b)[A-Za-z]\w*)\s*=", "'{at}' must be dt",
            "an equation gives the derivative by time: d{x}/dt = ..."),
    Mistake("E407", r"^(?P<at>d\s*(?P<x>\w+)\s*/\s*d\s*t)\s*:", "a derivative needs an expression",
            "write d{x}/dt = ... and then the unit of {x}"),
    Mistake("E408", r"^(?P<x>[A-Za-z]\w*)\s*(?P<at>\([^()=:]*\))\s*=", "the left side of an equation has no brackets",
            "write d{x}/dt = ... or {x} = ..."),
    Mistake("E409", r"^(?P<x>[A-Za-z]\w*)\s*(?P<at>\[[^\]=:]*\]?)\s*[=:]", "the left side of an equation has no index",
            "write {x}: an equation holds for every element of the group"),
    Mistake("E410", r"^[\w/ ]+(?P<at>==+)", "an equation is written with one '='", "write = instead of {at}"),
    Mistake("E411", r"^[\w/ ]+(?P<at>:=|<-|(?:\*\*|//|[-+*/%])=)", "an equation cannot be written with '{at}'",
            "write =; changes at a spike go into reset= or on_pre=, other changes into run_regularly"),
    Mistake("E412", r"^(?P<x>[A-Za-z]\w*)\s*:(?P<u>[^():=]*)(?P<at>=(?!=)[^:]*)$",
            "an equation cannot give a start value", "write {x} : {u} here and set the value of {x} on the group"),
    Mistake("E413", r"^[A-Za-z]\w*\s*(?P<at>,)\s*\w+[^=:]*[=:]", "each variable needs a line of its own",
            "write one equation per line"),
    Mistake("E414", r"(?P<at>;)", "equations are not separated by ';'", "write one equation per line"),
    Mistake("E415", r":[^:=()]*(?P<at>\[)", "flags stand in round brackets", "write ( ) instead of [ ]"),
    Mistake("E416", r"^(?P<at>[0-9]\w*)\s*[=:]", "a name cannot begin with a digit", "begin the name with a letter"),
    Mistake("E417", r"^(?P<at>d\s*[0-9]\w*)\s*/\s*d\s*t", "a name cannot begin with a digit",
            "begin the name with a letter"),
    Mistake("E418", r"^(?P<at>[A-Za-z]\w*\.[\w.]*)\s*[=:]", "a name cannot contain a dot",
            "use letters, digits and underscores"),
    Mistake("E419", r"^(?P<at>[A-Za-z]\w*-[\w-]*)\s*[=:]", "a name cannot contain a minus sign",
            "use letters, digits and underscores"),
    Mistake("E420", r"^(?P<at>[A-Za-z]\w*[ ]+\w+(?:[ ]+\w+)*)\s*[=:]", "a name cannot contain spaces",
            "use letters, digits and underscores"),
    Mistake("E421", r"^(?P<at>:)", "there is no name before ':'", "write the name of the variable, e.g. v : volt"),
    Mistake("E422", r"^(?P<at>=)", "there is no name before '='",
            "write the name of the variable, e.g. v = ... : volt"),
)
"""Lines that look like equations of another language, or nearly like ours.  The line is without comments."""

LINES: dict[str, Mistake] = {
    "no colon": Mistake("E430", "", "the unit of '{x}' is missing",
                        "end the equation with ':' and a unit, e.g. ': volt', or ': 1' for a number"),
    "colon": Mistake("E431", "", "a ':' is missing before the unit", "write : {unit}"),
    "no unit": Mistake("E432", "", "there is no unit after ':'", "write a unit, e.g. volt, or 1 for a number"),
    "second colon": Mistake("E433", "", "this is a second ':' in the same equation",
                            "an equation has one ':', before its unit; write each equation on a line of its own"),
    "flags": Mistake("E434", "", "flags stand in brackets", "write ({at})"),
    "unit in brackets": Mistake("E443", "", "a unit must stand before these brackets",
                                "write e.g. ': volt (constant)'; brackets hold flags"),
    "empty flags": Mistake("E435", "", "a flag is missing after '{at}'",
                           "write a flag, or delete the brackets or the comma"),
    "open flags": Mistake("E436", "", "this bracket is never closed", "add the missing )"),
    "after": Mistake("E437", "", "nothing can stand after the flags", "write the next equation on a line of its own"),
    "other": Mistake("E438", "", "this is not an equation",
                     "write 'dx/dt = expression : unit', 'x = expression : unit' or 'x : unit'"),
    "twice": Mistake("E439", "", "'{at}' is defined twice", "delete one of the two; the first is in line {line}"),
    "type": Mistake("E440", "", "'{x}' changes continuously and cannot be {at}",
                    "write a unit, or 1 for a number without unit"),
    "derivative": Mistake("E441", "", "an expression cannot contain the derivative {at}",
                          "write the right side of d{x}/dt as an equation of its own, and use its name in both places"),
    "equation needs": Mistake("E442", "", "there is no expression between '=' and ':'", "write the formula of {x}"),
}
"""What is found while a line is read (by `eqsim.syntax.lines`)."""


SETS = r"(?:\*\*|//|[-+*/%])?="

STATEMENTS: tuple[Mistake, ...] = (
    Mistake("E301", r"^(?P<at>(?:if|elif|else)\b)(?!\s*=)", "statements cannot contain '{at}'",
            "write a choice as: x = first if condition else second"),
    Mistake("E302", r"^(?P<at>(?:for|while|break|continue)\b)(?!\s*=)", "statements cannot contain a loop",
            "a statement already holds for every element"),
    Mistake("E303", r"^(?P<at>(?:import|from|def|class|lambda|return|del|with|try|pass|assert|raise|global)\b)(?!\s*=)",
            "statements cannot contain Python's word '{at}'", "write only assignments such as v = 0*mV"),
    Mistake("E304", r"^(?P<at>print\s*\()", "statements cannot print", "record variables with a StateMonitor instead"),
    Mistake("E305", r"^(?P<x>\w+)\s*(?P<at>\+\+)\s*$", "'++' is not known here", "write {x} += 1"),
    Mistake("E306", r"^(?P<x>\w+)\s*(?P<at>--)\s*$", "'--' is not known here", "write {x} -= 1"),
    Mistake("E307", r"^(?P<at>d\s*\w+\s*/\s*d\s*t)\s*=", "a statement cannot change an equation",
            "write the derivative into the equations of the group"),
    Mistake("E308", r"^(?P<x>\w+)\s*(?P<at>\[[^\]=]*\]?)\s*" + SETS,
            "the left side of a statement has no index",
            "write {x}: a statement holds for every element it is run for"),
    Mistake("E309", r"^(?P<at>\w+\s*\.\s*\w[\w.]*)\s*" + SETS,
            "the left side of a statement has no dot", "write the plain name of a variable"),
    Mistake("E310", r"^\w+\s*(?P<at>,)[^=]*=", "a statement sets one variable",
            "write one statement for each variable"),
    Mistake("E311", r"^(?P<x>\w+)\s*(?P<at>:=|<-)", "'{at}' is not known here", "write {x} = ..."),
    Mistake("E312", r"^(?P<x>\w+)\s*(?P<at>(?:&|\||\^|@|<<|>>)=)", "'{at}' is not known here",
            "use one of = += -= *= /= //= %= **="),
    Mistake("E313", r"^(?P<x>\w+)\s*=\s*(?P<y>\w+)\s*(?P<at>=)(?!=)", "a statement has only one '='",
            "write one statement for each variable"),
    Mistake("E314", r"=[^=]*[\w)]\s+(?P<at>\w+\s*" + SETS + r")(?!=)",
            "a new statement begins here on the same line", "write ; or a new line before it"),
    Mistake("E315", r"^\w+\s*(?P<at>==)", "this compares, but a statement must set something",
            "write one = to set {left}"),
    Mistake("E316", r"(?P<at>:[^=:]*)$", "a statement has no unit",
            "units of variables stand in the equations: delete this part"),
    Mistake("E319", r"=[^=()]*(?P<at>,)\s*\w+\s*" + SETS + "(?!=)", "a comma cannot separate statements",
            "write ; or a new line instead"),
    Mistake("E317", r"^(?P<at>[0-9]\w*)\s*" + SETS, "a name cannot begin with a digit",
            "begin the name with a letter"),
    Mistake("E318", r"^(?P<at>" + SETS + ")", "there is no name before '{at}'",
            "write the variable to set, e.g. v = 0*mV"),
)
"""Statements that look like those of another language, or nearly like ours.  The statement is on its own."""

ASSIGNMENTS: dict[str, Mistake] = {
    "nothing set": Mistake("E320", "", "this computes a value, but does not set anything", "write variable = {x}"),
    "empty": Mistake("E321", "", "there is nothing after '{at}'", "write the new value of {x}"),
    "other": Mistake("E322", "", "this is not a statement", "write an assignment such as v = 0*mV or w += 1"),
}
"""What is found while a statement is read (by `eqsim.syntax.statements`)."""
