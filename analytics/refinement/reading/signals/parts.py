"""The parts of a text that feedback speaks of, and its style."""

from typing import Final

RULES: Final[tuple[tuple[str, str], ...]] = (
    ("T_HASHTAGS", r"(?:hash ?tags?|hash-tags?|#tags?|etiquetas)"),
    ("T_EMOJI", r"(?:emojis?|emoticon(?:e?s)?|smil(?:ey|ie)s?|emoticonos?)"),
    (
        "T_CTA",
        (
            r"calls?[ -]to[ -]actions?|ctas?|handlungsaufforderung(?:en)?|handlungsaufruf"
            r"|aufforderung|aufruf"
            r"|llamad[ao]s? a la acción"
        ),
    ),
    ("T_QUESTION", r"(?:questions?|fragen?|preguntas?)"),
    (
        "T_NUMBERS",
        (
            r"numbers?|figures?|statistics?|stats?|data|zahlen?|statistik(?:en)?|daten|números?"
            r"|cifras?"
            r"|estadísticas?|datos"
        ),
    ),
    ("T_LINKS", r"links?|urls?|enlaces?|vínculos?"),
    ("T_MENTIONS", r"mentions|handles?|erwähnungen|menciones"),
    (
        "T_BREAKS",
        (
            r"line ?breaks?|paragraphs?|white ?space|spacing|absätzen?|absatz|zeilenumbrüchen?"
            r"|zeilenumbruch|"
            r"saltos? de línea|párrafos?|abstände"
        ),
    ),
    (
        "T_LIST",
        (
            r"bullet(?:ed)?(?:[ -]?points?| list)?s?|lists?|listen?|aufzählung(?:en)?|stichpunkten?"
            r"|stichworten?|listas?|viñetas"
        ),
    ),
    (
        "T_BANGS",
        r"exclamation (?:marks?|points?)|ausrufezeichen|(?:signos de )?exclamaci(?:ón|ones)",
    ),
    (
        "T_FACTS",
        r"facts?|names?|fakten|namen|hechos|nombres?|preise?|prices?|precios?|dates?|datum",
    ),
    (
        "BLOCK",
        (
            r"(?:as |in |to )?(?:one|a single) block|(?:als |in )?(?:ein(?:em|en)?|einziger) block"
            r"|(?:como |en )?un (?:solo )?bloque"
        ),
    ),
    (
        "STYLE",
        (
            r"all[ -]caps|caps(?: lock)?|shout(?:ing|y)?|(?:upper[ -]?case|capital) letters"
            r"|capitals?|upper[ -]?case|großbuchstaben|schreien"
            r"|mayúsculas|"
            r"double spaces|extra spaces|doppelte leerzeichen|leerzeichen|dobles? espacios"
            r"|espacios dobles|"
            r"punctuation|zeichensetzung|satzzeichen|puntuación|formatting|formatierung|formato"
            r"|(?:fix|clean up|mend|tidy)(?: up)?(?: the| its| this)? (?:style|text|post)"
            r"|clean (?:it|this) up"
            r"|stil (?:korrigieren|aufräumen)|corrige el estilo"
        ),
    ),
)
