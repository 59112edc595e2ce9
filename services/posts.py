"""What the agents that measure share: examples as posts, and the measures loaded beforehand."""

from collections.abc import Iterable

from analytics.measures import measure
from analytics.post import Post
from manusmesh.type.v1 import skill_pb2


def load() -> None:
    """Loads the coefficients and models of the text measures, about a second's work."""
    measure("We opened our new workshop this week. Come by and tell us what you think of it!")


def to_posts(examples: Iterable[skill_pb2.Example]) -> list[Post]:
    """The examples as the analytics see them, in their order."""
    return [_to_post(example) for example in examples]


def _to_post(example: skill_pb2.Example) -> Post:
    metrics = example.performance_metrics
    return Post(
        platform=example.platform,
        text=example.content,
        has_image=bool(example.image_url),
        likes=metrics.likes,
        comments=metrics.comments,
        shares=metrics.shares,
        impressions=metrics.impressions if metrics.HasField("impressions") else None,
    )
