"""What notes quote: the replacements that were made, the parts and the facts that went."""

from collections.abc import Iterable, Sequence
from typing import Final

from analytics.refinement.facts import holds, lost
from analytics.refinement.work import Work


def listed(made: Sequence[tuple[str, str]], most: int = 6) -> str:
    """Names replacements, such as “utilize” → “use”, each once."""
    named = []
    for old, new in made:
        one = f"“{old}” → “{new}”" if new else f"“{old}” dropped"
        if one not in named:
            named.append(one)
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more


def quoted(parts: Iterable[str]) -> str:
    """Names texts in quotes, each in full on one line."""
    return ", ".join(f"“{' '.join(part.split())}”" for part in parts)


def shortly_quoted(parts: Sequence[str], most: int = 5) -> str:
    """Names the first texts in quotes, each cut to 80 characters on one line."""
    told = quoted(part if len(part) <= 80 else part[:79].rstrip() + "…" for part in parts[:most])
    return told + (f" and {len(parts) - most} more" if len(parts) > most else "")


def losses(work: Work, text: str, *, why: str = "", of: str = "") -> str:
    """Names the facts that a new text costs and no note has named yet, each in full.

    Args:
        work: The text on its way; what is named here is not named again.
        text: The new text.
        why: What they go for, a clause with its comma and colon; "" where that was said.
        of: What was to go: facts in it are not named beside it.

    Returns:
        A sentence behind a space; "" where no fact went.
    """
    missing = [fact for fact in lost(work.text, text, work.language) if fact not in work.named]
    work.named += missing
    told = ", ".join(f"“{fact}”" for fact in missing if not holds(of, fact))
    return f" With it went{why} {told}." if told else ""


ROOM: Final = ", for want of room:"
"""Why facts go where a limit must be met."""

COST: Final = ", because nothing without a fact could go:"
"""Why facts go where a text shall only be shorter."""
