"""Measures of text, engagement and images: pure functions on plain data."""
