"""Questions and calls to action: which sentences ask the reader something, or to do something.

Rules on the surface of the sentence, by language: English in breadth, five more languages by the
imperatives that open such sentences, all others by "link in bio" and the like. A text whose
language could not be told is read as English. No posts with their calls to action marked by
people were at hand: on tweets labelled as request or suggestion the rules do what
`analytics/data/README.md` says; on brand posts they are not validated.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import regex

from analytics.text import without_list_mark

# Base forms that ask for something when they open a clause. Verbs of the mind ("imagine", "guess",
# "remember when") ask for nothing to be done and are left out.
_VERBS: Final = (
    "act|add|answer|apply|ask|be|become|bookmark|book|bring|browse|build|buy|call|cast|catch"
    "|celebrate|check|choose|claim|click|comment|come|connect|consider|contact|create|discover|dm"
    "|donate|download|drop|e-?mail|enjoy|enter|explore|fill|find|finish|follow|get|give|go|grab"
    "|head|hear|help|hit|hurry|invite|join|keep|learn|leave|like|listen|log|look|make|message"
    "|mention|name|nominate|order|pass|pick|pin|plan|play|pledge|pm|post|pre-?order|prepare"
    "|protect|put|raise|rate|reach|read|recommend|redeem|register|reply|repost|reserve|respond"
    "|retweet|rsvp|rt|save|say|scroll|see|send|set|share|shop|show|sign|skip|spread|start|stay"
    "|stop|stream|submit|subscribe|support|swipe|switch|tag|take|talk|tap|tell|test|text|thank"
    "|think|treat|try|tune|turn|tweet|update|upgrade|upload|use|view|visit|volunteer|vote|wait"
    "|watch|wear|win|write"
)
# What follows the verb of a call, and seldom a noun that looks like one ("Share prices fall").
_OBJECT: Final = (
    "a|an|the|this|that|these|those|it|them|us|me|him|her|his|its|our|my|your|yours|yourself|their"
    "|one|some|any|all|everything|more|another|each|every|what|who|how|why|when|where|which|if"
    "|whether|up|out|in|on|off|over|down|into|along|by|back|for|to|at|with|from|about|here|there"
    "|now|today|tonight|tomorrow|below|above|together|and|or|free|early|live|online|tickets"
    "|through|via|until|till|before|after|sure|ready|part|first|inside|around|away|again|like|as"
    "|not|so|big|aware|safe|tuned|connected|kind|involved|started|inspired|\\d[\\d,.]*"
)
_LEAD_IN: Final = (
    r"(?:(?:please|pls|plz|so|now|then|and|but|or|just|also|simply|today|first|next|finally|always"
    r"|hey|ok|okay|psst|rt|everyone|everybody|friends|folks|guys|meanwhile|instead|do"
    r"|quick|pro tip|tip|reminder|ps|p\.s\.?),?:?\s+|[\W_]+)*+"
)
_IMPERATIVE = regex.compile(
    rf"^{_LEAD_IN}(?:{_VERBS})(?:\s+(?:{_OBJECT})(?![\w'])|\s*[:!#@]|\s*$|[.,]?\s*$|\s+https?:)"
)
# Calls by their wording, wherever they stand in the sentence.
_PHRASES: Final = (
    r"\bplea+s+e+\b(?! note the)|\b(?:pls|plz)\b",
    r"\b(?:don'?t|do not) (?:miss|forget|hesitate|wait|be shy)\b",
    (
        r"^\W*(?:don'?t|do not|never|let'?s) (?!hope|face|be honest|be real|just say|say\b|you|we"
        r"|they|i\b)\w"
    ),
    (
        r"\b(?:make|be) sure (?:to|you|that)\b|\bfeel free to\b|\bremember to\b"
        r"|\bhead (?:over )?to (?:our|the)\b"
    ),
    (
        r"(?<!\b(?:will|'ll|can|to|they|he|she|i|we|could|would|might) )\b(?:click|tap|swipe"
        r"|sign up|register|subscribe|check out|tune in|stay tuned|rsvp|follow us|join us"
        r"|let us know|let me know|tell us|tell me|visit us|shop now|learn more|find out more"
        r"|read more|drop us|dm us|contact us|get in touch|vote (?:now|here|for us))\b"
    ),
    (
        r"\byou(?:'ll)? (?:should|must|need to|have to|gotta|ought to|want to|don'?t want to miss"
        r"|won'?t want to)\b"
    ),
    (
        r"\b(?:can|could|will|would|won't) you (?:please |kindly |all )?(?:help|share|join|support"
        r"|tell|vote|donate|follow|sign|send|make|give|add|write|do|post|retweet|come|say|check)\b"
    ),
    (
        r"\b(?:i|we)(?:'d| would)? (?:highly |strongly |really )?(?:recommend|suggest|urge"
        r"|encourage|invite|ask) "
    ),
    r"\b(?:i|we)(?:'d| would) love (?:to (?:hear|see|know)|for you|your|it if)\b",
    r"\byou can (?:also |now |still )?(?:\w+ ){1,6}(?:here|online|today|at|via|on our)\b",
    r"\b(?:everyone|everybody|we all|you all|people) (?:should|must|needs? to|have to|has to)\b",
    r"\b(?:rt|like|share|retweet|comment) (?:this )?if\b|\byour (?:turn|call)\b",
)
_LINK: Final = r"(?:https?://|www\.|\b[\w-]{1,63}\.(?:ly|com|org|co|me|gl|be)/)"
# A word that announces an address, as in "Details: …" or "Full story here → …", or an arrow to it.
_POINTER = regex.compile(
    r"\b(?:more|details|info|information|tickets|here|link|watch|read|listen|register|apply"
    rf"|shop|rsvp|website|free|now|today)\W{{0,4}}[:>»→👉⬇⤵▶]+\W{{0,3}}{_LINK}"
    rf"|[👉⬇⤵➡▶→]\uFE0F?\s*{_LINK}"
)
_IN_BIO = regex.compile(
    r"\b(?:link|lien|enlace|liên kết|länk)\s+(?:(?:is|est|está|in|na|en|nella|no|i|dans|la|the|my"
    r"|our|der|unserer|meiner|notre|nossa|mi|nuestra)\s+){1,3}(?:bio\w*|profil\w*|perfil|comments?"
    r"|description)\b"
)
_ENGLISH = [regex.compile(p) for p in _PHRASES]  # faster than one of them all
# After "If you …," or "Want more?" within the sentence, and after a colon or dash, a new clause.
_CLAUSE = regex.compile(r"(?:[:;|»→👉–—?!]|\s-)\s+|,\s+(?:so |then |please )?")
_CONDITION = regex.compile(
    r"^\W*(?:if|when|whether|want|to|for|once|before|after|as|in|whatever|wherever)\b"
)

_ELSEWHERE = {
    "de": r"^\W*(?:jetzt|hier|gleich|mehr|bitte"
    r"|einfach)\s+(?:\w+\s+){0,4}\p{Ll}\w+(?:e[rl])?n\b\W*$|^\W*(?:(?:bitte|jetzt|dann|also"
    r"|und)\s+)?(?:abonnier|bestell|besuch|bewirb|bewerbt|buch|entdeck|erfahr|erzähl|folg|gib|gebt|hol|hör"
    r"|klick|komm|kommentier|lass|les|lies|mach|markier|meld|nutz|probier|registrier|sag|schau"
    r"|schick|schreib|seht|sei|seid|sicher|sieh|spende|stell|stimm|teil|test|trag|unterstütz"
    r"|verpass|vergiss|vergesst|verrat|versuch|wähl|werd|zeig)(?:e|t|et|st)?\b(?!\s+(?:ist|sind"
    r"|war|(?:ich|wir|er|man)\b)|(?<=st)\s+du\b)|\b\p{L}+en sie\b|\bbitte\b",
    "fr": r"^\W*(?:(?:et|puis|alors|pour cela|maintenant)\s+)?(?!chez|assez|nez|avez|êtes"
    r"|vous)(?:n'|ne\s)?\p{L}+ez\b|\bn'hésitez pas\b|\bs'il vous plaît\b|\bdites-(?:nous|moi)\b",
    "es": r"^\W*¡?(?:(?:y|ahora|por favor)\s+)?(?:descubre|únete|regístrate|inscríbete|haz"
    r"|comparte|síguenos|sigue|mira|participa|descarga|ven|cuéntanos|dinos|suscríbete|reserva|vota"
    r"|comenta|lee|ayúdanos|prueba|compra|visita|escucha|conoce|etiqueta|aprovecha|deja|entra|pide"
    r"|contáctanos|escríbenos|llámanos|visítanos|apúntate|no te (?:lo )?pierdas|no olvides)\b"
    r"|\bpor favor\b|\bno te (?:lo )?pierdas\b",
    "pt": r"^\W*(?:(?:e|agora|então)\s+)?(?:confira|clique|saiba|inscreva-se|compartilhe|siga"
    r"|assista|participe|baixe|venha|não perca|comente|leia|ajude|experimente|compre|visite|ouça"
    r"|conheça|marque|aproveite|deixe|veja|acesse|vote|conte|descubra|cadastre-se|reserve"
    r"|garanta)\b|\bpor favor\b",
    "it": r"^\W*(?:(?:e|ora|adesso)\s+)?(?:scopri|iscriviti|clicca|condividi|segui\w*|guarda"
    r"|partecipa|scarica|vieni|non (?:perdere|perderti|dimenticare)|commenta|leggi|aiuta\w*|prova"
    r"|acquista|visita|ascolta|vota|prenota|unisciti|registrati|raccontaci|dicci|lascia|tagga"
    r"|contattaci)\b|\bper favore\b",
}
_BY_LANGUAGE = {code: regex.compile(p, regex.IGNORECASE) for code, p in _ELSEWHERE.items()}

_QUOTES: Final = ('"', "“", "„", "«", "‘")
_QUESTION_MARKS: Final = "?？؟⁇⁈⁉❓❔"  # Latin and Greek look-alikes, full width, Arabic, emoji
_WORD_ORDER = regex.compile(
    r"^(?:[^\w@]|@\w++)*+(?:(?:who|what|when|where|why|how|which|whose)(?:'s|'re|'d)?\s+(?:do|does"
    r"|did|is|are|was|were|will|would|can|could|should|has|have)\s+(?:you|we|they|i|he|she|it|the"
    r"|your|this|that)\b[^.!]*+$|(?:do|does|did|are|were|will|would|can|could|have|has|is"
    r"|should)\s+(?:you|we|they|i|he|she|anyone|anybody|it)\b[^.!,]*+$|(?:anyone"
    r"|anybody)\s+(?:know|else|have|got|want|seen)\b[^.!]*+$)",
    regex.IGNORECASE,
)


@lru_cache(maxsize=512)
def asks(sentence: str, language: str) -> bool:
    """Tells whether a sentence asks something. Remembers the last 512.

    Args:
        sentence: One sentence, with what ends it.
        language: Its ISO 639-1 code, "und" when unknown. In English a question is also known by
            its word order, without a question mark.
    """
    end = len(sentence)
    while end and not sentence[end - 1].isalnum():
        end -= 1
    return any(mark in sentence[end:] for mark in _QUESTION_MARKS) or (
        language in {"en", "und"} and bool(_WORD_ORDER.match(sentence.replace("’", "'")))
    )


def calls_to_action(sentences: Sequence[str], language: str) -> tuple[str, ...]:
    """Picks the sentences that ask the reader to act.

    Args:
        sentences: Sentences in their order.
        language: Their ISO 639-1 code, "und" when unknown (read as English).

    Returns:
        The sentences, verbatim and in order.
    """
    return tuple(s for s in sentences if _calls(s, language))


@lru_cache(maxsize=512)
def _calls(sentence: str, language: str) -> bool:
    # In small letters all at once: patterns that ignore the case take half as long again.
    small = sentence.lower()
    addressed = "/" in small or "www." in small  # all links have either
    if _IN_BIO.search(small) or (addressed and _POINTER.search(small)):
        return True
    text = without_list_mark(small.replace("’", "'"))
    if language not in {"en", "und"}:
        rules = _BY_LANGUAGE.get(language)
        return bool(rules and rules.search(text))
    if any(phrase.search(text) for phrase in _ENGLISH) or _IMPERATIVE.match(text):
        return True
    clauses = _CLAUSE.split(text, maxsplit=8)
    after_comma = bool(_CONDITION.match(text)) or ":" in text
    return (after_comma or "," not in text) and any(
        _IMPERATIVE.match(clause)
        for clause in clauses[1:]
        if not clause.lstrip().startswith(_QUOTES)  # somebody else is told to act
    )
