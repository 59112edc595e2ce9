"""Counts and rates in words."""


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: "1 post", "3 posts"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def how_often(per_week: float) -> str:
    """Return a rate in whole numbers: "once in 4 weeks", "once a week", "3 times a week".

    Args:
        per_week: How many a week, above 0.
    """
    whole = round(per_week)
    if whole >= 1:
        named = {1: "once", 2: "twice"}.get(whole, f"{whole} times")
        return f"{named} a week"
    weeks = max(2, round(1 / per_week))
    return f"once in {weeks} weeks"
