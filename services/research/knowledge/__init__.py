"""The tenants' documents: read, cut into chunks, kept, found by words and by meaning.

Which engine keeps them, and why: docs/adr/0013-knowledge-base-in-sqlite.md.
"""
