"""Lua scripts of keys, tenants and budgets; each tells its KEYS, ARGV and answer."""
