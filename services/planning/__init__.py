"""The planning agent: turns a request into a checked plan."""
