"""Addressing readers otherwise: right, or not at all."""

import pytest

from analytics.refinement.address import change_address, is_formal


@pytest.mark.parametrize(
    ("casual", "formal"),
    [
        ("Schau bei uns vorbei!", "Schauen Sie bei uns vorbei!"),
        (
            "Melde dich gleich an und sichere dir deinen Platz.",
            "Melden Sie sich gleich an und sichern Sie sich Ihren Platz.",
        ),
        ("Wenn du Fragen hast, hilf uns.", "Wenn Sie Fragen haben, helfen Sie uns."),
        ("Kannst du kommen?", "Können Sie kommen?"),
        ("Du liebst Kaffee? Wir haben ihn.", "Sie lieben Kaffee? Wir haben ihn."),
        ("Wir freuen uns auf dich und deine Ideen.", "Wir freuen uns auf Sie und Ihre Ideen."),
        ("Das ist für dich und hilft dir.", "Das ist für Sie und hilft Ihnen."),
        (
            "Wir zeigen euch, wie ihr euer Rad repariert.",
            "Wir zeigen Ihnen, wie Sie Ihr Rad reparieren.",
        ),
        ("Kommt vorbei, wir erwarten euch!", "Kommen Sie vorbei, wir erwarten Sie!"),
    ],
)
def test_german_du_becomes_sie(casual, formal):
    assert change_address(casual, "de", formal=True) == formal


@pytest.mark.parametrize(
    ("formal", "casual"),
    [
        ("Besuchen Sie uns und entdecken Sie mehr.", "Besuch uns und entdecke mehr."),
        (
            "Wenn Sie Fragen haben, können Sie sich melden.",
            "Wenn du Fragen hast, kannst du dich melden.",
        ),
        ("Wir freuen uns auf Ihren Besuch.", "Wir freuen uns auf deinen Besuch."),
        (
            "Wir laden Sie ein. Sichern Sie sich Ihr Glas.",
            "Wir laden dich ein. Sichere dir dein Glas.",
        ),
        ("Heute erhalten Sie 10 % Rabatt.", "Heute erhältst du 10 % Rabatt."),
    ],
)  # fmt: skip
def test_german_sie_becomes_du(formal, casual):
    assert change_address(formal, "de", formal=False) == casual


@pytest.mark.parametrize(
    "text",
    [
        "Du zauberst gern?",
        "Wir grüßen euch und wünschen viel.",
        "Wenn ihr gern wandert, zieht los.",
    ],
)
def test_unknown_german_forms_leave_the_address_alone(text):
    assert change_address(text, "de", formal=True) is None


def test_their_own_pronouns_are_no_address():
    assert is_formal("Sie kommen aus Kiel. Ihr Hund auch.", "de") is None
    assert change_address("Sie kommen aus Kiel.", "de", formal=False) is None


@pytest.mark.parametrize(
    ("casual", "formal"),
    [
        (
            "Ven y cuéntanos qué te parece nuestra tienda.",
            "Venga y cuéntenos qué le parece nuestra tienda.",
        ),
        ("Si quieres, visita nuestro taller.", "Si quiere, visite nuestro taller."),
        ("¡No te pierdas tu regalo!", "¡No se pierda su regalo!"),
        ("Te esperamos. Reserva tu mesa.", "Le esperamos. Reserve su mesa."),
        ("Pídelo hoy. Cuéntanos qué te parece.", "Pídalo hoy. Cuéntenos qué le parece."),
        ("Ven el sábado y trae a tus amigos.", "Venga el sábado y traiga a sus amigos."),
        ("Ana vende pan y trae café. Ven a verla.", "Ana vende pan y trae café. Venga a verla."),
        ("Película nueva el viernes. ¡Cómpralas ya!", "Película nueva el viernes. ¡Cómprelas ya!"),
    ],
)
def test_spanish_tu_becomes_usted(casual, formal):
    assert change_address(casual, "es", formal=True) == formal


@pytest.mark.parametrize(
    "text", ["Si cantas bien, ven.", "Riega las plantas.", "Te lo juro a ti.", "Píntalo de azul."]
)
def test_unknown_spanish_forms_leave_the_address_alone(text):
    assert change_address(text, "es", formal=True) is None


def test_links_and_handles_are_no_words():
    text = "Schau auf https://example.com/du/dein und frag @dein_laden."
    assert change_address(text, "de", formal=True) == (
        "Schauen Sie auf https://example.com/du/dein und fragen Sie @dein_laden."
    )


@pytest.mark.parametrize(
    ("text", "formal"),
    [
        ("Pídelo hoy.", False),
        ("Pídalo hoy.", True),
        ("Compre hoy y ahorre.", True),
        ("Cuando abra la tienda, habrá pan.", None),
        ("Hay pan.", None),
    ],
)
def test_whether_spanish_readers_are_addressed_formally(text, formal):
    assert is_formal(text, "es") is formal


@pytest.mark.parametrize(
    ("casual", "formal"),
    [
        ("Du bist neugierig und hast Zeit?", "Sie sind neugierig und haben Zeit?"),
        ("Du hast Zeit und magst Tee.", "Sie haben Zeit und mögen Tee."),
        ("Du brauchst 2 Eier. Backe den Kuchen.", None),
        ("Schreib uns und schick es deinen Freunden.", None),
    ],
)
def test_every_german_verb_of_a_sentence_is_turned_or_none(casual, formal):
    assert change_address(casual, "de", formal=True) == formal


@pytest.mark.parametrize(
    "text",
    [
        "¿Y tú, qué consejo guardas de tu abuela?",
        "¿Qué libros lees?  Tú ganas.",
        "Tú siempre ganas con tu tarjeta.",
        "Si compras hoy, ahorras 5 €.",
    ],
)
def test_spanish_verbs_that_no_list_knows_leave_the_address_alone(text):
    assert change_address(text, "es", formal=True) is None
