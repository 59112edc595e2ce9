"""Teaches the network of `analytics.context` what sentences sound like.

Of sentences of public sets it is asked what the second and the fourth layer of the encoder
all-MiniLM-L6-v2 make of their tokens; of labelled ones the emotion, the politeness, the speech act.
It sees no text and no label of the sets of formality and arousal, so that these can be evaluated
with it. Run as `python -m tools.fit.context --data DIR --wheel FILE`, with the wheel that
`tools/vectors/requirements.txt` pins; takes ten minutes. Writes `context_en.npz`; run `formality`,
`arousal` and `scales` afterwards.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.context import FILE_NAME, Network, network_of, see
from analytics.landmarks import Landmarks
from analytics.linear import features_of
from analytics.tone import TONES
from tools.fit import landmarks
from tools.fit.arrays import write_npz
from tools.fit.common import COEFFICIENTS, Integers, Row, read
from tools.fit.drawn import cut, draw, unseen, wording
from tools.fit.encoder import SentenceEncoder
from tools.fit.network import Floats, Lessons, Trainer

_DIMENSIONS: Final = 48
_UNITS: Final = 128
_COMPONENTS: Final = 128  # of both layers, that are to be told
_LAYERS: Final = (2, 4)
_REACHES: Final = (1.0, 0.5, 0.5, 0.7)
"""What the spreads of units' means, their peaks, tokens' vectors and counts are in a distance."""
_ACT_SHARE: Final = 0.5  # what labels of speech acts weigh: they are noisy


def main() -> None:
    """Reads the sentences, trains the network and writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--wheel", type=Path, required=True, help="where the encoder is in")
    arguments = parser.parse_args()
    encoder = SentenceEncoder.read(arguments.wheel)
    drawn = draw(arguments.data)
    sentences = cut(drawn)
    states = _components(_states(encoder, sentences), [len(each) for each in sentences])
    texts, labels, shares = _labelled(arguments.data)
    labelled, hidden = cut(texts), unseen(arguments.data)
    told = np.array(
        [
            len(each) > 0 and wording(text) not in hidden
            for each, text in zip(labelled, texts, strict=True)
        ]
    )
    lessons = Lessons(
        [*sentences, *(each for each, is_told in zip(labelled, told, strict=True) if is_told)],
        states,
        labels[told],
        shares[told],
    )
    trainer = Trainer(_first_vectors(encoder, sentences), _UNITS, lessons, encoder.marks)
    trainer.train()
    scale = np.abs(trainer.vectors).max(axis=1, keepdims=True) / 127
    steps = np.round(trainer.vectors / scale).astype(np.int8)
    start, end = encoder.marks
    network = network_of(steps * scale, trainer.window, trainer.bias, start=start, end=end)
    # As of no language, which has no vectors.
    surfaces = np.stack([one.surface for one in features_of(drawn, "und")])
    found = _landmarks(network, sentences, surfaces)
    write_npz(
        COEFFICIENTS / FILE_NAME,
        steps=steps,
        scale=scale.astype(np.float32),
        window=trainer.window,
        bias=trainer.bias,
        marks=np.array(encoder.marks),
        place_centre=found.centre,
        place_scale=found.scale,
        places=found.places.astype(np.float16),
    )


def _states(encoder: SentenceEncoder, sentences: Sequence[Integers]) -> Floats:
    """Returns the states of all tokens in order, shape (tokens, layers, 384)."""
    offsets = np.cumsum([0, *(len(each) for each in sentences)])
    states = np.zeros((offsets[-1], len(_LAYERS), 384), dtype=np.float32)
    for places, found in encoder.states([each.tolist() for each in sentences], _LAYERS):
        for place, state in zip(places, found, strict=True):
            states[offsets[place] : offsets[place + 1]] = state
    return states


def _components(states: Floats, lengths: Sequence[int]) -> Floats:
    """Draws the layers, at one spread, together to the components in which sentences differ."""
    starts = np.cumsum([0, *lengths[:-1]])
    means = np.add.reduceat(states, starts) / np.array(lengths)[:, None, None]
    centre = means.mean(axis=0)
    spread = np.sqrt(((means - centre) ** 2).sum(axis=2).mean(axis=0))[:, None]
    flat = ((means - centre) / spread).reshape(len(means), -1)
    axes = np.linalg.eigh(flat.T @ flat)[1][:, : -_COMPONENTS - 1 : -1]
    return np.asarray(((states - centre) / spread).reshape(len(states), -1) @ axes)


def _first_vectors(encoder: SentenceEncoder, sentences: Sequence[Integers]) -> Floats:
    """Draws the encoder's own vectors of tokens together by components, at a spread of 1."""
    lowest = encoder.lowest()
    seen = np.bincount(np.concatenate(sentences), minlength=len(lowest))
    weights = np.sqrt(seen + 1.0)[:, None]
    centred = lowest - (lowest * weights).sum(axis=0) / weights.sum()
    axes = np.linalg.eigh((centred * weights).T @ centred)[1][:, : -_DIMENSIONS - 1 : -1]
    vectors = centred @ axes
    spread = np.sqrt((vectors**2 * seen[:, None]).sum() / seen.sum() / _DIMENSIONS)
    return np.asarray(vectors / spread, dtype=np.float32)


def _landmarks(network: Network, sentences: Sequence[Integers], surfaces: Floats) -> Landmarks:
    """Finds landmarks among the sentences, by k-means."""
    seen = [see(network, [each.tolist()])[0] for each in sentences]
    here = np.hstack([np.stack(seen), surfaces])
    spread = np.maximum(here.std(axis=0), 1e-3)
    blocks = np.split(spread, np.cumsum([_UNITS, _UNITS, _DIMENSIONS]))
    # Of the network's blocks the components keep their proportions, counts get one spread each.
    parts = [np.full(len(block), 1 / np.linalg.norm(block)) for block in blocks[:3]]
    parts.append(1 / blocks[3] / np.sqrt(len(blocks[3])))
    scale = np.concatenate([part * reach for part, reach in zip(parts, _REACHES, strict=True)])
    return landmarks.find(here, scale)


def _labelled(folder: Path) -> tuple[list[str], Floats, Floats]:
    """Returns texts with their labels, shape (texts, labels), and what each label weighs."""
    tones, polite, acts = (read(folder, name) for name in ("tone", "politeness", "speech_acts"))
    emotions = sorted({label for row in tones for label in row["labels"]})
    kinds = sorted({row["act"] for row in acts})
    sets: list[tuple[list[Row], list[list[float]], float]] = [
        (
            tones,
            [
                [
                    *(float(e in row["labels"]) for e in emotions),
                    *(float(row["tone"] == t) for t in TONES),
                ]
                for row in tones
            ],
            1.0,
        ),
        (polite, [[row["score"]] for row in polite], 1.0),
        (acts, [[float(row["act"] == kind) for kind in kinds] for row in acts], _ACT_SHARE),
    ]
    count, width = sum(len(rows) for rows, _, _ in sets), sum(len(v[0]) for _, v, _ in sets)
    labels, shares = (np.zeros((count, width), dtype=np.float32) for _ in range(2))
    row = column = 0
    for rows, values, share in sets:
        known: npt.NDArray[np.float32] = np.array(values, dtype=np.float32)
        place = np.s_[row : row + len(rows), column : column + known.shape[1]]
        labels[place] = (known - known.mean(axis=0)) / known.std(axis=0)
        shares[place] = share / known.shape[1] ** 0.5
        row, column = row + len(rows), column + known.shape[1]
    return [each["text"] for rows, _, _ in sets for each in rows], labels, shares


if __name__ == "__main__":
    main()
