"""Measuring images: colours, contrast, and what looks like text. Pure functions on pixels."""
