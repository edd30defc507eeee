"""Passes over programs: each keeps the meaning, and the bits."""
