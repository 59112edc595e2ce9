from analytics.brand_voice.lexicon import common_words, never_used, words_used


def test_words_are_avoided_only_with_enough_english_posts():
    texts = [f"We bring harvest number {n} to our town, and it is great" for n in range(400)]
    found = never_used(texts, "en")
    assert found
    assert len(found) <= 20
    assert not set(found) & words_used(texts[0])
    assert set(found) <= set(common_words())
    assert never_used(texts[:3], "en") == ()
    assert never_used(texts, "de") == ()
    assert never_used([], "en") == ()


def test_a_word_used_once_is_not_avoided():
    texts = [f"We bring harvest number {n} to our town" for n in range(400)]
    first = never_used(texts, "en")[0]
    assert first not in never_used([*texts, f"Only here: {first}!"], "en")


def test_words_used_know_hashtags_genitives_and_curly_apostrophes():
    assert {"nasa", "it's", "new", "york"} <= words_used("NASA's It’s #New-York")
