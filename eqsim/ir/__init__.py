"""Layer 1: the intermediate representation: its nodes, its meaning, its checks."""
