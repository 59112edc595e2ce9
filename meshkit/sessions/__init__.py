"""Sessions: many calls to one process on one long-lived stream (docs/adr/0011)."""
