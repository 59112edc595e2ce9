"""Puts the scores on their scales: fits the constants of `analytics/data/scales.json`.

Run as `python -m tools.fit.scales --data DIR`, after `tone`, `arousal` and `wording`; with
`MESH_ENCODER` only the scale of the enthusiasm that hears an encoder is written. Enthusiasm
and technicality become percentiles among English posts of organisations' Facebook pages; the four
parts of readability are standardised on news articles rewritten at three levels, and their sum is
linked to the Flesch formulas on the posts (same mean, same spread).
"""

import json
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analytics.encoder import fitted, wanted
from analytics.language import identify
from analytics.linear import features_of
from analytics.readability import MIN_WORDS, Difficulty, measure_difficulty, syllables
from analytics.scales import SHARES
from analytics.text import Parsed, parse, plain
from analytics.tone import tone
from analytics.vocabulary import raw_technicality
from tools.fit.common import COEFFICIENTS, data_folder, read

Floats = npt.NDArray[np.float64]
Scales = dict[str, Floats]


def main() -> None:
    """Fits and writes the constants."""
    folder = data_folder(__doc__ or "")
    posts = [parse(row["text"]) for row in read(folder, "fb_pages/posts.jsonl")]
    posts = [p for p in posts if identify(plain(p.text)) == "en" and p.words]
    scales = _enthusiasm(posts)
    if not wanted():
        scales |= _technicality(posts) | _readability(posts, folder)
    rounded = {name: [round(float(x), 4) for x in values] for name, values in scales.items()}
    path = COEFFICIENTS / "scales.json"
    known = json.loads(path.read_text(encoding="utf-8")) | rounded
    lines = (f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in known.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{path.name}: from {len(posts):,} posts")


def _enthusiasm(posts: list[Parsed]) -> Scales:
    tones = tone([features_of(p.sentences, "en") for p in posts], "en")
    found = np.percentile([t.enthusiasm for t in tones if t], SHARES)
    return {fitted("enthusiasm"): found}


def _technicality(posts: list[Parsed]) -> Scales:
    found = [raw_technicality(post.words) for post in posts]
    return {"technicality": np.percentile([x for x in found if x is not None], SHARES)}


def _readability(posts: list[Parsed], folder: Path) -> Scales:
    articles = [
        astuple(_difficulty(parse(row["text"]))) for row in read(folder, "readability_levels")
    ]
    mean, deviation = np.mean(articles, axis=0), np.std(articles, axis=0)
    long_enough = [p for p in posts if len(p.words) >= MIN_WORDS]
    parts = np.array([astuple(_difficulty(p)) for p in long_enough])
    hardness = ((parts - mean) / deviation).sum(axis=1)
    ease, grade = np.array([_flesch(p) for p in long_enough]).T
    return {
        field.name: np.array([mean[i], deviation[i]]) for i, field in enumerate(fields(Difficulty))
    } | {"ease": _link(hardness, ease, sign=-1), "grade": _link(hardness, grade, sign=1)}


def _difficulty(text: Parsed) -> Difficulty:
    difficulty = measure_difficulty(text.words, features_of(text.sentences, "en"))
    if difficulty is None:
        raise ValueError("a text without words")
    return difficulty


def _flesch(text: Parsed) -> tuple[float, float]:
    """Flesch reading ease and Flesch-Kincaid grade."""
    length = len(text.words) / len(text.sentences)
    spelled = [w for w in text.words if w[0].isalpha()]
    weight = sum(map(syllables, spelled)) / len(spelled)
    return 206.835 - 1.015 * length - 84.6 * weight, 0.39 * length + 11.8 * weight - 15.59


def _link(hardness: Floats, formula: Floats, *, sign: int) -> Floats:
    """Linear linking: offset and slope that give `hardness` the mean and spread of `formula`."""
    slope = sign * formula.std() / hardness.std()
    return np.array([formula.mean() - slope * hardness.mean(), slope])


if __name__ == "__main__":
    main()
