"""What the agents that measure share: examples as posts, and the measures loaded beforehand."""

from collections.abc import Iterable

from analytics.images.model import ImageMeasures, PostImage
from analytics.measures import measure
from analytics.post import Post
from manusmesh.type.v1 import image_pb2, skill_pb2
from meshkit.plain import from_message


def load() -> None:
    """Loads the coefficients and models of the text measures, about a second's work."""
    measure("We opened our new workshop this week. Come by and tell us what you think of it!")


def to_posts(
    examples: Iterable[skill_pb2.Example], images: image_pb2.ImageReport | None = None
) -> list[Post]:
    """The examples as the analytics see them, in their order.

    Args:
        examples: The examples.
        images: What was found out about their images; None or empty when nobody has looked.
    """
    known = {image.index: _to_image(image) for image in images.images} if images else {}
    return [_to_post(example, known.get(index)) for index, example in enumerate(examples)]


def _to_image(image: image_pb2.ExaminedImage) -> PostImage:
    measured = image.HasField("measures")
    measures = from_message(image.measures, ImageMeasures) if measured else None
    return PostImage(measures, image.failure)


def _to_post(example: skill_pb2.Example, image: PostImage | None) -> Post:
    metrics = example.performance_metrics
    return Post(
        platform=example.platform,
        text=example.content,
        has_image=bool(example.image_url),
        likes=metrics.likes,
        comments=metrics.comments,
        shares=metrics.shares,
        impressions=metrics.impressions if metrics.HasField("impressions") else None,
        image=image,
    )
