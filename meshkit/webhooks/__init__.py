"""Webhooks out: telling the tenants' own systems of the end of their tasks."""
