"""The post as the analytics see it: plain data, no proto."""

from dataclasses import dataclass

from analytics.images.model import PostImage


@dataclass(frozen=True, slots=True)
class Post:
    """One published post with what it achieved.

    Attributes:
        platform: "linkedin", "twitter", "facebook" or "instagram".
        text: The text as published, line breaks included.
        has_image: Whether it was published with an image.
        likes: Likes or reactions, at least 0.
        comments: Comments, at least 0.
        shares: Shares, at least 0.
        impressions: How often it was shown, at least 1; None when the platform does not tell.
        image: What is known of its image; None when nobody has looked at it.
    """

    platform: str
    text: str
    has_image: bool
    likes: int
    comments: int
    shares: int
    impressions: int | None
    image: PostImage | None = None

    @property
    def interactions(self) -> int:
        """Likes, comments and shares together, unweighted."""
        return self.likes + self.comments + self.shares

    @property
    def rate_known(self) -> bool:
        """Whether interactions can be divided by impressions.

        More of them than impressions means that the two were counted over different times.
        """
        return bool(self.impressions) and self.interactions <= (self.impressions or 0)
