"""The results of guards, put into words."""

from analytics.skill.model import Guard, GuardResult, Limits


def decided(guard: Guard, limits: Limits, value: float, what: str) -> GuardResult:
    """Return the result of comparing a value with limits."""
    passed = limits.allow(value)
    return settled(guard, value, f"{what}; {describe_limits(limits)}", passed=passed)


def settled(guard: Guard, value: float, reason: str, *, passed: bool) -> GuardResult:
    """Return a result whose reason is a clause."""
    return GuardResult(
        guard=guard.name,
        passed=passed,
        score=float(value),
        reason=f"{reason[0].upper()}{reason[1:]}.",
        status="passed" if passed else "failed",
    )


def skipped(guard: Guard, why: str) -> GuardResult:
    """Return the result of a guard that could not run."""
    return GuardResult(
        guard.name, passed=False, score=None, reason=f"Skipped: {why}.", status="skipped"
    )


def describe_limits(limits: Limits) -> str:
    """Say what is allowed, such as "at least 3 and at most 5 are allowed"."""
    ends = [
        f"at {word} {end:g}"
        for word, end in (("least", limits.low), ("most", limits.high))
        if end is not None
    ]
    return f"{' and '.join(ends)} allowed" if ends else "anything allowed"
