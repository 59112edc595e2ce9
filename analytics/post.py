"""The post as the analytics see it: plain data, no proto."""

from dataclasses import dataclass


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
    """

    platform: str
    text: str
    has_image: bool
    likes: int
    comments: int
    shares: int
    impressions: int | None

    @property
    def interactions(self) -> int:
        """Likes, comments and shares together, unweighted."""
        return self.likes + self.comments + self.shares
