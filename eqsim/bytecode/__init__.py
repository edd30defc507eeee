"""Layer 3b: programs as bytecode, for a machine that is compiled once for all of them.

In: a program.  Out: its code, a list of 64-bit words, that starts at once and runs at about half the speed of compiled code.
"""


class Unsupported(Exception):
    """What the machine cannot do."""
