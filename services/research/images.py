"""Looks at the images of posts: fetched as politely as pages, decoded and measured in a child."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from analytics.images.model import ColourShare, ImageMeasures, TextBox
from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.type.v1 import image_pb2, run_pb2
from meshkit.agent import tool_call
from meshkit.config import FetchSettings
from meshkit.isolation.workers import IsolatedError, Workers
from meshkit.outbound.fetcher import Fetcher
from meshkit.outbound.receipts import Receipts
from meshkit.plain import to_message

BYTES_MAX: Final = 10 * 1024 * 1024
TIME_S: Final = 15.0
"""Seconds for all images of a call, where no host has more than `_FREE_TURNS` of them."""
_FREE_TURNS: Final = 4
_TURN_S: Final = 2.4
"""What each further image of the same host takes, as that is asked every two seconds only."""
_AT_ONCE: Final = 6
"""Images of all calls that are in memory at once."""
DECODER_MEMORY_MAX: Final = 400 * 1024 * 1024
"""Bytes of address space of a child that decodes, of which libraries take about 170 MiB."""
_EXAMINE: Final = "services.research.reading.picture:examine"
_EXAMINE_S: Final = 10.0
TYPES: Final = ("image/jpeg", "image/png", "image/webp", "image/gif")
ACCEPT: Final = "image/webp, image/png, image/jpeg, image/gif;q=0.8"
Tell = Callable[[run_pb2.ToolCall], None]
Advance = Callable[[run_pb2.Progress], None]


def image_settings(settings: FetchSettings) -> FetchSettings:
    """How images are fetched: as pages, but larger, and without waiting as long for a turn."""
    return settings.model_copy(
        update={"bytes_max": BYTES_MAX, "wait_max_s": min(settings.wait_max_s, 2 * TIME_S)}
    )


def time_for(urls: Sequence[str]) -> float:
    """Seconds that fetching and measuring these may take."""
    most = max(Counter(urlsplit(url).netloc for url in urls).values(), default=0)
    return TIME_S + _TURN_S * max(0, most - _FREE_TURNS)


class ImageExaminer:
    """Examines images over all tasks of a process."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        """Uses a fetcher that takes `BYTES_MAX`, and workers to decode."""
        self._fetcher = fetcher
        self._workers = workers
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def examine(
        self, images: Sequence[pb.ImageAddress], *, time_s: float, tell: Tell, advance: Advance
    ) -> image_pb2.ImageReport:
        """Examines images, each address once.

        Args:
            images: Where they are.
            time_s: Seconds for all of it; what has not been examined by then has failed.
            tell: Told of each use of the tool.
            advance: Told how far it has come.

        Raises:
            RedisAwayError: when Redis is away; every other failure is that of an image.
        """
        receipts = Receipts()
        ends = asyncio.get_running_loop().time() + time_s
        urls = list(dict.fromkeys(image.url for image in images))
        advance(run_pb2.Progress(fraction=0.05, message=f"Research Agent looking at {_some(urls)}"))
        done = 0

        async def one(url: str) -> image_pb2.ExaminedImage:
            nonlocal done
            started = time.perf_counter()
            found = await self._one(url, ends, receipts.part())
            done += 1
            detail = found.failure or _sum(found.measures)
            outcome = "error" if found.failure else "ok"
            tell(tool_call("image_examiner", started, detail, outcome=outcome))
            told = f"{done} of {_some(urls)} looked at"
            advance(run_pb2.Progress(fraction=0.05 + 0.9 * done / len(urls), message=told))
            return found

        try:
            async with asyncio.TaskGroup() as group:
                tasks = {url: group.create_task(one(url)) for url in urls}
        except ExceptionGroup as failures:
            # One image's failure is no error; what is one, as without Redis, is that of all.
            raise failures.exceptions[0] from failures
        report = image_pb2.ImageReport(receipts=receipts.all)
        for image in images:
            added = report.images.add()
            added.CopyFrom(tasks[image.url].result())
            added.index = image.index
        return report

    async def _one(self, url: str, ends: float, receipts: Receipts) -> image_pb2.ExaminedImage:
        found = image_pb2.ExaminedImage(url=url)
        try:
            async with asyncio.timeout_at(ends), self._free:
                fetched = await self._fetcher.get(url, receipts, types=TYPES, accept=ACCEPT)
                found.receipt_id = fetched.receipt.id
                if not fetched.ok:
                    found.failure = _not_fetched(fetched.receipt.reason)
                    return found
                answer = await self._workers.run(_EXAMINE, fetched.body, timeout_s=_EXAMINE_S)
        except TimeoutError:
            if receipts.all:
                found.receipt_id = receipts.all[0].id
            found.failure = _not_fetched("The time for it ran out.")
            return found
        except IsolatedError as error:
            found.failure = f"the image cannot be read: {error}"
            return found
        return _read(found, answer)


def _read(found: image_pb2.ExaminedImage, answer: bytes) -> image_pb2.ExaminedImage:
    """The image with what the child has told, which a hostile image may have made up."""
    try:
        told = json.loads(answer)
        if why := told.get("failure"):
            found.failure = f"the image cannot be read: {why}"
            return found
        found.measures.CopyFrom(to_message(_measures(told), image_pb2.ImageMeasures))
    except (ValueError, TypeError, KeyError, AttributeError):
        found.ClearField("measures")
        found.failure = "the image cannot be read: what read it made no sense"
    return found


def _measures(told: dict[str, Any]) -> ImageMeasures:
    return ImageMeasures(
        format=str(told["format"]),
        width=int(told["width"]),
        height=int(told["height"]),
        palette=tuple(ColourShare(**one) for one in told["palette"]),
        text_known=bool(told["text_known"]),
        text_boxes=tuple(TextBox(**one) for one in told["text_boxes"]),
    )


def _not_fetched(reason: str) -> str:
    clause = reason.rstrip(".")
    return f"the image could not be fetched: {clause[:1].lower()}{clause[1:]}"


def _sum(measures: image_pb2.ImageMeasures) -> str:
    lines = len(measures.text_boxes)
    text = f"{lines} lines of text" if measures.text_known else "too busy to tell text"
    return f"{measures.format}, {measures.width}×{measures.height} pixels, {text}"


def _some(urls: Sequence[str]) -> str:
    return f"{len(urls)} {'image' if len(urls) == 1 else 'images'}"
