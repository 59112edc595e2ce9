"""German. How readers are addressed is in `analytics.refinement.address`."""

from typing import Final

from analytics.refinement.lexicon.words import Words, inflected, pairs, word_set

_ENDINGS: Final = "e|er|es|en|em"

GERMAN: Final = Words(
    wordy=pairs("""
aufgrund der tatsache, dass = weil
zum jetzigen zeitpunkt|zum gegenwärtigen zeitpunkt|zurzeit = jetzt
in der lage sein = können
ist in der lage = kann
sind in der lage = können
in regelmäßigen abständen = regelmäßig
eine vielzahl von|eine große anzahl von|eine reihe von = viele
voll und ganz =
wir freuen uns sehr, = Wir freuen uns,
nicht zuletzt = auch
darüber hinaus = außerdem
des weiteren = außerdem
im rahmen von = bei
in bezug auf = zu
selbstverständlich|eigentlich|sozusagen|gewissermaßen|quasi|grundsätzlich =
wirklich|echt|total|wahnsinnig =
sehr|durchaus|durchweg|ziemlich|letztendlich|letztlich|schlussendlich =
"""),
    to_formal=pairs(
        inflected(
            _ENDINGS,
            ("toll", "hervorragend"),
            ("cool", "gelungen"),
            ("krass", "beeindruckend"),
            ("geil", "hervorragend"),
            ("riesig", "sehr groß"),
        ),
        """
hey leute|hi leute|hallo leute|hallo ihr lieben|hey ihr lieben|hi zusammen = Guten Tag
hey zusammen|na ihr = Guten Tag
hey|hi = Guten Tag
hallo zusammen = Guten Tag
toll|super|klasse|spitze|mega|cool|geil|hammer = hervorragend
supergut = hervorragend
krass = beeindruckend
mega lecker|super lecker|richtig lecker = ausgezeichnet
total|echt|mega gut = sehr
voll gut|echt gut|richtig gut = sehr gut
gibt's = gibt es
geht's = geht es
ist's = ist es
war's = war es
wird's = wird es
hat's = hat es
wenn's = wenn es
'ne = eine
'nen = einen
'n = ein
nen = einen
auf'm = auf dem
kriegen = erhalten
kriegt = erhält
gucken = ansehen
kids = Kinder
infos = Informationen
info = Information
danke = Vielen Dank
ich danke = ich danke
danke ich = danke ich
danke schön|dankeschön = Vielen Dank
vielen dank = Vielen Dank
herzlichen dank = Herzlichen Dank
tschüss|ciao = Auf Wiedersehen
lg|liebe grüße|vg = Mit freundlichen Grüßen
okay|ok = in Ordnung
ein bisschen|bisschen = ein wenig
jede menge|haufenweise|tonnenweise = zahlreiche
und los geht's|los geht's = Es beginnt
juhu|juhu!|yeah|wow|wow!|haha|hihi =
""",
    ),
    to_casual=pairs(
        inflected(
            _ENDINGS,
            ("hervorragend", "toll"),
            ("ausgezeichnet", "toll"),
            ("beeindruckend", "stark"),
        ),
        """
sehr geehrte damen und herren = Hallo zusammen
sehr geehrte kundinnen und kunden|liebe kundinnen und kunden = Hallo zusammen
guten tag = Hallo
mit freundlichen grüßen|hochachtungsvoll|mit freundlichem gruß = Viele Grüße
erhalten = bekommen
erhält = bekommt
erwerben = kaufen
erwirbt = kauft
verfügen über = haben
verfügt über = hat
darüber hinaus|des weiteren|ferner|zudem = außerdem
jedoch = aber
zahlreiche = viele
zahlreichen = vielen
lediglich = nur
bereits = schon
umgehend|unverzüglich = gleich
informationen = Infos
hervorragend|ausgezeichnet = super
es ist uns eine freude = Wir freuen uns
gibt es = gibt's
geht es = geht's
vielen dank = Danke
teilzunehmen = mitzumachen
kostenfrei = kostenlos
kostenfreie = kostenlose
kostenfreien = kostenlosen
""",
    ),
    to_simple=pairs("""
aufgrund der tatsache, dass = weil
zum jetzigen zeitpunkt = jetzt
verfügen über = haben
verfügt über = hat
erwerben = kaufen
erwirbt = kauft
darüber hinaus|des weiteren|ferner|zudem|überdies = außerdem
jedoch = aber
zahlreiche = viele
zahlreichen = vielen
diverse = verschiedene
diversen = verschiedenen
lediglich = nur
umgehend|unverzüglich = sofort
gegebenenfalls|ggf. = wenn nötig
beziehungsweise|bzw. = oder
sowie = und
implementieren = einführen
implementiert = eingeführt
optimieren = verbessern
optimiert = verbessert
generieren = erzeugen
generiert = erzeugt
realisieren = umsetzen
realisiert = umgesetzt
essenziell|essentiell = wichtig
essenzielle|essentielle = wichtige
essenziellen|essentiellen = wichtigen
signifikant = deutlich
signifikante = deutliche
signifikanten = deutlichen
maßgeblich = stark
adäquat = passend
innovative = neue
innovativen = neuen
innovativer = neuer
innovatives = neues
kontinuierlich = ständig
nutzen sie die möglichkeit, = Nutzen Sie die Chance,
"""),
    to_lively=pairs(
        inflected(
            _ENDINGS,
            ("gut", "großartig"),
            ("schön", "wunderschön"),
            ("interessant", "spannend"),
            ("lecker", "köstlich"),
            ("groß", "riesig"),
            ("nett", "herzlich"),
        ),
        """
wir freuen uns auf = Wir freuen uns riesig auf
wir freuen uns, = Wir freuen uns riesig,
vielen dank = Tausend Dank
danke = Tausend Dank
ich danke = ich danke
danke ich = danke ich
sehr gut = großartig
interessant = spannend
lecker = köstlich
""",
    ),
    to_calm=pairs(
        inflected(
            _ENDINGS,
            ("großartig", "gut"),
            ("fantastisch", "gut"),
            ("unglaublich", "gut"),
            ("sensationell", "gut"),
            ("atemberaubend", "schön"),
            ("riesig", "groß"),
            ("mega", "gut"),
            ("spektakulär", "besonder"),
            ("revolutionär", "neu"),
        ),
        """
wir freuen uns riesig|wir freuen uns mega|wir freuen uns wahnsinnig = Wir freuen uns
mega|wahnsinnig|absolut|total|extrem|unfassbar =
großartig|fantastisch|sensationell = gut
tausend dank = Vielen Dank
wow,|wow!|juhu!|juhu,|hammer! =
""",
    ),
    bound=word_set("""
        er sie es sein seine ihre dies diese dieser dieses dieser das damit dadurch dafür dabei
        daher deshalb deswegen darum also außerdem auch und aber oder denn doch dann so beide
        beides trotzdem jedoch zudem
    """),
    numerals=pairs("""
zwei = 2
drei = 3
vier = 4
fünf = 5
sechs = 6
sieben = 7
neun = 9
zehn = 10
elf = 11
zwölf = 12
fünfzehn = 15
zwanzig = 20
dreißig = 30
vierzig = 40
fünfzig = 50
"""),
    calls={
        "link": (
            "Mehr dazu unter dem Link.",
            "{Schau} gleich über den Link vorbei.",
            "{Schau} über den Link vorbei und {sag} uns {deine} Meinung.",
        ),
        "linkedin": (
            "{Schreib} uns {deine} Gedanken dazu in die Kommentare.",
            "{Teil} {deine} Erfahrungen in den Kommentaren.",
            (
                "{Teil} den Beitrag in {deinem} Netzwerk und {schreib} uns {deine} Meinung zum "
                "Thema "
                "{topic}."
            ),
        ),
        "twitter": (
            "{Schreib} uns {deine} Meinung dazu.",
            "{Teil} den Beitrag, {falls_du} einverstanden {bist}.",
            "{Schreib} uns {deine} Meinung zum Thema {topic}.",
        ),
        "facebook": (
            "{Schreib} uns {deine} Meinung in die Kommentare.",
            "{Teil} den Beitrag mit {deinen} Freunden.",
            "{Teil} den Beitrag und {schreib} uns {deine} Meinung zum Thema {topic}.",
        ),
        "instagram": (
            "{Schreib} uns {deine} Meinung in die Kommentare.",
            "{Speicher} {dir} den Beitrag für später.",
            (
                "{Markier} jemanden, den das interessiert, und {schreib} uns {deine} Meinung "
                "zum Thema "
                "{topic}."
            ),
        ),
    },
    questions={
        "topic": (
            "Was {denkst_du} zum Thema {topic}?",
            "Welche Erfahrungen {hast_du} mit dem Thema {topic} gemacht?",
        ),
        "plain": ("Was {denkst_du}?", "Wie {siehst_du} das?", "Was {meinst_du} dazu?"),
    },
    recap="Kurz gesagt: {points}.",
    mention=("Nicht vergessen: {thing}.", "Und nicht zu vergessen: {thing}.", "{Thing}: {rest}"),
    mention_clause="Nicht vergessen, {clause}.",
    conjunction="und",
    topic=r"(?<=\p{Ll}\s)\b{word}\b",
)
