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
llévate llévese|acércate acérquese|prepárate prepárese|pregúntanos pregúntenos
trae traiga|busca busque|encuentra encuentre|llama llame|envía envíe|manda mande|pon ponga|di diga
ten tenga|lleva lleve|prepara prepare|toma tome|celebra celebre|regala regale
aprende aprenda|espera espere|abre abra|vuelve vuelva|cuida cuide|dime dígame
anímate anímese|atrévete atrévase|quédate quédese|relájate relájese|pásate pásese
infórmate infórmese|envíanos envíenos|mándanos mándenos
déjanos déjenos|búscanos búsquenos|encuéntranos encuéntrenos
tráenos tráiganos|compártenos compártanos
""".strip()
    .replace("\n", "|")
    .split("|")
    for old, new in [line.split()]
} | {
    f"{old}{ending}": f"{new}{ending}"
    for pair in """
píde pída|tráe tráiga|descúbre descúbra|cómpra cómpre|pruéba pruébe|compárte compárta
resérva resérve|déja déje|míra míre|haz hága|di díga|pon pónga|lléva lléve|escúcha escúche
encuéntra encuéntre|guárda guárde|víve víva|disfrúta disfrúte|elíge elíja|consúlta consúlte
búsca búsque|aprovécha aprovéche|visíta visíte|prepára prepáre|regála regále|úsa úse
""".strip()
    .replace("\n", "|")
    .split("|")
    for old, new in [pair.split()]
    for ending in ("lo", "la", "los", "las")
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
    r"(?i)\b(?:si|cuándo|cuando|tú|usted|ya|no|te|que|donde|dónde|como|cómo|siempre|nunca"
    r"|qué(?: \p{L}+)?)\s+(\p{L}{2,}(?:as|es|ás|és|aste|iste))\b"
    r"|\bsi [^.!?]*, (\p{L}{2,}(?:as|es|ás|és))\b"
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
# An order with what it is about behind it, that no list knows: "píntalo".
_JOINED: Final = regex.compile(
    r"(?i)(?:^|[.!?¡:]\s*|\by )[¡¿]?(\p{L}*[áéíóú]\p{L}*[ae](?:l[oa]s?|nos|me|te))(?!\p{L})"
)
_USTED_ORDERS: Final = frozenset(TU_ORDERS.values())
_ORDER_PLACE: Final = regex.compile(
    r"(?P<lead>^[^\p{L}]*|\b[yo] |, |[¡:] ?)(?P<verb>\p{L}+)(?!\p{L})"
)
TU_JOINED: Final = frozenset(
    order
    for order in TU_ORDERS
    if regex.fullmatch(r"\p{L}*[áéíóú]\p{L}*(?:l[oa]s?|nos|te|me)", order)
)
"""Orders that nothing else can be: "pídelo", "síguenos"."""
_TE_OURS: Final = regex.compile(r"(?i)\bte (?=\p{L}+(?:mos)\b)")


def to_usted(text: str) -> str | None:
    """Turns tú to usted; None when a form is left that the lists do not know."""
    pieces = []
    for piece in split(text):
        told = _ordered(piece.text)
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
        if any(m[1].lower() not in _USTED_ORDERS for m in _JOINED.finditer(told)):
            return None
        unknown = [(m[1] or m[2]).lower() for m in _TU_UNKNOWN.finditer(told, overlapped=True)]
        if regex.search(r"(?i)\b(?:te|ti)\b", told) or set(unknown) - _TU_NOUNS:
            return None
        pieces.append(replace(piece, text=told))
    return join(pieces)


def _ordered(text: str) -> str:
    """Turns the orders of a sentence; behind "and" only where one stands before."""
    seen = False

    def turn(match: regex.Match[str]) -> str:
        nonlocal seen
        new = TU_ORDERS.get(match["verb"].lower())
        if new is None or (match["lead"].strip() in {"y", "o"} and not seen):
            return match[0]
        seen = True
        return match["lead"] + cased(match["verb"], new)

    return _ORDER_PLACE.sub(turn, text)


def usted_orders(text: str) -> bool:
    """Whether a sentence begins with an order to usted."""
    found = (match for piece in split(text) for match in _ORDER_PLACE.finditer(piece.text))
    return any(match["verb"].lower() in _USTED_ORDERS for match in found)


def to_tu(text: str) -> str | None:
    """Turns usted to tú in orders; None where anything else may address the reader."""
    back = {new: old for old, new in TU_ORDERS.items()}
    pieces = []
    for piece in split(text):
        told = _ORDER_PLACE.sub(
            lambda m: m["lead"] + cased(m["verb"], back.get(m["verb"].lower(), m["verb"])),
            piece.text,
        )
        pieces.append(replace(piece, text=told))
    result = join(pieces)
    # "su" may be his, hers or theirs, and a third person may be anybody's: only orders are sure.
    doubtful = regex.search(r"(?i)\b(?:usted|ustedes|su|sus|le|les)\b", result)
    return None if doubtful or result == text else result
