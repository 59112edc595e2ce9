"""German verbs whose forms of address are known. Verbs in -ieren are regular."""

from collections.abc import Mapping
from typing import Final

# Infinitive, "du" form, "ihr" form, imperative to one.
_VERBS: Final = tuple(
    tuple(line.split())
    for line in """
sein bist seid sei
haben hast habt hab
werden wirst werdet werde
können kannst könnt -
müssen musst müsst -
wollen willst wollt -
sollen sollst sollt -
sollten solltest solltet -
dürfen darfst dürft -
möchten möchtest möchtet -
könnten könntest könntet -
würden würdest würdet -
hätten hättest hättet -
mögen magst mögt -
wissen weißt wisst wisse
kennen kennst kennt -
finden findest findet finde
suchen suchst sucht such
brauchen brauchst braucht -
bekommen bekommst bekommt -
erhalten erhältst erhaltet -
denken denkst denkt denk
meinen meinst meint -
glauben glaubst glaubt glaub
lieben liebst liebt -
freuen freust freut freu
interessieren interessierst interessiert -
besuchen besuchst besucht besuch
entdecken entdeckst entdeckt entdecke
erfahren erfährst erfahrt erfahre
erleben erlebst erlebt erlebe
melden meldest meldet melde
kontaktieren kontaktierst kontaktiert kontaktiere
lesen liest lest lies
nehmen nimmst nehmt nimm
geben gibst gebt gib
sehen siehst seht sieh
schauen schaust schaut schau
schreiben schreibst schreibt schreib
buchen buchst bucht buche
bestellen bestellst bestellt bestell
klicken klickst klickt klick
kommen kommst kommt komm
folgen folgst folgt folge
teilen teilst teilt teile
markieren markierst markiert markiere
kommentieren kommentierst kommentiert kommentiere
speichern speicherst speichert speichere
registrieren registrierst registriert registriere
sichern sicherst sichert sichere
holen holst holt hol
sagen sagst sagt sag
erzählen erzählst erzählt erzähl
verraten verrätst verratet verrate
testen testest testet teste
probieren probierst probiert probier
nutzen nutzt nutzt nutze
verpassen verpasst verpasst verpass
vergessen vergisst vergesst vergiss
bewerben bewirbst bewerbt bewirb
laden lädst ladet lade
lassen lässt lasst lass
machen machst macht mach
gehen gehst geht geh
hören hörst hört hör
helfen hilfst helft hilf
bringen bringst bringt bring
kaufen kaufst kauft kauf
sparen sparst spart spar
lernen lernst lernt lern
starten startest startet starte
wählen wählst wählt wähle
stimmen stimmst stimmt stimm
gewinnen gewinnst gewinnt gewinne
genießen genießt genießt genieße
stöbern stöberst stöbert stöbere
arbeiten arbeitest arbeitet arbeite
abonnieren abonnierst abonniert abonniere
beachten beachtest beachtet beachte
merken merkst merkt merk
fragen fragst fragt frag
rufen rufst ruft ruf
stellen stellst stellt stell
gönnen gönnst gönnt gönn
trinken trinkst trinkt trink
essen isst esst iss
fahren fährst fahrt fahr
spielen spielst spielt spiel
tragen trägst tragt trag
feiern feierst feiert feiere
""".strip().splitlines()
)
DU: Final = {du: inf for inf, du, _, _ in _VERBS}
IHR: Final = {ihr: inf for inf, _, ihr, _ in _VERBS}
IMPERATIVE: Final = {imp: inf for inf, _, _, imp in _VERBS if imp != "-"} | {
    "schaue": "schauen", "schreibe": "schreiben", "komme": "kommen", "sage": "sagen",
    "probiere": "probieren", "klicke": "klicken", "folg": "folgen", "teil": "teilen",
    "bestelle": "bestellen", "besuche": "besuchen", "erzähle": "erzählen", "mache": "machen",
    "hole": "holen", "entdeck": "entdecken", "kaufe": "kaufen", "test": "testen", "nutz": "nutzen",
    "verpasse": "verpassen", "meld": "melden", "buch": "buchen", "stimme": "stimmen",
    "speicher": "speichern", "markier": "markieren", "freue": "freuen", "höre": "hören",
    "lerne": "lernen", "frage": "fragen", "merke": "merken",
}  # fmt: skip
NO_IMPERATIVE: Final = frozenset({"buch", "test", "teil", "kauf", "frage", "trag", "ruf", "spiel"})
TO_DU: Final = {inf: du for inf, du, _, _ in _VERBS}
TO_IMPERATIVE: Final = {inf: imp for inf, _, _, imp in _VERBS if imp != "-"}


def known(verb: str, table: Mapping[str, str]) -> str | None:
    """What a verb form becomes; None for a form that is not known. Verbs in -ieren are regular."""
    low = verb.lower()
    if low in table:
        return table[low]
    for old, new in _REGULAR[id(table)]:
        if len(low) > len(old) + 2 and low.endswith(old):
            return low.removesuffix(old) + new
    return None


_REGULAR: Final = {
    id(DU): (("ierst", "ieren"),),
    id(IHR): (("iert", "ieren"),),
    id(TO_DU): (("ieren", "ierst"),),
}
