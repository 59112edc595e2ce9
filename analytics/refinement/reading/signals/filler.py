"""Words that belong to no wish: they may stand beside any."""

from typing import Final

from analytics.refinement.lexicon.words import word_set

FILLER: Final = word_set("""
    a about again all an any are as at be bit by can could do else everything for from get give
    go here how i i'd i'll if in instead into is it it's its just kind kindly let let's like
    little look lot make makes making maybe me much my need of on one our out over overall part
    parts please pls post posts quite rather read reads really should simply slightly so
    somewhat sort sound sounds still style text thank thanks that the them there these they
    thing things think this those tone to up us version vibe want way we we'd would write wish
    written you your hi hello hey language caption content copy message possible feels feel
    bitte danke den der das die dem des es ist sind und ein eine einen mach mache machen macht
    klingt klingen klingen soll sollte sollen ganz gern gerne hallo ihn ihm ihr wir ich mir uns
    unser unsere euch du man mal noch nur schon sehr viel wie bisschen wenig text beitrag post
    stil ton form formulier formuliere formulieren schreib schreibe schreiben gestalte gestalten
    werden wird sein sei hier da dazu alle allen alles bin könntest kannst kann könnte dass
    daran davon darin dabei ins im am zum zur vom möglich wirken wirkt por favor el la los las
    lo un una unos unas de del al me te se le nos que es está esté son ser sea haz hazlo hazla
    hacer hace hagas texto publicación tono estilo poco algo todo todos todas más este esta esto
    mi tu su y para porfa gracias hola quiero quisiera puedes podrías puede favor escribe
    escribir redacta suene suena tan bien good great ok team folks guys lass lasse nimm nehmt
    nehme sieh reads okay nice now jetzt ahora once old new sure right given following per each
    every both very end ende final start anfang
""")
