"""German readers: du, ihr and Sie."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import regex

from analytics.refinement.document import cased, join, split
from analytics.refinement.german_verbs import (
    DU,
    IHR,
    IMPERATIVE,
    NO_IMPERATIVE,
    TO_DU,
    TO_IMPERATIVE,
    known,
)
from analytics.refinement.lexicon.words import word_set

_FOR_ONESELF: Final = word_set("""
    sichern holen speichern merken nehmen gönnen wünschen bestellen kaufen überlegen
""")
_GIVING: Final = regex.compile(
    r"(?i)(?:zeigen?|bieten?|danken?|helfen?|geben?|schenken?|sagen?|erzählen?|wünschen?|stellen?"
    r"|verraten?|empfehlen?|präsentieren?|liefern?|schicken?|senden?|ermöglichen?|erklären?"
    r"|anbieten|vorstellen)"
)
_TAKING: Final = regex.compile(
    r"(?i)(?:laden?|einladen|einzuladen|erwarten?|erwartet|begrüßen?|sehen|informieren?"
    r"|unterstützen?|beraten?|überraschen?|verwöhnen?|treffen?|begleiten?|wiedersehen)"
)
_GIVEN_BEHIND: Final = "mit|bei|von|zu|nach|aus|seit|gegenüber"
_TAKEN_BEHIND: Final = "für|ohne|um|gegen|über|an|auf|durch"
_WORD: Final = regex.compile(r"[\p{L}]+")
_CLAUSE_END: Final = regex.compile(r"[,.;:!?…\n–—]")


SIE_INSIDE: Final = regex.compile(r"(?<=[\p{L},;–—-]\s)(?:Sie|Ihnen|Ihr(?:e[nmrs]?)?)\b")
DU_LEFT: Final = regex.compile(r"(?i)\b(?:du|dich|dir|dein(?:e[nmrs]?)?)\b")
IHR_ALL: Final = regex.compile(r"(?i)\b(?:wenn|dass|ob|wie|was|wo|damit|falls|sobald|weil) ihr\b")
EUCH: Final = regex.compile(r"(?i)\b(?:euch|euer|eure[nmrs]?)\b")
# Orders to several: what follows tells "Kommt vorbei" from "Kommt Maria?".
IHR_ORDER: Final = regex.compile(
    r"(?m)(?:^[^\p{L}\n]*|[.!?:]\W+)"
    r"(?:Kommt|Schaut|Besucht|Bestellt|Holt|Macht|Meldet|Probiert|Seid|Erzählt|Schreibt|Sagt|Zeigt"
    r"|Feiert|Lasst|Nehmt|Bringt|Klickt|Folgt|Teilt)"
    r"(?= (?:vorbei|rein|rüber|mal|mit|gerne?|einfach|doch|ruhig|unbedingt|vor|ab|zu uns|bei uns"
    r"|uns|jetzt|dabei)\b)(?![^.!?\n]*\?)"
)


def to_sie(text: str) -> str | None:
    """Turns du and ihr to Sie; None when a form is left that the lists do not know."""
    plural = bool(EUCH.search(text) or IHR_ALL.search(text) or IHR_ORDER.search(text)) or any(
        regex.search(rf"(?i)\b(?:ihr {form}|{form} ihr)\b", text) for form in IHR
    )
    pieces = []
    for piece in split(text):
        told = _sie_orders(piece.text, plural=plural)
        told = _sie_subjects(told, plural=plural)
        whole = _sie_objects(told)
        if whole is None or DU_LEFT.search(whole) or EUCH.search(whole):
            return None
        if plural and regex.search(r"(?<!\p{L})ihr(?!\p{L})", whole):
            return None
        if _ORDER_LEFT.search(whole) or any(
            known(word, DU) for word in regex.findall(r"\b\p{Ll}+st\b", whole)
        ):
            return None
        pieces.append(replace(piece, text=whole))
    return join(pieces)


_ORDER: Final = regex.compile(
    r"(?P<lead>^[^\p{L}]*(?:Bitte |Dann |Jetzt |Also |Und |Einfach |Am besten )?|(?:und|oder"
    r"|,) )(?P<verb>\p{L}+)"
    r"(?P<self> dir| dich| euch)?(?!\p{L})"
)


_IF: Final = regex.compile(r"\W*(?:Wenn|Falls|Sobald) ")
# Orders that are nothing else: one that is left over means that not all could be turned.
_ORDER_LEFT: Final = regex.compile(
    r"(?:^\W*|[,:;–] |\bund )(?:"
    r"(?i:zieht|schaut|kommt|macht)\b(?! (?:ich|er|sie|es|man|das|die|der)\b)"
    r"|(?i:hilf|schau|komm|gib|nimm|lies|sieh|vergiss|hol|klick|geh|mach|sag|hör|lass|sei|probier"
    r"|schreib|schick|back|backe|rühr|rühre|misch|mische|würze|gieße|füge|schneide|koche|serviere"
    r"|genieß|bewirb|trag|bring|ruf|frag|denk|warte|wähle|lege|stelle)\b(?! ich\b))"
)


def _sie_orders(text: str, *, plural: bool) -> str:
    """Imperatives: at the start, and behind "und" in a sentence that starts with one."""
    orders = 0

    def exchange(match: regex.Match[str]) -> str:
        nonlocal orders
        verb = match["verb"]
        low = verb.lower()
        opening = match.start() == 0
        inf = IMPERATIVE.get(low) or (known(low, IHR) if plural or match["self"] else None)
        noun = verb[0].isupper() and not opening
        # Behind "Wenn …," too, where no subject follows.
        conditional = match["lead"] == ", " and bool(_IF.match(text)) and low in IMPERATIVE
        if inf is None or noun or not (opening or orders or conditional):
            return match.group()
        if low in NO_IMPERATIVE and not match["self"] and opening and text.count(" ") < 1:
            return match.group()
        if text[match.end() :].startswith((" ihr ", " du ", " ich ")):
            return match.group()
        orders += 1
        own = " sich" if match["self"] else ""
        polite = "seien" if inf == "sein" else inf
        return f"{match['lead']}{cased(verb, polite)} Sie{own}"

    return _ORDER.sub(exchange, text)


def _sie_subjects(text: str, *, plural: bool) -> str:
    """Turns subjects with their verbs: "du kannst", "kannst du", "wenn du … kannst"."""
    forms: list[tuple[str, Mapping[str, str]]] = [("du", DU)]
    if plural:
        forms.append(("ihr", IHR))
    for pronoun, table in forms:
        pattern = regex.compile(rf"(?<!\p{{L}}){pronoun}(?!\p{{L}})", regex.IGNORECASE)
        start = 0
        while match := pattern.search(text, start):
            found = _verb_of(text, match.start(), match.end(), table)
            if found is None:
                start = match.end()
                continue
            begin, end = found
            polite = known(text[begin:end], table) or ""
            polite = cased(text[begin:end], "sind" if polite == "sein" else polite)
            edits = sorted(
                [(match.start(), match.end(), "Sie"), (begin, end, polite)], reverse=True
            )
            for left, right, new in edits:
                text = text[:left] + new + text[right:]
            text = regex.sub(
                r"(?<=(?:Sie|\p{L}+en Sie)(?: \p{Ll}+en)?) (?:dich|dir|euch)\b",
                " sich",
                text,
                count=1,
            )
            start = 0
    return _SECOND.sub(
        lambda m: m[1] + {"sein": "sind"}.get(polite := known(m[2], DU) or m[2], polite), text
    )


# "Sie haben Zeit und magst Tee": the verb behind "und" has the same subject.
_SECOND: Final = regex.compile(r"(\bSie\b[^.!?;:]*\b(?:und|oder) (?:\p{Ll}+ )?)(\p{Ll}+st)\b")


def _verb_of(text: str, start: int, end: int, table: Mapping[str, str]) -> tuple[int, int] | None:
    """Where the verb of a pronoun stands: before it, behind it, or at the end of its clause."""
    before = regex.search(r"(\p{L}+) $", text[:start])
    if before and (before[1].islower() or before.start() == 0) and known(before[1], table):
        return before.start(1), before.end(1)
    stop = _CLAUSE_END.search(text, end)
    limit = stop.start() if stop else len(text)
    words = list(_WORD.finditer(text, end, limit))
    for word in [*words[:1], *reversed(words)]:
        if word.group().islower() and known(word.group(), table):
            return word.span()
    return None


_POSSESSIVE: Final = regex.compile(r"(?i)\b(?:dein|eue?r)(e[nmrs]?)?\b")


def _sie_objects(text: str) -> str | None:
    text = _POSSESSIVE.sub(lambda m: "Ihr" + (m[1] or "").lower(), text)
    text = regex.sub(r"(?i)\bdir\b", "Ihnen", text)
    text = regex.sub(r"(?i)\bdich\b", "Sie", text)
    text = regex.sub(rf"(?i)\b({_GIVEN_BEHIND}) euch\b", r"\1 Ihnen", text)
    text = regex.sub(rf"(?i)\b({_TAKEN_BEHIND}) euch\b", r"\1 Sie", text)
    while match := regex.search(r"(?i)\beuch\b", text):
        polite = _euch(text, match)
        if polite is None:
            return None
        text = text[: match.start()] + polite + text[match.end() :]
    return text


def _euch(text: str, match: regex.Match[str]) -> str | None:
    """What "euch" becomes, by its verb: before it, else the last of its clause."""
    before = regex.search(r"(\p{L}+)(?: (?:wir|ich|die|das|alle))? $", text[: match.start()])
    stop = _CLAUSE_END.search(text, match.end())
    words = _WORD.findall(text[match.end() : stop.start() if stop else len(text)])
    for verb in [before[1] if before else "", *words[-1:]]:
        giving, taking = bool(_GIVING.fullmatch(verb)), bool(_TAKING.fullmatch(verb))
        if giving != taking:
            return "Ihnen" if giving else "Sie"
    return None


_POLITE_ORDER: Final = regex.compile(
    r"(?P<lead>^[^\p{L}]*(?:Bitte |Dann |Jetzt )?|(?:und|oder|,) )(?P<verb>\p{L}+) Sie"
    r"(?P<self> sich)?(?!\p{L})"
)


def to_du(text: str) -> str | None:
    """Turns Sie to du; None when a form is left that the lists do not know."""
    if not SIE_INSIDE.search(text):
        return None
    pieces = []
    for piece in split(text):
        told = piece.text
        if not told.rstrip(' "”').endswith("?"):
            told = _du_orders(told)
        told = _du_accusatives(told)
        told = _du_subjects(told)
        told = regex.sub(r"(?<=\p{L}[\p{L},]* )Ihnen\b", "dir", told)
        told = regex.sub(r"^Ihnen\b", "Dir", told)
        told = regex.sub(r"(?<=[\p{L},:–-] )Ihr(e[nmrs]?)?\b", r"dein\1", told)
        told = regex.sub(r"^Ihr(e[nmrs]?)?\b(?! \p{Ll}+t\b)", r"Dein\1", told)
        if regex.search(r"(?<=[\p{L},] )(?:Sie|Ihnen|Ihr)\b", told):
            return None
        pieces.append(replace(piece, text=told))
    return join(pieces)


def _du_orders(text: str) -> str:
    orders = 0

    def exchange(match: regex.Match[str]) -> str:
        nonlocal orders
        verb = match["verb"]
        low = {"seien": "sein"}.get(verb.lower(), verb.lower())
        opening = match.start() == 0
        if low not in TO_IMPERATIVE or (not opening and not orders):
            return match.group()
        orders += 1
        own = ""
        if match["self"]:
            own = " dir" if low in _FOR_ONESELF else " dich"
        return f"{match['lead']}{cased(verb, TO_IMPERATIVE[low])}{own}"

    return _POLITE_ORDER.sub(exchange, text)


def _du_accusatives(text: str) -> str:
    """Turns "Sie" as an object: behind a preposition, and where "wir" is the subject."""
    text = regex.sub(rf"\b({_TAKEN_BEHIND}) Sie\b", r"\1 dich", text)
    text = regex.sub(r"(?i)\b(wir) Sie\b", r"\1 dich", text)
    return regex.sub(r"(?i)\b(wir \p{L}+) Sie\b", r"\1 dich", text)


def _du_subjects(text: str) -> str:
    start = 0
    pattern = regex.compile(r"(?<!\p{L})Sie(?!\p{L})")
    while match := pattern.search(text, start):
        found = _verb_of(text, match.start(), match.end(), TO_DU)
        if found is None:
            start = match.end()
            continue
        begin, end = found
        verb = cased(text[begin:end], known(text[begin:end], TO_DU) or "")
        pronoun = "Du" if match.start() == 0 else "du"
        edits = sorted([(match.start(), match.end(), pronoun), (begin, end, verb)], reverse=True)
        for left, right, new in edits:
            text = text[:left] + new + text[right:]
        text = regex.sub(r"(?<=\b[dD]u) sich\b", " dich", text, count=1)
        text = regex.sub(r"(?<=\b[dD]u \p{Ll}+) sich\b", " dich", text, count=1)
        start = 0
    return text
