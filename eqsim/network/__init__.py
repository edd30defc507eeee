"""Layer 10: networks, their runs, preferences."""
