"""Numbers in feedback: shares, lengths and their limits."""

from typing import Final

COUNT: Final = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|ein(?:en?|em|er)?|zwei|drei|vier|fünf|sechs"
    r"|sieben|acht|neun|zehn|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez"
    r"|a couple of|ein paar|un par de"
)
_UNIT: Final = (
    r"(?P<unit>char(?:acter)?s?|zeichen|buchstaben|caracteres|signos(?! de)|words?|wörtern?|worten?"
    r"|palabras|sentences?|sätzen?|satz|frases?|oraciones|lines?|zeilen?|líneas?|paragraphs?"
    r"|absätzen?|absatz|párrafos?)"
)
_MOST: Final = (
    r"under|below|less than|fewer than|no (?:more|longer) than|not more than|at most|max(?:imum"
    r"|\.)?"
    r"(?: of)?|up to|within|in|to|unter|maximal|höchstens|bis zu|auf|weniger als|nicht mehr als"
    r"|menos de|no más de|(?:como )?máximo(?: de)?|hasta|en|a|limit(?: it)? to|(?:about|around)"
)
_LEAST: Final = (
    r"at least|min(?:imum|\.)?(?: of)?|over|more than|mindestens|mehr als|über|(?:al|por lo) menos"
    r"|(?:como )?mínimo(?: de)?|más de"
)
NUMBER: Final = r"\d{1,3}(?:[.,]\d{3})+|\d{1,9}"

RULES: Final[tuple[tuple[str, str], ...]] = (
    (
        "PERCENT",
        (
            r"(?:by|um|en|un)?\s*(?:about |around |etwa |rund )?(?P<percent>\d{1,2})\s?(?:%|percent"
            r"|prozent|por ciento)"
        ),
    ),
    (
        "HALF",
        (
            r"half (?:as long|the (?:length|size))|(?:in|by|to) half|halb so lang|(?:auf|um) "
            r"die hälfte"
            r"|halbiere?n?|(?:a|en|por) la mitad|mitad de largo"
        ),
    ),
    ("DOUBLE", r"twice as long|double the length|doppelt so lang|el doble(?: de larg[oa])?"),
    (
        "ATLEAST",
        rf"(?:{_LEAST}) (?P<least>{NUMBER})\s*(?:-\s*)?{_UNIT.replace('unit', 'lunit')}",
    ),
    (
        "ATMOST",
        (
            rf"(?:(?:{_MOST}) )?(?P<most>{NUMBER}|{COUNT})\s*(?:-\s*)?{_UNIT}"
            r"(?: (?:or (?:less|fewer)|max(?:imum)?|at most|oder weniger|maximal|o menos"
            r"|como máximo))?"
        ),
    ),
)
