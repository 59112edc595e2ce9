"""What competitors publish, and what follows from it: pure functions on found posts."""
