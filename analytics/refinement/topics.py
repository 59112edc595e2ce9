"""What a text is about: words for hashtags, phrases for questions, emoji that suit."""

from collections.abc import Collection
from functools import lru_cache
from typing import Final

import regex

from analytics.refinement.document import capitalize
from analytics.refinement.facts import DAYS
from analytics.refinement.lexicon import words_for
from analytics.refinement.lexicon.proper import NAMES
from analytics.refinement.lexicon.words import word_set
from analytics.text import parse, plain, words_of
from analytics.vocabulary import keywords

_MAX_WORD: Final = 25
# Endings of words that seldom make a topic: verbs and adverbs, addresses.
_NO_TOPIC: Final = {
    "de": regex.compile(r"(?:stra(?:ß|ss)e|platz|weg|allee|gasse)$"),
    "en": regex.compile(r"(?:ed|ing|ly|n['’]t)$"),
    "es": regex.compile(
        r"(?:ando|iendo|mente|amos|emos|imos|[aei]r(?:se|le|les|te|nos|lo|la|los|las)?|mos)$"
    ),
}
_UNFIT: Final = word_set("""
    today tomorrow yesterday morning week weekend month year please thanks link comments post
    everyone anyone someone something anything lots heute morgen gestern woche wochenende
    monat jahr bitte danke beitrag kommentare uhr hoy mañana ayer semana finde mes año gracias
    enlace comentarios publicación días fin parte caso vez lugar forma manera tipo cosa cosas
    través part way kind end place time times thing things case fact rest side rahmen fall art
    teil ende zeit grund weise clients customers colleagues people followers guests kids team
    kunden gäste leute freunde clientes amigos gente equipo montón ganas infos info news soon
    open
""")

