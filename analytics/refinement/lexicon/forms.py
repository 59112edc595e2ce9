"""The words of the templates that depend on how readers are addressed."""

from collections.abc import Mapping
from typing import Final


def _forms(names: str, values: str) -> Mapping[str, str]:
    return dict(zip(names.split("|"), values.split("|"), strict=True))


_GERMAN: Final = (
    "Schau|sag|deine|deinem|deinen|dir|Schreib|schreib|Teil|falls_du|Speicher|Markier|denkst_du"
    "|hast_du|siehst_du|meinst_du|bist"
)
GERMAN_FORMS: Final = {
    "du": _forms(
        _GERMAN,
        "Schau|sag|deine|deinem|deinen|dir|Schreib|schreib|Teil|wenn du|Speicher|Markier|denkst du"
        "|hast du|siehst du|meinst du|bist",
    ),
    "ihr": _forms(
        _GERMAN,
        "Schaut|sagt|eure|eurem|euren|euch|Schreibt|schreibt|Teilt|wenn ihr|Speichert|Markiert"
        "|denkt ihr|habt ihr|seht ihr|meint ihr|seid",
    ),
    "Sie": _forms(
        _GERMAN,
        "Schauen Sie|sagen Sie|Ihre|Ihrem|Ihren|sich|Schreiben Sie|schreiben Sie|Teilen Sie"
        "|wenn Sie|Speichern Sie|Markieren Sie|denken Sie|haben Sie|sehen Sie|meinen Sie|sind",
    ),
}
_SPANISH: Final = (
    "Entra|descubre|cuéntanos|Cuéntanos|te|tu|tus|Comparte|Guarda|Etiqueta|opinas|estás|tú|dices"
    "|olvides|Recuerda"
)
SPANISH_FORMS: Final = {
    "tú": _forms(_SPANISH, _SPANISH),
    "usted": _forms(
        _SPANISH,
        "Entre|descubra|cuéntenos|Cuéntenos|le|su|sus|Comparta|Guarde|Etiquete|opina|está|usted"
        "|dice|olvide|Recuerde",
    ),
}
