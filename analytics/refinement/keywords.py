"""Words to bring in, to replace and to take out, and numbers to write in digits."""

from typing import Final

import regex

from analytics.refinement import hanging
from analytics.refinement.document import (
    Piece,
    append,
    capitalize,
    drop,
    has_paragraphs,
    join,
    split,
)
from analytics.refinement.facts import holds
from analytics.refinement.lexicon import words_for
from analytics.refinement.model import RefinementIntent
from analytics.refinement.sentences import filled
from analytics.refinement.telling import losses, quoted
from analytics.refinement.work import Work
from analytics.text import parse

_THAT: Final = regex.compile(r"^(?:that|dass|que)\s+", regex.IGNORECASE)
_OPENING_ORDER: Final = regex.compile(
    r"^(?:an?|the|our|your|my|unser\w*|eue?r\w*|dein\w*|mein\w*|ihr\w*|ein\w*|d(?:ie|er|as|en|em|es)"
    r"|el|la|los|las|un|una|al|nuestr\w+|vuestr\w+|tus?|sus?|mis?)\s"
)


def apply_mentions(work: Work) -> None:
    """Brings in what is to be mentioned."""
    for wish in work.wishes("add_keyword"):
        thing = wish.argument.strip(' .,;:"“”„')
        if not thing:
            continue
        if holds(work.text, thing):
            work.idle(wish, f"It mentions “{thing}” already.")
        else:
            _mention(work, thing)
    for wish in work.wishes("begin_with", "end_with"):
        _put(work, wish)


def _put(work: Work, wish: RefinementIntent) -> None:
    """Begins or ends a text with words that the feedback gives, as they stand."""
    said, first = wish.argument, wish.kind == "begin_with"
    if stands(work.text, wish):
        work.idle(wish, f"It {'begins' if first else 'ends'} with “{said}” already.")
        return
    pieces = split(work.text)
    # What is a sentence of the text is moved, not said twice.
    whole = [at for at, piece in enumerate(pieces) if bare(piece.text) == bare(said)]
    rest = join(drop(pieces, whole[0])) if whole and len(pieces) > 1 else work.text
    paragraph = has_paragraphs(rest)
    if first:
        text = said + ("\n\n" if paragraph else " ") + rest
    else:
        text = append(rest, said, paragraph=paragraph)
    if work.change(text, f"{'Began' if first else 'Ended'} with “{said}”."):
        work.added.append(said)


def stands(text: str, wish: RefinementIntent) -> bool:
    """Whether a text begins or ends with what a wish gives, hashtags behind it not counted."""
    told = [piece.text for piece in split(text) if piece.kind != "tags"]
    whole, said = bare(" ".join(told)), bare(wish.argument)
    return whole.startswith(said) if wish.kind == "begin_with" else whole.endswith(said)


def bare(text: str) -> str:
    """A text without what closes a sentence, and in small letters."""
    return " ".join(text.casefold().split()).rstrip(".,;:!? ")


def _mention(work: Work, thing: str) -> None:
    words = words_for(work.language)
    paragraph = has_paragraphs(work.text)
    if thing.startswith("#"):
        text = (
            f"{work.text} {thing}"
            if split(work.text)[-1].kind == "tags"
            else (f"{work.text}\n\n{thing}")
        )
        added = thing
    elif words.mention_clause and _THAT.match(thing):
        clause = _THAT.sub("", thing) if work.language == "en" else thing
        added = filled(work, words.mention_clause, clause=clause, Clause=capitalize(clause))
        if thing.endswith(tuple(parse(thing).links)):
            added = added.removesuffix(".")  # it would be part of the link
        text = append(work.text, added, paragraph=paragraph)
    elif thing.startswith("@") or parse(thing).links or not words.mention:
        added = thing
        text = append(work.text, added, paragraph=paragraph)
    elif work.level == 2 and not _OPENING_ORDER.match(thing.lower()) and len(thing) < 40:
        added = f"{capitalize(thing)}: "
        text = added + work.text
    else:
        added = filled(work, words.mention[min(work.level, 1)], thing=thing)
        text = append(work.text, added, paragraph=paragraph)
    if work.change(text, f"Mentioned “{thing}”: “{added.strip()}”"):
        work.added.append(added.strip())


def apply_replacements(work: Work) -> None:
    """Replaces words, and takes words out."""
    for wish in work.wishes("replace_keyword"):
        old, _, new = wish.argument.partition(" → ")
        count = 0

        def exchange(match: regex.Match[str], new: str = new) -> str:
            nonlocal count
            count += 1
            return capitalize(new) if match.group()[0].isupper() else new

        pattern = word_pattern(old)
        if old != old.lower() and (named := word_pattern(old, as_written=True)).search(work.text):
            pattern = named  # "Mark", not "mark the date"
        text = pattern.sub(exchange, work.text)
        work.change(text, f"Replaced “{old}” with “{new}”, {count} time{'s' if count > 1 else ''}.")
    for wish in work.wishes("remove_keyword"):
        _leave_out(work, wish)


