"""The bench: how fast the mesh answers, beside a floor that does the least possible."""
