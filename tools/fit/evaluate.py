"""Checks the measures that are not fitted, or not on these data, against human judgement.

Run as `python tools/fit/evaluate.py --data DIR`; prints the figures of `analytics/data/README.md`:
readability against teachers' judgement (by length of text), language identification, questions and
calls to action against labelled tweets.
"""

from pathlib import Path

import numpy as np
import regex
from common import data_folder, read
from scipy.stats import spearmanr

from analytics.actions import asks, calls_to_action
from analytics.language import identify
from analytics.readability import measure_difficulty, total
from analytics.text import parse, plain

_ADDRESSEES = regex.compile(r"^(?:RT @\S+\s*|@\S+\s+)++")


def main() -> None:
    """Prints all figures."""
    folder = data_folder(__doc__ or "")
    _readability(folder)
    _languages(folder)
    _speech_acts(folder)


def _readability(folder: Path) -> None:
    rows = read(folder, "readability")
    judged = [row["ease"] for row in rows]
    for most in (10, 20, 30, 50, 100, 1000):
        hardness = []
        for row in rows:
            text = parse(" ".join(row["text"].split()[:most]))
            difficulty = measure_difficulty(text.words, max(1, len(text.sentences)))
            hardness.append(0.0 if difficulty is None else total(difficulty))
        print(f"readability, first {most} words: Spearman {-spearmanr(hardness, judged)[0]:.3f}")
    levels = read(folder, "readability_levels")
    by_article: dict[str, dict[int, float]] = {}
    for row in levels:
        text = parse(row["text"])
        difficulty = measure_difficulty(text.words, len(text.sentences))
        if difficulty is not None:
            by_article.setdefault(row["article"], {})[row["level"]] = total(difficulty)
    pairs = [
        versions[high] > versions[low]
        for versions in by_article.values()
        for low, high in ((0, 1), (1, 2), (0, 2))
    ]
    print(f"versions of one article in the right order: {np.mean(pairs):.3f} of {len(pairs)} pairs")


def _languages(folder: Path) -> None:
    rows = read(folder, "languages")
    named = [identify(plain(row["text"])) for row in rows]
    right = np.mean([code == row["lang"] for code, row in zip(named, rows, strict=True)])
    print(f"languages: {right:.3f} right, {named.count('und') / len(rows):.3f} unsure")


def _speech_acts(folder: Path) -> None:
    rows = read(folder, "speech_acts")
    acts = np.array([row["act"] for row in rows])
    sentences = [parse(_ADDRESSEES.sub("", row["text"])).sentences for row in rows]
    asking = np.array([any(asks(s, "en") for s in each) for each in sentences])
    calling = np.array([bool(calls_to_action(each, "en")) for each in sentences])
    for name, found, wanted in (
        ("questions", asking, acts == "QUE"),
        ("calls to action", calling, np.isin(acts, ["REQ", "SUG"])),
    ):
        hits = (found & wanted).sum()
        precision, recall = hits / found.sum(), hits / wanted.sum()
        f1 = 2 * precision * recall / (precision + recall)
        print(f"{name}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")


if __name__ == "__main__":
    main()