def word_pattern(word: str, *, as_written: bool = False) -> regex.Pattern[str]:
    """Finds a word or words that stand alone, in any case unless as it is written."""
    return regex.compile(
        rf"(?<![\p{{L}}\p{{N}}]){regex.escape(word)}(?![\p{{L}}\p{{N}}])",
        0 if as_written else regex.IGNORECASE,
    )


_INTENSIFIER: Final = regex.compile(
    r"(?:\p{L}+ly|very|really|so|super|totally|just|even|sehr|wirklich|total|echt|ganz|muy|"
    r"realmente|tan|\p{L}+mente)$",
    regex.IGNORECASE,
)


def _leave_out(work: Work, wish: RefinementIntent) -> None:
    """Takes a word out: alone where the sentence stands without it, else with its sentence."""
    word = wish.argument
    pattern = word_pattern(word)
    if not pattern.search(work.text):
        work.idle(wish, f"“{word}” does not occur in the text.")
        return
    pieces = split(work.text)
    gone: list[str] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        if not pattern.search(piece.text):
            index += 1
            continue
        alone = _without(piece.text, pattern, work) or _cut(piece.text, pattern)
        others = sum(one.kind == "text" for one in pieces) > 1
        # A sentence without its subject or object is none: it goes, and its facts are named.
        if alone is None and not others:
            alone = regex.sub(r"\s{2,}", " ", pattern.sub("", piece.text)).strip()
        if alone is None:
            gone.append(piece.text)
            pieces = drop(pieces, index)
        else:
            pieces[index] = Piece(alone, piece.gap, piece.mark, piece.kind, piece.opens_line)
            index += 1
    text = pattern.sub("", join(pieces)) if pattern.search(join(pieces)) else join(pieces)
    note = f"Left out “{word}”."
    if gone:
        note = f"Left out “{word}”, with the sentence it was in: {quoted(gone)}."
    work.change(text, note + losses(work, text, of=word))


def _cut(text: str, pattern: regex.Pattern[str]) -> str | None:
    """The sentence without the word and the preposition before it; None when it needs them."""
    left: str | None = text
    while left and (match := pattern.search(left)):
        left = hanging.without(left, match.start(), match.end())
    return left or None


_BEFORE_NOUN: Final = regex.compile(
    r"(?i)\b(?:a|an|the|our|your|my|their|his|her|its|this|these|with|for|of|is|are|and|,)\s+$"
)


def _without(text: str, pattern: regex.Pattern[str], work: Work) -> str | None:
    """The sentence without the word; None when it may not stand without it."""
    for match in list(pattern.finditer(text)):
        word = match.group()
        before, behind = text[: match.start()], text[match.end() :]
        attribute = (
            work.language == "en"
            and bool(_BEFORE_NOUN.search(before))
            and bool(regex.match(r"\s+\p{Ll}{3,}", behind))
            and not regex.match(
                r"\s+(?:and|for|with|from|of|to|in|on|at|is|are|was|that)\b", behind
            )
        )
        german = (
            work.language == "de"
            and word[0].islower()
            and bool(
                regex.search(r"(?:e|er|es|en|em)$", word) and regex.match(r"\s+\p{Lu}", behind)
            )
        )
        if not (attribute or german or _INTENSIFIER.match(word) or word.startswith(("#", "@"))):
            return None
    # "Fast, friendly and fair" without one of the three.
    last = rf",\s+(?:{pattern.pattern})(?=\s+(?:and|or|und|oder|y|e|o)\s)"
    left = regex.sub(last, "", text, flags=regex.IGNORECASE)
    left = pattern.sub("", left)
    left = regex.sub(r"[^\S\n]{2,}", " ", left).strip()
    left = regex.sub(r"\s+([,.;!?])", r"\1", left)
    return capitalize(left) if text[:1].isupper() else left


def apply_numbers(work: Work) -> None:
    """Writes spelled-out numbers in digits."""
    words = words_for(work.language)
    if not work.wishes("add_numbers"):
        return
    made: list[str] = []

    def digits(match: regex.Match[str]) -> str:
        digit = words.numerals[match.group()]
        made.append(f"“{match.group()}” → {digit}")
        return digit

    text = work.text
    for match in reversed(list(words.numerals_in(text))):
        text = text[: match.start()] + digits(match) + text[match.end() :]
    work.change(text, f"Wrote numbers in digits: {', '.join(made[::-1])}.")
