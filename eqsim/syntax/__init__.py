"""From the user's strings to lines, trees and assignments that know their places; every mistake shown with a caret."""

from eqsim.syntax.expressions import Tree, parse_expression
from eqsim.syntax.hosts import check_lines
from eqsim.syntax.lines import Line, parse_equations
from eqsim.syntax.names import check_name, register_identifier_check
from eqsim.syntax.statements import Assignment, parse_statements
from eqsim.syntax.unit import parse_unit

__all__ = [
    "Assignment",
    "Line",
    "Tree",
    "check_lines",
    "check_name",
    "parse_equations",
    "parse_expression",
    "parse_statements",
    "parse_unit",
    "register_identifier_check",
]
