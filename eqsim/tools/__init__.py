"""Tools on top of everything: explanations, formulas for notebooks."""
