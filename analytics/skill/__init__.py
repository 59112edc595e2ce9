"""The skill file: its model, its schema, and how it is written, checked and revised."""
