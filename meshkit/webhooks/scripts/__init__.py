"""The Lua scripts of the webhooks."""
