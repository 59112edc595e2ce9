"""Acronyms and names of places, which capitals hide in a shouted text."""

from typing import Final

from analytics.refinement.lexicon.words import word_set

ACRONYMS: Final = word_set("""
    ai api atm bbc bmw cbd cdu ceo cfo cia cmo cnn covid crm csu cta cto cv diy dj dna dvd
    eu eur esg faq fbi fdp fifa fyi gdpr gmbh gmt gps hbo hiv hr html http ibm ikea iot iq iso
    kfc kpi lgbt lgbtq llc ltd mba mri mtv nasa nato nba nfl ngo nhl nhs nyc oecd opec
    pdf phd pr qa qr rna roi rsvp saas sap seo sms spd sql suv tv uefa uk ui unesco unicef
    url usa usb usd ux vat vip vpn vr vw wc wifi wwf xl xxl zdf ard dhl dsgvo pyme onu ong ue eeuu
""")
NAMES: Final = word_set("""
    adam alex alexander alice amy andrea andreas andrew anna anne anton barbara ben benjamin
    bernd brian carla carlos carmen caroline charles charlotte chris christian christine
    christoph claudia daniel daniela david diego elena elisabeth elizabeth emily emma eric eva
    felix fernando florian francisco frank franziska gabriel george hannah hans heike helen
    henry isabel jack jakob james jan jana jane javier jennifer jessica john jonas jorge josé
    juan julia julian kai karen karin karl katharina kate kevin klaus laura lea lena leon linda
    lisa luca lucas lucía luis lukas manuel marco marcus maria maría marie mario markus marta
    martin mary matthias max maximilian mia michael michelle miguel monika nicole niklas nina
    olivia oscar pablo patricia patrick paul paula pedro peter petra philipp rachel rafael
    rebecca richard robert sabine samuel sandra sara sarah sebastian simon sofia sophia sophie
    stefan stefanie stephen steven susan susanne sven thomas tim tobias tom ursula valentina
    victoria wolfgang dr mr mrs prof
""")
"""Frequent given names, and titles."""
PLACES: Final = word_set("""
    africa america asia australia austria belgium brazil britain bulgaria canada chile china
    colombia croatia cuba cyprus denmark ecuador egypt england estonia ethiopia europe finland
    france germany ghana greece hungary iceland india indonesia iran iraq ireland israel italy
    jamaica japan kenya korea latvia lebanon lithuania luxembourg malaysia malta mexico morocco
    nepal netherlands nigeria norway pakistan panama peru philippines poland portugal romania
    russia scotland serbia singapore slovakia slovenia spain sweden switzerland syria taiwan
    thailand tunisia ukraine uruguay venezuela vietnam wales
    amsterdam athens atlanta austin bangkok barcelona beijing belfast belgrade berlin bern
    bilbao birmingham bogotá bologna bonn boston bremen brighton bristol brooklyn brussels
    budapest cairo california cambridge cardiff chicago cologne copenhagen dallas delhi denver
    detroit dortmund dresden dubai dublin düsseldorf edinburgh essen florence florida frankfurt
    geneva glasgow granada hamburg hamburgo hanover hannover helsinki houston istanbul
    jerusalem kiel kraków leeds leicester leipzig lima lisbon liverpool london ljubljana
    luzern lyon madrid mainz manchester manhattan mannheim marseille melbourne miami milan
    montreal moscow mumbai munich naples newcastle nottingham nuremberg oslo oxford paris
    philadelphia portland porto potsdam prague riga rome rotterdam salzburg seattle seoul
    seville shanghai sheffield sofia stockholm strasbourg stuttgart sydney tallinn texas tokyo
    toronto toulouse tübingen turin ulm valencia vancouver venice vienna vilnius warsaw
    washington wien york zagreb zurich zürich
    afrika amerika asien australien österreich belgien brasilien dänemark deutschland england
    europa finnland frankreich griechenland indien irland italien kanada mexiko niederlande
    norwegen polen portugal rumänien russland schottland schweden schweiz spanien türkei ungarn
    köln münchen nürnberg brüssel genf mailand rom prag warschau augsburg freiburg heidelberg
    alemania áfrica brasil canadá españa francia grecia holanda inglaterra irlanda italia japón
    méxico perú polonia rusia suecia suiza sevilla málaga zaragoza murcia alicante córdoba
    londres parís roma viena lisboa berlín bruselas
""")
"""Countries, parts of the world and large cities of one word, as English, German and Spanish
write them; without those that are common words."""