# An emoji and the beginnings of words it suits, in English, German and Spanish.
_EMOJI: Final = (
    ("☕", "coffee|espresso|latte|barista|kaffee|röst|café|cafés"),
    ("🍵", "tea|teas|tee|tees|té"),
    ("🥐", "bakery|croissant|bäcker|panader|pastr"),
    ("🍞", "bread|sourdough|brot|brötchen|pan"),
    ("🍰", "cake|dessert|kuchen|torte|tarta|pastel"),
    ("🍕", "pizza"),
    ("🍷", "wine|wein|vino"),
    ("🍺", "beer|brewery|bier|brauerei|cerveza"),
    ("🍽️", "dinner|lunch|menu|restaurant|speisekarte|abendessen|mittagessen|cena|menú|almuerzo"),
    ("🥗", "salad|vegan|salat|ensalada|healthy|gesund|saludable"),
    ("🚲", "bike|bicycle|cycling|fahrrad|radtour|bici|ciclis"),
    ("🏃", "running|marathon|laufen|läufer|correr|maratón"),
    ("💪", "fitness|workout|gym|training|entrena"),
    ("🧘", "yoga|meditat"),
    ("⚽", "football|soccer|fußball|fútbol"),
    ("📚", "book|books|reading|buch|bücher|lesung|libro|lectura"),
    ("🎓", "course|graduat|student|university|kurs|studium|studier|curso|universi"),
    ("🎨", "art|artist|paint|kunst|künstler|maler|arte|artista|pint"),
    ("🎵", "music|concert|song|musik|konzert|música|concierto|canción"),
    ("🎬", "film|movie|video|cinema|kino|película|vídeo"),
    ("📷", "photo|camera|foto|kamera|fotograf|cámara"),
    ("💻", "software|laptop|code|coding|developer|website|entwickler|programm|desarroll|ordenador"),
    ("🤖", "robot|ai|ki|ia"),
    ("📱", "app|phone|smartphone|handy|móvil"),
    ("🔒", "security|privacy|sicherheit|datenschutz|seguridad|privacidad"),
    ("📈", "growth|grow|grew|revenue|sales|wachstum|umsatz|wächst|crecimiento|ventas|crec"),
    ("💼", "job|jobs|career|hiring|stelle|karriere|bewerb|empleo|trabajo|carrera"),
    ("🤝", ("team|partner|partnership|collabor|equipo|socio"
           "|colabor")),
    ("🎉", ("celebrat|anniversary|birthday|party|feier|jubiläum|geburtstag|fest|celebr|aniversario"
           "|cumpleaños|fiesta")),
    ("🏆", "award|winner|prize|won|preis|gewinner|auszeichnung|premio|ganador"),
    ("🎁", "gift|giveaway|geschenk|gewinnspiel|verlosung|regalo|sorteo"),
    ("🏷️", "sale|discount|offer|rabatt|angebot|aktion|oferta|descuento|rebaja"),
    ("🛍️", "shop|store|shopping|laden|geschäft|tienda|compra"),
    ("🚚", "delivery|shipping|lieferung|versand|liefern|envío|entrega"),
    ("📅", ("event|calendar|date|saturday|sunday|monday|tuesday|wednesday|thursday|friday|termin"
           "|veranstaltung|samstag|sonntag|montag|dienstag|mittwoch|donnerstag|freitag|evento"
           "|sábado"
           "|domingo|lunes|martes|miércoles|jueves|viernes")),
    ("⏰", "hours|clock|deadline|öffnungszeiten|frist|uhr|horario|plazo"),
    ("🌱", ("sustainab|organic|green|plant|garden|nachhaltig|bio|garten|pflanz|sostenib|orgánic"
           "|jardín"
           "|planta")),
    ("🌍", "world|climate|planet|earth|welt|klima|erde|mundo|clima|tierra"),
    ("☀️", "summer|sun|sunny|sommer|sonne|verano|sol"),
    ("❄️", "winter|snow|schnee|invierno|nieve"),
    ("🍂", "autumn|fall|herbst|otoño"),
    ("🌸", "spring|flower|frühling|blume|primavera|flor"),
    ("🎄", "christmas|weihnacht|navidad"),
    ("✈️", "travel|trip|flight|reise|urlaub|flug|viaje|vacaciones|vuelo"),
    ("🏨", "hotel|hostel"),
    ("🏖️", "beach|strand|playa"),
    ("⛰️", "mountain|hike|hiking|berg|wander|montaña|senderis"),
    ("🐶", "dog|puppy|hund|perro"),
    ("🐱", "cat|kitten|katze|gato"),
    ("👶", "baby|bebé"),
    ("👨‍👩‍👧", "family|families|kids|children|familie|kinder|familia|niños"),
    ("🏠", "home|house|haus|zuhause|wohnung|casa|hogar"),
    ("🔧", "repair|workshop|tool|werkstatt|reparatur|werkzeug|taller|repara|herramienta"),
    ("🚗", "car|cars|auto|autos|coche"),
    ("👗", "fashion|dress|mode|kleid|moda|vestido"),
    ("💄", "makeup|beauty|cosmetic|kosmetik|schminke|belleza|maquillaje"),
    ("❤️", "love|heart|liebe|herz|amor|corazón|encanta"),
    ("🙏", "thank|thanks|grateful|danke|dankbar|gracias|agradec"),
    ("💡", "idea|tip|tips|learn|idee|tipp|tipps|lern|consejo|aprend"),
    ("🚀", "launch|launched|startup|start|gründ|lanza|lanzamiento"),
    ("✨", "new|neu|neue|neuer|neues|neuen|nuevo|nueva|nuevos|nuevas"),
    ("💬", "tell|comment|question|opinion|frage|meinung|kommentar|cuéntanos|pregunta|opinión"),
    ("🎤", "podcast|interview|speaker|vortrag|entrevista|ponente"),
    ("📰", "news|newsletter|neuigkeit|nachricht|noticia"),
)  # fmt: skip
_SUITS: Final = tuple((sign, regex.compile(rf"^(?:{stems})(?:s|n|en)?$")) for sign, stems in _EMOJI)
_STEM: Final = 5  # letters that a word must share at least to be told by its beginning


@lru_cache(maxsize=256)
def emoji_by_word(word: str) -> str:
    """The emoji that suits a word in lower case; "" for none."""
    for sign, pattern in _SUITS:
        if pattern.match(word):
            return sign
    for sign, stems in _EMOJI:
        if any(len(stem) >= _STEM and word.startswith(stem) for stem in stems.split("|")):
            return sign
    return ""


def emoji_for(text: str, used: Collection[str]) -> str:
    """The first emoji that suits a word of the text and is not used yet; "" for none."""
    return next(
        (
            sign
            for word in words_of(text)
            if (sign := emoji_by_word(word.lower())) and sign not in used
        ),
        "",
    )


