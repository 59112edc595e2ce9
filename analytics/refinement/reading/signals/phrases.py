"""Phrases of feedback that are a wish as a whole, with the things they name."""

from typing import Final

_QUOTED: Final = (
    r"[\"“„«”](?P<quoted>[^\"“”„«»\n]{1,200})[\"”“»]"
    r"|(?<!\w)['‘‚](?P<single>[^'‘’‚\n]{1,200})['’‘](?!\w)"
)

_NAME: Final = r"\p{Lu}[\p{L}\p{N}'’&-]*"
_NAMES: Final = rf"{_NAME}(?:\.? {_NAME}){{0,4}}"
_IN_QUOTES: Final = r"[\"“„«'‘‚][^\"”“»'’‘\n]{1,60}[\"”“»'’‘]"

RULES: Final[tuple[tuple[str, str], ...]] = (
    ("QUOTED", _QUOTED),
    (
        "ASIS",
        (
            r"(?:keep|leave) (?:it|this|that|everything(?: else)?|the (?:text|post|rest))"
            r"(?: (?:just|exactly))? "
            r"(?:as(?: it)?(?: i|')s|as(?: it)? stands|the way it is|alone|unchanged|like (?:this"
            r"|that))"
            r"|change nothing(?: else)?|(?:don'?t|do not) (?:change|touch) (?:a thing|anything|it"
            r"|the (?:text|post))"
            r"|(?:lass|lasst|lassen|belass\w*) (?:es|das|alles|ihn|den (?:text|beitrag|rest))"
            r"(?: bitte)?(?: genau)? (?:so|wie (?:es|er) ist|unverändert)|nichts (?:ändern"
            r"|verändern)"
            r"|(?:déja|deje|mantén)(?:lo|la| el texto| la publicación) (?:así|(?:tal )?como está"
            r"|tal cual|igual)|no (?:cambies|toques) nada"
        ),
    ),
    (
        "REPLACE",
        (
            r"(?:replace|swap|change|ersetze?n?|tausche?n?|reemplaza|sustituye|cambia)(?: the "
            r"word| das"
            r" wort| la palabra| all| alle| todas? las?| todos los)?"
            r" (?P<old>[\"“„«]?[^.;!?\n\"”»]{1,60}?[\"”“»]?)"
            r" (?:with|for|by|durch|gegen|mit|por) "
            r"(?P<new>[\"“„«]?[^,.;!?\n\"”»]{1,60}?[\"”“»]?)(?=[,.;!?\n]|$| and | und | y )"
            # "Change the tone to formal" is none: what is changed has to be names or in quotes.
            rf"|(?:change|rename|ändere?|cambia)(?: the (?:name|word)s?| den namen| el nombre)?"
            rf" (?-i:(?P<old>{_NAMES}\.?|{_IN_QUOTES})) (?:to|into|zu|in|a) "
            rf"(?-i:(?P<new>{_NAMES}|{_IN_QUOTES}))"
        ),
    ),
    (
        "INSTEAD",
        (
            r"(?:use|say|write|nutze|verwende|schreibe?|usa|di) "
            r"(?P<better>[\"“„«]?[^.;!?\n\"”»]{1,60}?[\"”“»]?) "
            r"(?:instead of|rather than|anstatt|statt|en (?:vez|lugar) de) "
            r"(?P<worse>[\"“„«]?[^,.;!?\n\"”»]{1,60}?[\"”“»]?)(?=[,.;!?\n]|$| and | und | y )"
        ),
    ),
    (
        "PLATFORM",
        (
            r"(?:(?:for|to|into|on|as an?|für|als|auf|zu|para|a|como|en)(?: (?:an?|einen?|das|un"
            r"|una|the))?"
            r" )?(?P<platform>linkedin|twitter|tweet|x(?:/twitter| post)|facebook|fb|instagram"
            r"|insta"
            r"|ig|(?<=\b(?:for|to|on|für|auf|zu|para|en) )x(?=\s*(?:$|[.,;:!?)\n]|please|and|but"
            r"|bitte|und|aber|por favor|y |pero)))"
            r"(?:[ -](?:posts?|beitrag|version|style|caption|publicación|format))?"
        ),
    ),
    (
        "NOWORD",
        (
            r"(?:without|avoid(?:ing)?|don'?t (?:use|say|mention|write)|do not (?:use|say|mention"
            r"|write)"
            r"|never (?:use|say|mention)|no mention of|remove|delete|drop|omit|leave out|skip"
            r"|ohne|streiche?|entferne?|lösche?"
            r"|vermeide?|sin|evita|elimina|quita|borra|no uses|no digas)(?: using)?(?: the| das"
            r"| die"
            r"| la| las| el)? (?:words?|phrases?|terms?|keywords?|wort|wörter|ausdruck|begriff"
            r"|palabras?"
            r"|expresión|término)|(?:don'?t|do not|never) mention|no menciones|erwähne? nicht"
            r"|(?:verwende|benutze|nutze) nicht(?: das wort)?"
        ),
    ),
    # The noun: "keep the mention"; "the mention of Berlin" is about a word.
    ("T_MENTIONS", r"(?<=\b(?:the|any|all|that|this|my|our) )mentions?(?! (?:of|that)\b)"),
    (
        "MENTION",
        (
            r"(?:mention(?:ing)?|name|refer to|(?:include|add|use|insert)(?: the| a)? (?:words?"
            r"|phrases?"
            r"|terms?|keywords?|names?|mention of)|(?:include|add|say|point out"
            r"|note)"
            r" that|erwähne?n?|nenne?|(?:sag|schreib|ergänze|füge? hinzu),? dass|(?:nimm|baue?"
            r"|füge?|"
            r"ergänze?|verwende|nutze)(?: das| den| die)? (?:wort|wörter|begriff|ausdruck"
            r"|stichwort|"
            r"keyword)|menciona(?:r|ndo)?|nombra|(?:incluye|añade|agrega|usa"
            r"|pon)(?: la"
            r"| el)? (?:palabras?|término|expresión|nombre)|(?:di|añade"
            r"|agrega) que)"
        ),
    ),
    (
        "NAMED",
        (
            r"https?://\S*[\w/]|www\.\S*[\w/]|(?:[\w-]+\.)+(?:com|org|net|de|es|io)(?:/\S*[\w/])?"
            r"|[#@](?=\d*[\p{L}_])\w+"
        ),
    ),
    (
        "T_WORD",
        (
            r"(?:the|das|la|den|el) (?:words?|phrases?|term|wort|wörter|begriff|ausdruck|palabras?"
            r"|expresión|término)"
        ),
    ),
    (
        "UNSUPPORTED",
        (
            r"(?:translat\w+|übersetz\w*|traduc\w+|tradúce\w*)(?: (?:it|this|das|den text|lo|el "
            r"texto))?"
            r"(?: (?:in|into|to|ins|auf|al|en))? ?\w*"
            r"|(?:in|auf|en|into) (?:english|german|french|spanish|italian|englisch|deutsch"
            r"|französisch|"
            r"spanisch|italienisch|inglés|alemán|francés|español|italiano)"
            r"|funn(?:y|ier)|humou?r\w*|humorvoll\w*|jokes?|wit(?:ty|tier)|lustig\w*|witz\w*"
            r"|gracios[oa]|"
            r"divertid[oa]|chistes?|humor"
            r"|poems?|poetry|rhym\w+|haiku|rap|gedicht\w*|reim\w*|poema|rima\w*|song|lied|canción"
            r"|stor(?:y|ies)|storytelling|geschichte|historia|anecdotes?|anekdote|anécdota"
            r"|metaphors?"
            r"|testimonials?|grammar|spelling|typos?|grammatik|rechtschreib\w*|tippfehler"
            r"|ortograf\w*|"
            r"gramática|seo|viral|better|improve|besser|verbesser\w*|mejor(?:a|ar|alo)?|rewrite"
            r"|rephrase|paraphrase|umschreiben|umformulier\w*|reescrib\w*|reformul\w*|hooks?"
            r"|catch(?:y"
            r"|ier)"
            r"|persuasive|convincing|überzeugend\w*|convincente|sarcas\w+|sarkas\w+|sarcás\w+"
            r"|creative|"
            r"kreativ\w*|creativ[oa]|original(?:er|ität)?|emotional\w*|emotiv[oa]|luxur\w+"
            r"|headline|"
            r"überschrift|titular|title|titel|título"
        ),
    ),
)
