"""Reading feedback into wishes: words into tokens, clauses, and what is wanted of what."""

from analytics.refinement.reading.feedback import read_feedback

__all__ = ["read_feedback"]
