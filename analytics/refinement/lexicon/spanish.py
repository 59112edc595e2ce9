"""Spanish. How readers are addressed is in `analytics.refinement.address`."""

from typing import Final

from analytics.refinement.lexicon.words import Words, inflected, pairs, word_set

SPANISH: Final = Words(
    wordy=pairs(
        """
con el fin de|con el objetivo de|con el propósito de|a fin de = para
debido al hecho de que|debido a que|dado que|puesto que = porque
a pesar del hecho de que|a pesar de que = aunque
en este momento|en la actualidad|hoy en día|actualmente = ahora
"""
        """
es capaz de = puede
son capaces de = pueden
todos y cada uno de los = todos los
todas y cada una de las = todas las
completamente gratis|totalmente gratis = gratis
por medio de|a través de = por
nos complace anunciar que|nos alegra anunciar que|nos enorgullece anunciar que =
estamos encantados de anunciar que|estamos felices de anunciar que =
queremos contarte que|queremos informarte de que|cabe destacar que|hay que decir que =
como ya sabes,|como sabes,|a decir verdad,|la verdad es que|en nuestra opinión, =
realmente|verdaderamente|absolutamente|totalmente|básicamente|literalmente|simplemente =
muy|bastante|sin duda|por supuesto,|de hecho,|al fin y al cabo, =
"""
    ),
    to_formal=pairs("""
hola a todos,|hola a todas,|hola chicos,|hola chicas,|hola, = Buenos días:
¡hola a todos!|¡hola a todas!|¡hola chicos!|¡hola!|¡hey! = Buenos días:
chicos = todos
peques = niños
finde = fin de semana
findes = fines de semana
boli = bolígrafo
foto = fotografía
fotos = fotografías
bici = bicicleta
bicis = bicicletas
peli = película
pelis = películas
tele = televisión
súper = muy
mogollón de|un montón de|montones de|una pila de|un mogollón de = gran cantidad de
guay|chulo|genial|súper guay = excelente
chula = excelente
chulos|chulas|guays|geniales = excelentes
molar = gustar
currar = trabajar
curro = trabajo
gracias = Muchas gracias
muchas gracias = Muchas gracias
vale = de acuerdo
jaja|jajaja|jeje|wow|guau|yuju =
pa' = para
porfa|porfi = por favor
besos|un abrazo = Saludos cordiales
echar un vistazo = consultar
échale un vistazo a = consulte
"""),
    to_casual=pairs("""
estimados clientes:|estimados clientes,|estimados señores:|estimados señores, = ¡Hola a todos!
estimados amigos: = ¡Hola a todos!
buenos días: = ¡Hola!
saludos cordiales|atentamente|cordialmente = Un abrazo
no obstante,|sin embargo, = Pero
por consiguiente,|por lo tanto,|en consecuencia, = Así que
nos complace anunciar = Nos hace mucha ilusión anunciar
adquirir = comprar
adquiera = compre
obtener = conseguir
realizar = hacer
realizamos = hacemos
fin de semana = finde
fotografías = fotos
fotografía = foto
televisión = tele
excelente = genial
excelentes = geniales
con el fin de = para
mediante = con
numerosos = muchos
numerosas = muchas
"""),
    to_simple=pairs("""
con el fin de|con el objetivo de|con el propósito de = para
debido a que|dado que|puesto que = porque
no obstante, = pero
por consiguiente,|en consecuencia, = por eso,
adicionalmente,|asimismo, = también,
adquirir = comprar
adquiera = compre
adquiere = compra
utilizar = usar
utiliza = usa
utilizamos = usamos
utilizan = usan
utilizando = usando
realizar = hacer
realizamos = hacemos
realizan = hacen
finalizar = acabar
iniciar = empezar
optimizar = mejorar
optimizamos = mejoramos
implementar = poner en marcha
implementamos = ponemos en marcha
incrementar = aumentar
numerosos = muchos
numerosas = muchas
posteriormente = después
previamente = antes
mediante = con
en la actualidad|actualmente = ahora
"""),
    to_lively=pairs(
        inflected("o|a|os|as", ("buen", "magnífic"), ("bonit", "precios"), ("content", "encantad")),
        inflected("e|es", ("interesant", "fascinant"), ("grand", "enorm")),
        """
nos gusta = nos encanta
muchas gracias = Mil gracias
gracias = Mil gracias
rico = delicioso
rica = deliciosa
tenemos ganas de = estamos deseando
""",
    ),
    to_calm=pairs(
        inflected(
            "o|a|os|as",
            ("magnífic", "buen"),
            ("fantástic", "buen"),
            ("maravillos", "bonit"),
            ("precios", "bonit"),
            ("impresionant", "buen"),
        ),
        """
increíble|alucinante|espectacular|impresionante = especial
increíbles|alucinantes|espectaculares|impresionantes = especiales
nos encanta = nos gusta
mil gracias = Gracias
absolutamente|súper|totalmente|tremendamente|increíblemente =
¡guau!|guau,|wow,|¡wow! =
""",
    ),
    bound=word_set("""
        él ella ellos ellas esto esta este estas estos eso esa ese esas esos así además también
        y pero o por entonces ambos ambas aunque sino luego
    """),
    numerals=pairs("""
dos = 2
tres = 3
cuatro = 4
cinco = 5
seis = 6
siete = 7
ocho = 8
nueve = 9
diez = 10
once = 11
doce = 12
quince = 15
veinte = 20
treinta = 30
cuarenta = 40
cincuenta = 50
"""),
    calls={
        "link": (
            "Más información en el enlace.",
            "{Entra} en el enlace y {descubre} más.",
            "{Entra} en el enlace y {cuéntanos} qué {te} parece.",
        ),
        "linkedin": (
            "{Comparte} {tu} opinión en los comentarios.",
            "{Cuéntanos} {tu} experiencia en los comentarios.",
            "{Comparte} esta publicación con {tu} red y {cuéntanos} qué {opinas} de {topic}.",
        ),
        "twitter": (
            "{Cuéntanos} qué {opinas}.",
            "{Comparte} si {estás} de acuerdo.",
            "{Cuéntanos} qué {opinas} de {topic}.",
        ),
        "facebook": (
            "{Cuéntanos} qué {te} parece en los comentarios.",
            "{Comparte} esta publicación con {tus} amigos.",
            "{Comparte} esta publicación y {cuéntanos} qué {opinas} de {topic}.",
        ),
        "instagram": (
            "{Cuéntanos} qué {te} parece en los comentarios.",
            "{Guarda} esta publicación para más tarde.",
            "{Etiqueta} a quien le pueda interesar y {cuéntanos} qué {opinas} de {topic}.",
        ),
    },
    questions={
        "topic": ("¿Qué {opinas} de {topic}?", "¿Qué {te} parece {topic}?"),
        "plain": ("¿Qué {opinas}?", "¿Qué {te} parece?", "¿Y {tú}, qué {dices}?"),
    },
    recap="En resumen: {points}.",
    mention=("No {olvides}: {thing}.", "Y no {olvides}: {thing}.", "{Thing}: {rest}"),
    mention_clause="{Recuerda} {clause}.",
    conjunction="y",
    topic=(
        r"\b(?:nuestr[oa]s?|est[ea]|estos|estas|el|la|los|las)\s+(?:[\p{L}-]+\s+){0,1}{word}\b"
        r"(?=\s*[.,;:!?)\n]|\s*$|\s+(?:es|son|está|están|y|en|para|con|de|del|que|ya)\b)"
    ),
)
