"""Fetches what strangers publish: safely, politely, within bounds, and with a receipt.

Each hop of a fetch, the first and every redirect, is an address of its own: its URL is checked, the
robots.txt of its site asked, the host's turn awaited, and its addresses are judged when they are
dialled. robots.txt itself is fetched the same way, without asking another one.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urldefrag, urljoin
from weakref import WeakValueDictionary

from manusmesh.type.v1 import evidence_pb2
from meshkit import __version__
from meshkit.config import FetchSettings
from meshkit.isolation.workers import Workers
from meshkit.outbound import urls
from meshkit.outbound.dialing import CheckedBackend
from meshkit.outbound.outcomes import (
    BUSY,
    FAILURES,
    EndedError,
    content_type,
    ended,
    http_error,
    is_of,
)
from meshkit.outbound.receipts import Receipts, note_body, settle
from meshkit.outbound.requesting import (
    Bounds,
    Response,
    request,
)
from meshkit.outbound.retry_after import retry_after_s
from meshkit.outbound.robots import AGENT, Decision, Robots, Rules, decode, origin
from meshkit.outbound.turns import NoTurnError, Turns
from meshkit.outbound.urls import RefusedUrlError, Target
from meshkit.redis import Redis

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY_REST_S: Final = 30.0
"""How long a host rests that says 429 without saying for how long."""
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
_ROBOTS_ABSENT: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a fetch.

    Attributes:
        receipt: Says how it ended.
        body: What was read; empty unless the receipt's outcome is "ok".
        content_type: The media type in lower case without parameters; empty when none was given.
        charset: The character set that the answer names; empty when it names none.
    """

    receipt: evidence_pb2.FetchReceipt
    body: bytes = b""
    content_type: str = ""
    charset: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is something to read."""
        return self.receipt.outcome == "ok"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Media types that can be read, all when empty, and the header Accept."""

    types: Sequence[str]
    accept: str


