"""Whole sentences: calls to action, questions, a summary; adding and taking out."""

from collections.abc import Callable
from typing import Final

import regex

from analytics.actions import asks, calls_to_action
from analytics.refinement.address import is_formal, order_forms
from analytics.refinement.document import Piece, append, drop, has_paragraphs, join, split
from analytics.refinement.lexicon import words_for
from analytics.refinement.model import RefinementIntent
from analytics.refinement.telling import losses, quoted
from analytics.refinement.topics import is_noun, topic_phrase, topic_words
from analytics.refinement.work import Work
from analytics.text import parse

# "Want more? https://…": a bare link makes no sentence of its own.
_LINKS_BEHIND: Final = regex.compile(r"(?:\s+(?:https?://|www\.)\S+)+$")
_PARECE: Final = regex.compile(r"\bparece\b(?= (?:l[oa]s|nuestr[oa]s|sus|tus|un[oa]s)\b)")
_DE_EL: Final = regex.compile(r"\bde el\b")


class _Blank(dict[str, str]):
    """Leaves unknown slots as they are."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def filled(work: Work, template: str, **slots: str) -> str:
    """Fills the slots of a template that are known, as the text addresses its readers."""
    # Who addressed its readers goes on to, also where the sentence that did is gone.
    turned = bool(work.wishes("more_formal", "less_formal"))
    known = turned or is_formal(work.text, work.language) is not None
    told = work.text if known else work.original
    forms = order_forms(work.language, told, work.platform)
    text = _DE_EL.sub("del", template.format_map(_Blank({**forms, **slots})))
    return _PARECE.sub("parecen", text) if work.language == "es" else text


def _topic(work: Work) -> str:
    if work.language == "de":
        words = topic_words(work.original, "de", limit=1)
        return f"„{words[0]}“" if words and is_noun(words[0], work.original, "de") else ""
    return topic_phrase(work.original, work.language)


def add_call(work: Work, place: str = "") -> str:
    """Adds a call to action that suits the platform, from a template and the text's topic.

    Returns:
        The call; "" where it holds every one that it could have.
    """
    words = words_for(work.language)
    choices = words.calls.get(work.platform, ())
    if parse(work.text).links and work.platform != "instagram":
        choices = words.calls.get("link", ())
    return _add_from(work, choices, "call to action", first=place == "start")


def add_question(work: Work, place: str = "") -> str:
    """Adds a question to the reader.

    Returns:
        The question; "" where it holds every one that it could have.
    """
    questions = words_for(work.language).questions
    if not questions:
        return ""
    by_level = (
        (questions["plain"][0], questions["topic"][0], questions["topic"][-1]),
        questions["plain"],
    )
    for choices in by_level:
        if added := _add_from(work, choices, "question", first=place == "start"):
            return added
    return ""


def _add_from(work: Work, choices: tuple[str, ...], what: str, *, first: bool = False) -> str:
    """Adds the sentence of the level, or the next that can be filled and is not there yet."""
    topic = _topic(work)
    for step in range(len(choices)):
        template = choices[(work.level + step) % len(choices)]
        if "{topic}" in template and not topic:
            continue
        sentence = filled(work, template, topic=topic)
        if sentence in work.text or "{" in sentence:
            continue
        if first:
            text = f"{sentence} {work.text}"
        else:
            text = append(work.text, sentence, paragraph=has_paragraphs(work.text))
        if work.change(text, f"Added a {what}: “{sentence}”"):
            work.added.append(sentence)
            return sentence
    return ""


def apply_requests(work: Work) -> None:
    """Adds the calls and questions that are wished for."""
    for wish in work.wishes("add_question"):
        pieces = split(work.text)
        told = [piece for piece in pieces if piece.kind == "text"]
        edge = told[-1:] if wish.argument != "start" else told[:1]
        if wish.argument and edge and asks(edge[0].text, work.language):
            work.idle(wish, f"It has a question at its {wish.argument} already: it stays.")
            continue
        _say_added(work, wish, add_question(work, wish.argument), "question")
    for wish in work.wishes("add_call_to_action"):
        _say_added(work, wish, add_call(work, wish.argument), "call to action")


def _say_added(work: Work, wish: RefinementIntent, sentence: str, what: str) -> None:
    if sentence:
        work.done(wish, added=sentence)
    else:
        work.stuck(wish, f"the rules know no {what} that the text does not hold already")


def remove_requests(work: Work) -> None:
    """Takes out the calls to action and the questions that are not wished for."""
    for wish in work.wishes("remove_question"):
        _take_out(
            work, wish, "question", lambda text: asks(_LINKS_BEHIND.sub("", text), work.language)
        )
    for wish in work.wishes("remove_call_to_action"):
        _take_out(
            work, wish, "call to action", lambda text: bool(calls_to_action([text], work.language))
        )


def _take_out(
    work: Work, wish: RefinementIntent, what: str, unwanted: Callable[[str], bool]
) -> None:
    pieces = split(work.text)
    gone: list[str] = []
    stays = False
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        if piece.kind == "text" and unwanted(piece.text):
            links = parse(piece.text).links
            gone.append(piece.text)
            if links:
                pieces[index] = Piece(
                    " ".join(links), piece.gap, "", "text", opens_line=piece.opens_line
                )
                index += 1
            elif sum(one.kind == "text" for one in pieces) > 1:
                pieces = drop(pieces, index)
            else:
                gone.pop()
                stays = True
                index += 1
        else:
            index += 1
    if stays:
        work.stuck(wish, f"the only sentence is a {what}: it stays")
    elif not gone:
        work.idle(wish, f"There was no {what} to remove.")
    if not gone:
        return
    text = join(pieces)
    many = "s" if len(gone) > 1 and " " not in what else ""
    note = f"Removed {len(gone)} {what}{many}: {quoted(gone)}."
    work.change(text, note + losses(work, text))


# What follows a noun, and seldom what describes one.
_FOLLOWS: Final = (
    r"(?=\s*(?:[.,;:!?)(–—\n]|$)|\s+(?:and|or|of|in|on|at|for|with|from|to|is|are|was|were|will|that"
    r"|which|y|o|de|del|en|con|para|por|es|son|que)\b)"
)


def _stands_alone(word: str, work: Work) -> bool:
    """Whether a word is no number and describes no other one: "a small team of five"."""
    if word.lower() in words_for(work.language).numerals.entries:
        return False
    if work.language == "de":  # nouns are large
        return True
    found = regex.search(rf"(?i)\b{regex.escape(word)}\b{_FOLLOWS}", work.original)
    return found is not None


def recap(work: Work) -> None:
    """Sums the text up in its own words."""
    words = words_for(work.language)
    points = [
        word
        for word in topic_words(work.original, work.language, limit=3)
        if is_noun(word, work.original, work.language) and _stands_alone(word, work)
    ]
    if len(points) < 3 or not words.recap:
        return
    listed = f"{', '.join(points[:-1])} {words.conjunction} {points[-1]}"
    sentence = words.recap.format(points=listed)
    text = append(work.text, sentence, paragraph=has_paragraphs(work.text))
    if work.change(text, f"Summed it up in its own words: “{sentence}”"):
        work.added.append(sentence)
