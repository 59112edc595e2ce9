"""Calls to addresses that a tenant names: only public ones, checked where they are dialled."""