class Fetcher:
    """Fetches over all tasks of a process.

    Attributes:
        user_agent: What it says who it is.
        bytes_max: Bytes of a page that it reads.
    """

    def __init__(
        self, settings: FetchSettings, backend: CheckedBackend, redis: Redis, workers: Workers
    ) -> None:
        self._settings = settings
        self._backend = backend
        self._turns = Turns(redis)
        self._robots = Robots(redis, workers, remember_s=settings.robots_s)
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.user_agent = user_agent(settings.contact)
        self.bytes_max = settings.bytes_max

    async def get(
        self, url: str, receipts: Receipts, *, types: Sequence[str] = (), accept: str = "*/*"
    ) -> Fetched:
        """Fetches an address, if it may be.

        Args:
            url: The address.
            receipts: Gets the receipts of this fetch and of what it has to ask for first.
            types: Media types that can be read; others are not. Empty for all.
            accept: The header Accept.

        Raises:
            RedisAwayError: when Redis is away; every other failure is the receipt's outcome.
        """
        receipt = receipts.begin(url)
        return await self._get(url, receipt, receipts, _Wanted(types, accept), judged=True)

    async def _get(
        self,
        url: str,
        receipt: evidence_pb2.FetchReceipt,
        receipts: Receipts,
        wanted: "_Wanted",
        *,
        judged: bool,
    ) -> Fetched:
        clock = _Clock()
        try:
            hops = self._settings.redirects_max + 1
            for _ in range(hops):
                target = urls.check(url, self._settings.networks)
                interval_s = self._settings.interval_s
                if judged:
                    interval_s = await self._allowed(target, receipt, receipts)
                answer = await self._send(target, clock, interval_s, wanted)
                receipt.status = answer.status
                location = answer.headers.get("location", "")
                if answer.status not in _REDIRECTS or not location:
                    receipt.final_url = url
                    return _fetched(receipt, answer, wanted)
                url = urldefrag(urljoin(url, location)).url
            reason = f"It redirects more than {self._settings.redirects_max} times."
            settle(receipt, "too_many_redirects", reason)
        except RefusedUrlError as error:
            settle(receipt, "refused", f"The address {error}.")
        except ValueError:
            settle(receipt, "refused", "It redirects to what is no address.")
        except EndedError as error:
            settle(receipt, error.outcome, error.reason)
        finally:
            receipt.duration_ms = clock.ms
        return Fetched(receipt)

    async def _allowed(
        self, target: Target, receipt: evidence_pb2.FetchReceipt, receipts: Receipts
    ) -> float:
        """Seconds that requests to an address are to be apart, if it may be fetched at all."""
        decision = await self._decide(target, receipts)
        receipt.robots = decision.verdict
        if decision.verdict == "unreachable":
            message = f"The site's robots.txt could not be read: {decision.reason}"
            raise EndedError("unreachable", message)
        if not decision.allows:
            raise EndedError("disallowed", "The site's robots.txt forbids to fetch it.")
        return max(self._settings.interval_s, decision.crawl_delay_s)

    async def _decide(self, target: Target, receipts: Receipts) -> Decision:
        site = origin(target)
        lock = self._asking.setdefault(site, asyncio.Lock())
        async with lock:
            rules = await self._robots.known(site)
            if rules is None:
                rules = await self._ask_rules(site, receipts)
        return await self._robots.decide(rules, f"{site}{target.path}")

    async def _ask_rules(self, site: str, receipts: Receipts) -> Rules:
        url = f"{site}/robots.txt"
        receipt = receipts.begin(url)
        fetched = await self._get(url, receipt, receipts, _Wanted((), "text/plain"), judged=False)
        if receipt.outcome == "refused" and not receipt.status:
            # Nothing of this host is fetched, whatever its rules may be.
            raise EndedError("refused", receipt.reason)
        if fetched.ok:
            rules = Rules("file", decode(fetched.body))
        elif receipt.status in _ROBOTS_ABSENT and receipt.status not in BUSY:
            rules = Rules("absent")
        else:
            rules = Rules("unreachable", reason=receipt.reason)
        await self._robots.remember(site, rules)
        if fetched.ok and (other := _site_of_robots(receipt.final_url)) not in ("", site):
            # As at most sites: http redirects to https, which needs not be asked again.
            await self._robots.remember(other, rules)
        return rules

    async def _send(
        self,
        target: Target,
        clock: "_Clock",
        interval_s: float,
        wanted: "_Wanted",
    ) -> Response:
        """Sends a request when it is its turn; again, once, to a host that was busy."""
        until = time.monotonic() + self._settings.wait_max_s
        answer = await self._once(target, clock, interval_s, until, wanted)
        asked_s = await self._heed(target, answer)
        if not asked_s or time.monotonic() + asked_s > until:
            return answer
        answer = await self._once(target, clock, interval_s, until, wanted)
        await self._heed(target, answer)
        return answer

    async def _heed(self, target: Target, answer: Response) -> float:
        """Leaves a host alone that says it is busy; answers for how long it said, in seconds."""
        if answer.status not in BUSY:
            return 0.0
        asked_s = retry_after_s(answer.status, answer.headers, datetime.now(UTC))
        await self._turns.put_off(target.authority, asked_s or _BUSY_REST_S)
        return asked_s

    async def _once(
        self,
        target: Target,
        clock: "_Clock",
        interval_s: float,
        until: float,
        wanted: "_Wanted",
    ) -> Response:
        try:
            turn = await self._turns.wait(
                target.authority, interval_s=interval_s, wait_max_s=until - time.monotonic()
            )
            with clock:

                async def ready() -> None:
                    clock.stop()
                    await turn.hold()
                    clock.start()

                return await request(
                    self._backend,
                    target,
                    Bounds(bytes_max=self._settings.bytes_max, timeout_s=self._settings.timeout_s),
                    headers={"User-Agent": self.user_agent, "Accept": wanted.accept},
                    ready=ready,
                    wants=lambda status, headers: status == 200 and is_of(headers, wanted.types),
                )
        except NoTurnError as error:
            message = f"The host is to be left alone for another {max(1, round(error.wait_s))} s."
            raise EndedError("timeout", message) from error
        except FAILURES as error:
            raise ended(error) from error


def user_agent(contact: str) -> str:
    """The user agent of every fetch, with where to find out more."""
    return f"{AGENT}/{__version__}" + (f" (+{contact})" if contact else "")


def _fetched(receipt: evidence_pb2.FetchReceipt, answer: Response, wanted: "_Wanted") -> Fetched:
    media, charset = content_type(answer.headers)
    if answer.status != 200:
        settle(receipt, "http_error", http_error(answer))
        return Fetched(receipt)
    if not is_of(answer.headers, wanted.types):
        settle(receipt, "unsupported", f"It is {_shown(media)}, which cannot be read.")
        return Fetched(receipt)
    note_body(receipt, answer.body)
    settle(receipt, "ok")
    return Fetched(receipt, answer.body, media, charset)


def _shown(media: str) -> str:
    """A media type as a sentence may have it: a stranger has written it."""
    return media if _MEDIA_TYPE.fullmatch(media) else "of a type that is none"


def _site_of_robots(url: str) -> str:
    """The site whose robots.txt an address is; empty when it is none."""
    target = urls.parse(url)
    return origin(target) if target.path == "/robots.txt" else ""


class _Clock:
    """Counts the time of a block, and of the blocks before, without the pauses in them."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._since: float | None = None

    @property
    def ms(self) -> int:
        """Milliseconds so far."""
        return round(self._seconds * 1000)

    def start(self) -> None:
        """Goes on counting."""
        self._since = time.perf_counter()

    def stop(self) -> None:
        """Pauses."""
        if self._since is not None:
            self._seconds += time.perf_counter() - self._since
            self._since = None

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
