"""Language identification on film subtitles; nothing is fitted on these lines."""

from pathlib import Path

import numpy as np

from analytics.language import identify
from analytics.text import plain
from tools.evals.table import Row, bootstrap
from tools.fit.common import read


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    data = read(folder, "languages")
    right = np.array([identify(plain(row["text"])) == row["lang"] for row in data], dtype=float)
    protocol = "fitted on none of them; a line that cannot be told counts as wrong"
    return [bootstrap("language", lambda hits: float(hits.mean()), right, protocol=protocol)]
