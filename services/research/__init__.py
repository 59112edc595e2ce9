"""The research agent: finds evidence."""
