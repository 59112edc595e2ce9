"""What the robots.txt of a site allows (RFC 9309), remembered in Redis for all replicas.

The file is a stranger's: it is parsed in a child process. What it says is kept as it came, because
another path of the same site is another question.
"""

import json
import zlib
from dataclasses import asdict, dataclass
from typing import Final, Literal

from meshkit.isolation.workers import IsolatedError, Workers
from meshkit.outbound.urls import Target
from meshkit.redis import Redis

AGENT: Final = "ManusMesh"
"""The name by which a robots.txt may call us."""
BYTES_MAX: Final = 512 * 1024
"""How much of a file is read; RFC 9309, section 2.5, asks for at least 500 KiB."""
_SCHEMA: Final = 1
_JUDGE: Final = "meshkit.outbound.robots:judge"
_JUDGE_S: Final = 20.0
_UNREACHABLE_S: Final = 60.0
"""How long it is remembered that a site could not tell its rules."""
_CRAWL_DELAY_MAX_S: Final = 3600.0
"""The longest crawl delay that means something."""

Found = Literal["file", "absent", "unreachable"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site says to robots.

    Attributes:
        found: "file"; "absent" when the site has none, which allows all (RFC 9309, section
            2.3.1.3); "unreachable" when it could not tell, which allows nothing (2.3.1.4).
        text: The file.
        reason: Why it is unreachable, a clause; else empty.
    """

    found: Found
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an address may be fetched.

    Attributes:
        verdict: "allowed", "disallowed", "absent" or "unreachable".
        crawl_delay_s: Seconds by which the site wants requests apart, 3600 at most; 0 if it does
            not say.
        reason: Why it is unreachable, a clause; else empty.
    """

    verdict: str
    crawl_delay_s: float = 0.0
    reason: str = ""

    @property
    def allows(self) -> bool:
        """Whether it may be fetched."""
        return self.verdict in ("allowed", "absent")


def origin(target: Target) -> str:
    """The site of an address, which has one robots.txt: such as "https://example.com"."""
    return f"{target.scheme}://{target.authority}"


def decode(body: bytes) -> str:
    """A robots.txt as text; a byte order mark would hide its first line."""
    return body[:BYTES_MAX].decode("utf-8-sig", errors="replace")


class Robots:
    """Remembers rules and applies them."""

    def __init__(self, redis: Redis, workers: Workers, *, remember_s: float) -> None:
        self._redis = redis
        self._workers = workers
        self._remember_s = remember_s

    async def known(self, site: str) -> Rules | None:
        """The rules of a site, if they are remembered."""
        kept = await self._redis.execute("GET", _key(site))
        if not isinstance(kept, bytes):
            return None
        record = json.loads(zlib.decompress(kept))
        if record.pop("schema", 0) != _SCHEMA:
            return None
        return Rules(**record)

    async def remember(self, site: str, rules: Rules) -> None:
        """Keeps the rules of a site; for a minute when it could not tell them."""
        record = json.dumps({"schema": _SCHEMA, **asdict(rules)}).encode()
        seconds = _UNREACHABLE_S if rules.found == "unreachable" else self._remember_s
        await self._redis.execute(
            *("SET", _key(site), zlib.compress(record), "PX", round(seconds * 1000))
        )

    async def decide(self, rules: Rules, url: str) -> Decision:
        """What rules say of an address."""
        if rules.found == "absent":
            return Decision("absent")
        if rules.found == "unreachable":
            return Decision("unreachable", reason=rules.reason)
        asked = json.dumps({"text": rules.text, "url": url}).encode()
        try:
            answer = json.loads(await self._workers.run(_JUDGE, asked, timeout_s=_JUDGE_S))
        except IsolatedError as error:
            # What it raised may repeat the file, which belongs in no sentence of ours.
            what = "it is broken" if error.why == "failed" else str(error)
            return Decision("unreachable", reason=f"{what}.")
        verdict = "allowed" if answer["allowed"] else "disallowed"
        return Decision(verdict, crawl_delay_s=answer["crawl_delay_s"])


def judge(asked: bytes) -> bytes:
    """Applies a robots.txt; runs in a child process.

    Args:
        asked: JSON with the `text` of the file and the `url`.

    Returns:
        JSON with `allowed` and `crawl_delay_s`.
    """
    # Only the child needs it.
    from protego import Protego  # noqa: PLC0415

    question = json.loads(asked)
    rules = Protego.parse(question["text"])
    delay_s = max(0.0, float(rules.crawl_delay(AGENT) or 0.0))
    rate = rules.request_rate(AGENT)
    if rate is not None and rate.requests > 0:
        delay_s = max(delay_s, rate.seconds / rate.requests)
    delay_s = min(delay_s, _CRAWL_DELAY_MAX_S)
    allowed = bool(rules.can_fetch(question["url"], AGENT))
    return json.dumps({"allowed": allowed, "crawl_delay_s": delay_s}).encode()


def _key(site: str) -> str:
    return f"robots:{{{site}}}"
