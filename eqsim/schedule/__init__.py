"""Layer 7: the order of a step, and linking objects into one program."""
