"""Layer 8: from a program to source text, and from source text to a compiled library."""
