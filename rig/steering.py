"""What a request to the rig can make happen, by the name of its skill.

- `slow-N`: every step takes N milliseconds (0 to 600 000).
- `fail`: the coder fails with INTERNAL, for good.
- `flaky`: the coder fails with UPSTREAM_UNAVAILABLE at its first attempt.
- `poison` and whatever begins with it: the coder takes a minute, and the orchestrator that works on
  its step is killed after 0.3 s.
- any other name, or none: every step ends after `MESH_RIG__STEP_MS`.

Planning is not told the name of a skill, the other agents are: planning hears of `slow-N` by the
number of characters, research and the reporter of all by the text of their only example.
"""

import re
from typing import Final

FAIL: Final = "fail"
FLAKY: Final = "flaky"
POISON: Final = "poison"
_SLOW: Final = re.compile(r"slow-(\d{1,6})")
_LONGEST_MS: Final = 600_000
POISONED_MS: Final = 60_000
"""How long the coder works on poison: longer than anybody lives who waits for it."""
_TEXT: Final = "The rig shall do as it is told: "


def slow_ms(skill_name: str) -> int:
    """Milliseconds that every step shall take; 0 when the name says nothing about it."""
    found = _SLOW.fullmatch(skill_name)
    return min(int(found[1]), _LONGEST_MS) if found else 0


def poisonous(skill_name: str) -> bool:
    """Whether whoever works on the coder's step shall die of it."""
    return skill_name.startswith(POISON)


def as_text(skill_name: str) -> str:
    """The text of an example that carries a name; long enough for the contract."""
    return _TEXT + skill_name


def from_text(text: str) -> str:
    """The name that the text of an example carries; empty when it carries none."""
    return text.removeprefix(_TEXT) if text.startswith(_TEXT) else ""
