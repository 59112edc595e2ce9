"""What the agents that deal with voices and competitors share: contracts as plain data."""

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from analytics.brand_voice.records import BrandPost
from analytics.competition.records import CompetitorReport, FoundPost
from manusmesh.type.v1 import competition_pb2, post_pb2


def moment(stamp: Timestamp) -> datetime:
    """A time stamp as a moment in UTC."""
    return stamp.ToDatetime(tzinfo=UTC)


def to_brand_posts(posts: Iterable[post_pb2.Post]) -> list[BrandPost]:
    """A brand's posts as the analytics see them, in their order."""
    return [_to_brand_post(post) for post in posts]


def to_reports(reports: Iterable[competition_pb2.CompetitorReport]) -> list[CompetitorReport]:
    """What was found about competitors as the analytics see it, in its order."""
    return [
        CompetitorReport(
            report.name, tuple(map(_to_found_post, report.posts)), report.outside_period
        )
        for report in reports
    ]


def _to_brand_post(post: post_pb2.Post) -> BrandPost:
    told = post.engagement
    return BrandPost(
        platform=post.platform,
        text=post.content,
        created_at=moment(post.created_at),
        likes=told.likes if told.HasField("likes") else None,
        comments=told.comments if told.HasField("comments") else None,
        shares=told.shares if told.HasField("shares") else None,
    )


def _to_found_post(post: competition_pb2.FoundPost) -> FoundPost:
    return FoundPost(
        source=post.source,
        text=post.text,
        title=post.title,
        published_at=moment(post.published_at) if post.HasField("published_at") else None,
        likes=post.likes if post.HasField("likes") else None,
        comments=post.comments if post.HasField("comments") else None,
        shares=post.shares if post.HasField("shares") else None,
        has_media=post.has_media,
    )