# What stands before a noun, where capitals don't tell it.
_BEFORE_NOUN: Final = {
    "en": r"(?:an?|the|our|your|my|their|his|her|its|this|these|those|of|for|with|no|new|free|more"
    "|some"
    r"|any|every|first|next|fresh|best|from|about|great|big|small|local|little|own|good|real)",
    "es": r"(?:un|una|unos|unas|el|la|los|las|del|al|de|nuestr[oa]s?|tus?|sus?|este|esta|estos"
    "|estas|con"
    r"|sin|nuev[oa]s?|primer|primera|más|cada)",
}


def is_noun(word: str, text: str, language: str) -> bool:
    """Whether a word is used as a noun, as far as its neighbours or its capital tell."""
    if language == "de":
        return bool(regex.search(rf"(?<=[\p{{Ll}}\d%,] ){regex.escape(word)}\b", text))
    if language not in _BEFORE_NOUN:
        return True
    pattern = rf"(?i)\b{_BEFORE_NOUN[language]}\s+{regex.escape(word)}\b"
    return bool(regex.search(pattern, text))


def topic_words(text: str, language: str, limit: int = 15) -> list[str]:
    """The words a text is about, nouns first, then by how they mark it; as written in it."""
    return list(_topic_words(text, language)[:limit])


@lru_cache(maxsize=128)
def _topic_words(text: str, language: str) -> tuple[str, ...]:
    words = _keywords(plain(text))
    spelled: dict[str, str] = {}
    for word in words_of(plain(text)):
        low = word.lower()
        # In German the large form is the noun; elsewhere a large form may only open a sentence.
        if low not in spelled or (language == "de" and word[0].isupper()):
            spelled[low] = word
    unfit = _NO_TOPIC.get(language)
    found = []
    for word in words:
        if (
            word in _UNFIT
            or word in DAYS
            or len(word) > _MAX_WORD
            or (unfit and unfit.search(word))
        ):
            continue
        written = spelled.get(word, word)
        if language == "de" and not written[0].isupper():
            continue
        found.append(written)
    source = plain(text)
    return tuple(sorted(found, key=lambda word: not is_noun(word, source, language)))


@lru_cache(maxsize=128)
def _keywords(text: str) -> tuple[str, ...]:
    found = keywords([text], limit=40)
    if found:
        return tuple(found)
    # No frequency list of the language: long words, the most frequent first.
    words = [word.lower() for word in words_of(text) if len(word) > 4 and word.isalpha()]
    return tuple(sorted(set(words), key=lambda word: (-words.count(word), words.index(word))))


def tag_words(text: str, language: str) -> list[str]:
    """Words for hashtags, best first, in camel case."""
    found: list[str] = []
    words = topic_words(text, language, limit=30)
    source = plain(text)
    nouns = [one for one in words if is_noun(one, source, language)]
    # Where neighbours show no more nouns, names do, and what is counted.
    nouns += [one for one in words if one not in nouns and _named_or_counted(one, source)]
    for word in nouns or words:
        tag = "".join(capitalize(part) for part in regex.split(r"[^\w]+", word))
        if len(tag) > 3 and tag.lower() not in {other.lower() for other in found}:
            found.append(tag)
    return found


_UNITS: Final = word_set("""
    euro euros dollar dollars pound pounds percent second seconds minute minutes hour hours day
    days week weeks month months year years times prozent sekunden minuten stunden tage tagen
    wochen monate monaten jahre jahren mal uhr dólares minutos horas días semanas meses años
    veces ciento people personen leute personas
""")


def _named_or_counted(word: str, text: str) -> bool:
    if word.lower() in _UNITS:
        return False
    return bool(
        regex.search(rf"\d\s{regex.escape(word)}\b", text)
        or (word[0].isupper() and regex.search(rf"[\p{{Ll}}\d,&]\s{regex.escape(word)}\b", text))
    )


@lru_cache(maxsize=128)
def topic_phrase(text: str, language: str) -> str:
    """A phrase that names what the text is about and fits behind "what do you think of"; or ""."""
    pattern = words_for(language).topic
    if not pattern:
        return ""
    source = parse(text).text
    for word in topic_words(text, language):
        match = regex.search(
            pattern.replace("{word}", regex.escape(word)), source, regex.IGNORECASE
        )
        if match and not any(char in match.group() for char in "\n#@"):
            phrase = match.group()
            if any(one.lower() in NAMES for one in words_of(phrase)):
                continue  # nobody is asked how they like a person
            return phrase if language == "de" else phrase[0].lower() + phrase[1:]
    return ""
