"""Which language a text is written in, by py3langid (naive Bayes on byte n-grams; BSD)."""

from functools import cache
from typing import Final

from py3langid import langid  # type: ignore[import-untyped]  # the package ships no types

UNKNOWN: Final = "und"

# The languages considered, by ISO 639-1 code: those with many speakers online. Fewer candidates
# make short texts safer: against all 140 of py3langid, "Wow" is Polish and "OK" Serbian.
LANGUAGES: Final = frozenset({
    "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu",
    "fa", "fi", "fr", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk",
    "km", "kn", "ko", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "ne", "nl", "no",
    "pa", "pl", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th",
    "tl", "tr", "uk", "ur", "uz", "vi", "zh",
})  # fmt: skip


@cache
def _identifier() -> langid.LanguageIdentifier:
    everything = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    everything.set_languages(LANGUAGES)
    return langid.LanguageIdentifier(  # a second one, for the first keeps all languages in memory
        everything.nb_ptc,
        everything.nb_pc,
        everything.nb_classes,
        everything.tk_nextmove,
        everything.tk_output,
        norm_probs=True,
        tk_row=everything.tk_row,
    )


def identify(text: str) -> str:
    """Names the language of `text`.

    Args:
        text: Text without links, handles and hashtags (see `analytics.text.plain`): they are
            rarely in its language.

    Returns:
        The ISO 639-1 code, "und" when the text is too short or too mixed to tell.
    """
    if sum(c.isalpha() for c in text) < 3:
        return UNKNOWN
    code, confidence = _identifier().classify(text)
    return str(code) if confidence >= MIN_CONFIDENCE else UNKNOWN


MIN_CONFIDENCE: Final = 0.2
"""Below this share of the probability a guess is no better than chance on short lines."""
