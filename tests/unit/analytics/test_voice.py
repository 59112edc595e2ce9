from types import SimpleNamespace

from analytics.voice import describe_voice, leading_tone, main_language


def measured(**values):
    blank = {"tone_scores": {}, "language": "en", "formality": None, "technicality": None}
    return SimpleNamespace(**(blank | values))


def test_tone_is_the_one_with_the_highest_mean():
    measures = [
        measured(tone_scores={"joyful": 0.9, "neutral": 0.1}),
        measured(tone_scores={"joyful": 0.4, "neutral": 0.6}),
        measured(tone_scores={"joyful": 0.4, "neutral": 0.6}),
    ]
    assert leading_tone(measures) == "joyful"
    assert leading_tone([measured()]) == ""


def test_equal_tones_are_decided_by_name():
    scores = [{"neutral": 0.5, "joyful": 0.5}, {"joyful": 0.5, "neutral": 0.5}]
    assert leading_tone([measured(tone_scores=one) for one in scores]) == "joyful"


def test_language_is_the_most_common_known():
    languages = ["und", "und", "de", "en", "de"]
    assert main_language([measured(language=code) for code in languages]) == "de"
    assert main_language([measured(language="und")]) == "und"


def test_scores_are_medians_of_what_could_be_measured():
    measures = [measured(formality=value) for value in (10, 20, 60)] + [measured()]
    voice = describe_voice(["One text.", "Two.", "Three.", "Four."], measures)
    assert (voice.formality, voice.formality_known, voice.technical_level) == (20, True, 0)


def test_an_unknown_formality_is_not_zero_but_unknown():
    voice = describe_voice(["Ein Text."], [measured()])
    assert (voice.formality, voice.formality_known) == (0, False)


def test_keywords_occur_in_the_texts():
    texts = ["Espresso from Ethiopia", "An espresso a day", "Grind your espresso beans"]
    voice = describe_voice(texts, [measured()] * 3)
    joined = " ".join(texts).casefold()
    assert all(word.casefold() in joined for word in voice.keywords)
