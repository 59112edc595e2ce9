"""Spanish readers: tú and usted."""

from dataclasses import replace
from typing import Final

import regex

from analytics.refinement.document import cased, join, split
from analytics.refinement.lexicon.words import word_set

USTED: Final = regex.compile(
    r"(?i)\b(?:usted(?:es)?|\p{L}+[aei]rles?|(?:usted )?puede (?:\p{L}+rse))\b"
)
TU_ORDERS: Final = {
    old: new
    for line in """
descubre descubra|visita visite|haz haga|ven venga|mira mire|comparte comparta|deja deje
reserva reserve|compra compre|aprovecha aproveche|participa participe|prueba pruebe|pide pida
entra entre|escribe escriba|lee lea|escucha escuche|conoce conozca|vota vote|comenta comente
guarda guarde|etiqueta etiquete|sigue siga|consulta consulte|elige elija|disfruta disfrute
regístrate regístrese|únete únase|apúntate apúntese|inscríbete inscríbase|suscríbete suscríbase
síguenos síganos|cuéntanos cuéntenos|dinos díganos|contáctanos contáctenos|escríbenos escríbanos
llámanos llámenos|visítanos visítenos|ayúdanos ayúdenos|acompáñanos acompáñenos|recuerda recuerde
llévate llévese|acércate acérquese|prepárate prepárese|pregúntanos pregúntenos|ven venga
""".strip()
    .replace("\n", "|")
    .split("|")
    for old, new in [line.split()]
}
TU_FORMS: Final = {
    old: new
    for line in """
tienes tiene|quieres quiere|puedes puede|eres es|estás está|buscas busca|necesitas necesita
sabes sabe|crees cree|piensas piensa|opinas opina|prefieres prefiere|vas va|vienes viene|haces hace
dices dice|ves ve|conoces conoce|encuentras encuentra|encontrarás encontrará|podrás podrá
tendrás tendrá|puedas pueda|quieras quiera|tengas tenga|necesites necesite|recibes recibe
recibirás recibirá|disfrutas disfruta|disfrutarás disfrutará|trabajas trabaja|vives vive
compras compra|reservas reserva|deseas desea|has ha|debes debe|visitas visita|gustas gusta
olvides olvide|pierdas pierda|dudes dude|esperes espere|dejes deje|imaginas imagina|sueñas sueña
""".strip()
    .replace("\n", "|")
    .split("|")
    for old, new in [line.split()]
}
_TU_UNKNOWN: Final = regex.compile(
    r"(?i)\b(?:si|cuando|tú|ya|no|te|que|donde|como)\s+(\p{L}{2,}(?:as|es|ás|és|aste|iste))\b"
)
_TU_NOUNS: Final = word_set("""
    nuestras nuestros muchas todas estas esas las mas más tres seis mes después antes además
    quizás interés través ellas unas otras buenas nuevas gracias es
""")
# A sentence that opens with a verb that no list knows, as far as the next word tells.
_MAYBE_ORDER: Final = regex.compile(
    r"(?:^|[.!?¡]\s*|\by )(?!(?:la|una|esta|esa|nuestra|toda|cada|este|ese|otra|ya|venga|vea|para"
    r"|de|"
    r"sobre|que|le|se|me|desde|entre|hasta)\b)(?i:(?!(?:" + "|".join(TU_ORDERS.values()) + r")\b)"
    r"\p{L}{2,}[ae]) (?:el|la|los|las|su|sus|un|una|al|con|por|en|nuestr[oa]s?)\b"
)
_TE_OURS: Final = regex.compile(r"(?i)\bte (?=\p{L}+(?:mos)\b)")


def to_usted(text: str) -> str | None:
    """Turns tú to usted; None when a form is left that the lists do not know."""
    pieces = []
    for piece in split(text):
        told = regex.sub(
            r"(?P<lead>^[^\p{L}]*|(?:y|o|,) |[¡:] ?)(?P<verb>\p{L}+)(?!\p{L})",
            lambda m: m["lead"] + cased(m["verb"], TU_ORDERS.get(m["verb"].lower(), m["verb"])),
            piece.text,
        )
        told = regex.sub(r"\p{L}+", lambda m: cased(m[0], TU_FORMS.get(m[0].lower(), m[0])), told)
        told = regex.sub(r"(?i)\bno te (?=pierda|olvide|preocupe|lo pierda)", "no se ", told)
        told = regex.sub(r"(?<=^|[.!?¡] ?)no se ", "No se ", told)
        told = _TE_OURS.sub(lambda m: cased(m[0], "le "), told)
        told = regex.sub(
            r"(?i)\bte (?=gusta|parece|interesa|ayuda|ofrece)", lambda m: cased(m[0], "le "), told
        )
        told = regex.sub(r"(?i)\btus\b", lambda m: cased(m[0], "sus"), told)
        told = regex.sub(r"(?i)\btu\b", lambda m: cased(m[0], "su"), told)
        told = regex.sub(r"(?i)\btú\b", lambda m: cased(m[0], "usted"), told)
        told = regex.sub(r"(?i)\bcontigo\b", "con usted", told)
        told = regex.sub(r"(?i)\b(para|a|por|de|en) ti\b", r"\1 usted", told)
        if _MAYBE_ORDER.search(told):
            return None
        unknown = [m[1].lower() for m in _TU_UNKNOWN.finditer(told)]
        if regex.search(r"(?i)\b(?:te|ti)\b", told) or set(unknown) - _TU_NOUNS:
            return None
        pieces.append(replace(piece, text=told))
    return join(pieces)


def to_tu(text: str) -> str | None:
    """Turns usted to tú in orders; None where anything else may address the reader."""
    back = {new: old for old, new in TU_ORDERS.items()}
    pieces = []
    for piece in split(text):
        told = regex.sub(
            r"(?P<lead>^[^\p{L}]*|(?:y|o|,) |[¡:] ?)(?P<verb>\p{L}+)(?!\p{L})",
            lambda m: m["lead"] + cased(m["verb"], back.get(m["verb"].lower(), m["verb"])),
            piece.text,
        )
        pieces.append(replace(piece, text=told))
    result = join(pieces)
    # "su" may be his, hers or theirs, and a third person may be anybody's: only orders are sure.
    doubtful = regex.search(r"(?i)\b(?:usted|ustedes|su|sus|le|les)\b", result)
    return None if doubtful or result == text else result
