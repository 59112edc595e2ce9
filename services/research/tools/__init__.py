"""The research agent's tools for the web."""
