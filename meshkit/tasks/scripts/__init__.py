"""Lua scripts of the task layer; each is one atomic step on one slot."""
