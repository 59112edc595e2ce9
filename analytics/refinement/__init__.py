"""Refining a text as feedback asks, by rules: read the wishes, rewrite, check, rank."""
