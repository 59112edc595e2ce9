"""What is wanted of a part: to keep, to remove, to add it, where, how many, more or less."""

from typing import Final

from analytics.refinement.reading.signals.amounts import COUNT, NUMBER

RULES: Final[tuple[tuple[str, str], ...]] = (
    (
        "ONLY",
        (
            r"only|just|nur|lediglich|sol[oa](?:mente)?|sólo|max(?:imum|imal|\.)?|at most|no "
            r"more than"
            r"|höchstens|como máximo|máximo|exactly|genau|exactamente|up to|bis zu|hasta"
        ),
    ),
    ("LEAST", r"at least|mindestens|al menos|como mínimo|minimum"),
    (
        "KEEP",
        (
            r"keep(?:ing)?|leave(?: in| alone)?(?! [^,.;!?\n]{0,60}\bout\b| out\b)"
            r"|retain|preserve|maintain|(?:don'?t|do not) (?:touch|change|lose)"
            r"|behalte?n?|beibehalten|belasse?n?|lass(?:e|t)?(?= .{1,40}(?:drin|stehen|wie))"
            r"|lass(?:e|t)?(?= (?:die|den|das)\b(?![^,.;!?\n]*\b(?:weg|raus|fallen)\b))"
            r"|erhalte?n?|stehen"
            r"|mant(?:én|ener|enga)|conserva|deja(?! fuera)|no (?:toques|cambies)|unverändert"
            r"|nicht ändern"
        ),
    ),
    (
        "REMOVE",
        (
            r"remov(?:e|ed|ing)|delet(?:e|ed|ing)|drop|cut(?: out)?|without|los(?:e|ing)"
            # Languages that the rest of the feedback may not be in.
            r"|sans|senza|sem|zonder"
            r"|get(?:ting)? rid of"
            r"|take (?:out|away)|strip|hate|dislike|hassen?|odio|detesto"
            r"|(?:is|are) (?:not (?:so |very )?(?:great|good|nice|needed|necessary)|unnecessary|bad"
            r"|awful|ugly|annoying|terrible|silly|too much)|nerven|nervt"
            r"|(?:sind|ist) (?:nicht (?:gut|schön|nötig)|unnötig|schlecht|hässlich|zu viel)"
            r"|sobran?|eliminat(?:e|ing)|omit|leave out|leave(?= [^,.;!?\n]{0,60}\bout\b)"
            r"|deja fuera(?: a)?|skip|avoid"
            r"|entferne?n?|lösche?n?|streiche?n?|weglassen|weg|ohne|keine[nmrs]?|kein"
            r"|raus(?:nehmen)?"
            r"|heraus"
            r"|vermeide?n?|quita\w*|elimin[ae]r?\w*|borra\w*|sin|saca\w*|suprim\w+|ningun[oa]?"
            r"|ningún"
            r"|evita"
        ),
    ),
    (
        "END",
        (
            r"(?:end(?:ing)?|finish|close|closing|conclude)(?: it| this| the post)? (?:with|on"
            r"|in)|at the end"
            r"|am (?:ende|schluss)|zum schluss|(?:ende|beende|schließe)(?: den text| ihn)? mit"
            r"|al final|"
            r"(?:termina|acaba|cierra)(?:r|ndo)?(?:lo)? con"
        ),
    ),
    (
        "START",
        (
            r"(?:start|open|begin)(?:ing)?(?: it| this| the post)? (?:with|on)|at the (?:start"
            r"|beginning|top)"
            r"|am anfang|zu beginn|(?:beginne?|starte?|eröffne)(?: den text| ihn)? mit|al "
            r"(?:principio"
            r"|inicio)"
            r"|(?:empieza|comienza|inicia)(?:r|ndo)?(?:lo)? con"
        ),
    ),
    (
        "ADD",
        (
            r"add(?:ing|ed)?|includ(?:e|ing)|insert|put(?: in)?|append|incorporate|throw in"
            r"|sprinkle"
            r"|füge?n?|hinzu(?:fügen)?|ergänze?n?|einfügen|einbauen|baue?|rein|setze?n?|platziere"
            r"|añad\w+|agreg\w+|incluy\w+|incluir|pon(?:er)?(?:le|go)?|mete(?:r|le)?|insert[ae]r?"
        ),
    ),
    (
        "USE",
        (
            r"with|use|using|needs?|wants?|have|mit|nutze?n?|verwende?n?|braucht?e?|möchten?|will"
            r"|con|usa\w*"
            r"|necesita|quiero|quieres?|falta|fehlt|missing|turn(?: it| this)? into|as|als|como|in"
            r"|into|en"
        ),
    ),
    (
        "PRAISE",
        (
            r"(?<=\b(?:i|we) (?:(?:really|do|also|just|absolutely) )?)(?:love|like|enjoy|adore)"
            r"|^(?:love|nice|great|lovely|perfect|awesome|cool|tolle?|schöne?|klasse)|fine with"
            r"|it'?s (?:really |so )?(?:great|perfect|fine|good|lovely)"
            r"|(?:is|are|looks?) (?:really |very |so )?(?:great|good|nice|perfect|lovely|fine"
            r"|fun|cool|awesome)"
            r"|(?:sind|ist) (?:sehr |so )?(?:super|toll|gut|schön|klasse|prima|perfekt)"
            r"|(?<!nicht )(?:gefallen|gefällt)(?: mir| uns)?|(?:ich|wir) (?:mag|mögen|liebe|lieben)"
            r"|(?:me|nos) (?:gustan?|encantan?)|(?:son|está[n]?) (?:muy )?(?:genial(?:es)?|bien"
            r"|perfect\w+|buen\w+)"
        ),
    ),
    ("TOO", r"too(?: (?:many|much))?|zu(?: viele?)?|demasiad[oa]s?|so viele?|tant[oa]s"),
    ("VERY", r"very|sehr|muy|really|super|tan|so"),
    ("MORE", r"more|extra|additional|further|mehr|weitere|noch|más|otr[oa]s?|some|etwas"),
    (
        "LESS",
        r"less|fewer|few|reduce|reducing|weniger|reduzier\w*|menos|reduc\w+|zurückfahren|minder\w*",
    ),
    ("NO", r"no(?! problem)|nix|nada de"),
    ("NEG", r"don'?t|do not|not|never|nicht|niemals|nunca|tampoco|nor"),
    ("NUM", rf"{NUMBER}|{COUNT}"),
)
