"""The three patterns: how steps combine. They know nothing of posts, and nest.

Sequential is plain `await`: each step's output is an argument of the next. `parallel` runs many,
collects failures beside results and slows down when it meets a rate limit. `iterate` writes,
reviews and revises until a review accepts, keeping the best round. `retrying` is what a single
step does about failures that may pass.
"""

from meshkit.patterns.attempts import LONGER, retrying
from meshkit.patterns.branches import NotNowError, Outcomes, parallel
from meshkit.patterns.rounds import Iteration, iterate

__all__ = ["LONGER", "Iteration", "NotNowError", "Outcomes", "iterate", "parallel", "retrying"]
