"""Looking at competitors: what brand voice and competitive analysis share."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from jobs import actions
from jobs.job import Steps
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.type.v1 import competition_pb2, evidence_pb2
from meshkit.errors import MeshError, Reason
from meshkit.outbound import urls

AT_ONCE: Final = 4
"""Competitors looked at at once; each host is asked slowly anyway."""
_SOURCES: Final = ("website", "feed", "linkedin", "twitter", "facebook", "instagram")
_DETAILS_MAX: Final = 2400
_MESSAGE_MAX: Final = 900
"""Bytes of addresses with reasons, and of the sentence, that an error tells: it is metadata."""


def period(until: datetime, days: int) -> tuple[Timestamp, Timestamp]:
    """Beginning and end of the `days` before `until`."""
    start, end = Timestamp(), Timestamp()
    start.FromDatetime(until - timedelta(days=days))
    end.FromDatetime(until)
    return start, end


def counts(competitors: Sequence[competition_pb2.Competitor]) -> list[int]:
    """How many addresses each competitor has, 1 to 6."""
    return [len(each.platforms.ListFields()) for each in competitors]


def addresses(competitors: Sequence[competition_pb2.Competitor]) -> list[planning.AddressBrief]:
    """All addresses in the order of the competitors: what a plan needs of them, no more."""
    hosts: dict[str, int] = {}
    found = []
    for competitor in competitors:
        for source in _SOURCES:
            if url := getattr(competitor.platforms, source):
                host = hosts.setdefault(_host(url), len(hosts))
                found.append(planning.AddressBrief(source=source, host=host))
    return found


def _host(url: str) -> str:
    """Whose turn it is to be asked; an address that will be refused takes nobody's."""
    try:
        return urls.parse(url).authority
    except urls.RefusedUrlError:
        return url


class Looks:
    """Looks at the competitors of one task, each a step of its own, numbered from 1.

    Ids of receipts become unique within the task: each report's own begin at `fetch_1`, so the step
    comes first.
    """

    def __init__(
        self,
        steps: Steps,
        competitors: Sequence[competition_pb2.Competitor],
        since: Timestamp,
        until: Timestamp,
    ) -> None:
        self._steps = steps
        self._competitors = competitors
        self._since = since
        self._until = until
        self._receipts: dict[int, Sequence[evidence_pb2.FetchReceipt]] = {}

    @property
    def receipts(self) -> list[evidence_pb2.FetchReceipt]:
        """The receipts of all, in the order of the competitors, also of those that failed."""
        return [each for number in sorted(self._receipts) for each in self._receipts[number]]

    async def at(self, number: int) -> competition_pb2.CompetitorReport:
        """Reads what one competitor published.

        Raises:
            MeshError: NOT_FOUND when nothing of it could be read, with the reasons.
        """
        competitor = self._competitors[number - 1]

        def unread(report: competition_pb2.CompetitorReport) -> MeshError | None:
            if not report.failure:
                return None
            # Nobody else keeps what a failed step has made.
            self._receipts[number] = _named(report, number).receipts
            return _not_found(report)

        report = await self._steps.run(
            _step_of(number),
            actions.RESEARCH_COMPETITOR,
            research.ResearchCompetitorRequest(
                competitor=competitor, period_from=self._since, period_to=self._until
            ),
            title=f"Research Agent reading what {competitor.name} publishes",
            failure=unread,
        )
        named = _named(report, number)
        self._receipts[number] = named.receipts
        return named

    def missed(self, number: int, error: MeshError) -> None:
        """Tells the task of a competitor of which nothing could be read."""
        self._steps.missing(_step_of(number), self._competitors[number - 1].name, error)

    def failed(
        self, failures: Sequence[tuple[int, MeshError]]
    ) -> list[competition_pb2.FailedCompetitor]:
        """The competitors of which nothing could be read, with the reasons."""
        return [
            competition_pb2.FailedCompetitor(
                name=self._competitors[number - 1].name,
                reason=error.message,
                receipt_ids=[each.id for each in self._receipts.get(number, ())],
            )
            for number, error in failures
        ]


def _step_of(number: int) -> str:
    """The step that looks at the competitor of a number, from 1."""
    return f"research_{number}"


def _named(
    report: competition_pb2.CompetitorReport, number: int
) -> competition_pb2.CompetitorReport:
    """A report whose receipts have ids that no other competitor's have; the step's own is kept."""
    named = competition_pb2.CompetitorReport()
    named.CopyFrom(report)
    for receipt in named.receipts:
        receipt.id = f"{_step_of(number)}_{receipt.id}"
    for post in named.posts:
        post.receipt_id = f"{_step_of(number)}_{post.receipt_id}"
    return named


def _not_found(report: competition_pb2.CompetitorReport) -> MeshError:
    """What to say of a competitor of which nothing could be read."""
    room = _DETAILS_MAX // (2 * max(1, len(report.sources)))
    sources = [
        {
            "source": each.source,
            "url": _cut(each.url, room),
            "failure": _cut(each.failure, room),
        }
        for each in report.sources
    ]
    reasons = "; ".join(f"{each['source']}: {each['failure'].rstrip('.')}" for each in sources)
    return MeshError(
        Reason.NOT_FOUND,
        _cut(f"{report.failure} {reasons}.", _MESSAGE_MAX),
        details={"competitor": report.name, "sources": sources},
    )


def _cut(text: str, room: int) -> str:
    """As much of a text as fits into so many bytes of ASCII JSON."""
    if len(json.dumps(text)) <= room:
        return text
    kept = text[:room]
    while kept and len(json.dumps(f"{kept}…")) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
