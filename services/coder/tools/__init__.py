"""Tools of the coder agent."""
