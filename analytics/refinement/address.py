"""How readers are addressed: du or Sie, tú or usted; changed whole or not at all.

Another address needs other verb forms. Only verbs of closed lists are changed, and a text that
addresses its readers with any other form stays as it is.
"""

from collections.abc import Mapping
from typing import Final

import regex

from analytics.refinement.address_german import (
    DU_LEFT,
    EUCH,
    IHR_ALL,
    IHR_ORDER,
    SIE_INSIDE,
    to_du,
    to_sie,
)
from analytics.refinement.address_spanish import (
    TU_FORMS,
    TU_JOINED,
    USTED,
    to_tu,
    to_usted,
    usted_orders,
)
from analytics.refinement.document import outside
from analytics.refinement.lexicon.forms import GERMAN_FORMS, SPANISH_FORMS

_WORD: Final = regex.compile(r"[\p{L}]+")


def is_formal(text: str, language: str) -> bool | None:
    """Whether readers are addressed formally; None when they are not addressed."""
    if language == "de":
        if SIE_INSIDE.search(text):
            return True
        forms = (DU_LEFT, EUCH, IHR_ALL, IHR_ORDER)
        casual = any(form.search(text) for form in forms)
        return False if casual else None
    if language == "es":
        return _spanish_is_formal(text)
    return None


def _spanish_is_formal(text: str) -> bool | None:
    if USTED.search(text):
        return True
    words = {word.lower() for word in _WORD.findall(text)}
    if words & {"tú", "te", "ti", "tu", "tus", "contigo", *TU_FORMS, *TU_JOINED}:
        return False
    return True if usted_orders(text) else None


def change_address(text: str, language: str, *, formal: bool) -> str | None:
    """Addresses readers formally or not.

    Returns:
        The new text; None when it holds a form that the lists do not know.
    """
    if language == "de":
        change = to_sie if formal else to_du
    elif language == "es" and formal:
        change = to_usted
    elif language == "es":
        change = to_tu
    else:
        return None
    failed = False

    def part(inner: str) -> str:
        nonlocal failed
        changed = change(inner)
        failed = failed or changed is None
        return inner if changed is None else changed

    result = outside(text, part)
    return None if failed else result


def order_forms(language: str, text: str, platform: str) -> Mapping[str, str]:
    """The words of the templates that depend on how readers are addressed."""
    formal = is_formal(text, language)
    if language == "es":
        return SPANISH_FORMS["usted" if formal else "tú"]
    if language != "de":
        return {}
    if formal or (formal is None and platform == "linkedin"):
        return GERMAN_FORMS["Sie"]
    plural = bool(EUCH.search(text) or IHR_ORDER.search(text)) or (formal is None)
    return GERMAN_FORMS["ihr" if plural else "du"]
