"""Sweeps: one model over many parameter sets, in many processes or as one batch."""
