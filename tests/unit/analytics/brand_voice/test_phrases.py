from itertools import permutations

from analytics.brand_voice.phrases import recurring_phrases


def test_of_phrases_within_each_other_one_is_named():
    texts = ["Taste the slow roast today", "Nothing beats slow roast coffee", "slow roast coffee?"]
    assert [(p.text, p.posts) for p in recurring_phrases(texts, "en")] == [("slow roast", 3)]
    texts = ["slow roast coffee", "our slow roast coffee", "one slow roast coffee, please"]
    assert [(p.text, p.posts) for p in recurring_phrases(texts, "en")] == [("slow roast coffee", 3)]


def test_words_of_two_sentences_make_no_phrase():
    texts = ["We roast. Beans travel far", "They roast. Beans are cheap"]
    assert recurring_phrases(texts, "en") == []


def test_function_words_make_no_phrase():
    texts = ["the cat of the house", "a walk of the mind", "end of the line"]
    assert recurring_phrases(texts, "en") == []


def test_written_as_most_often_and_in_any_order():
    texts = ["Golden Ticket for you", "Your Golden Ticket is here", "a golden ticket, free"]
    for order in permutations(texts):
        found = recurring_phrases(order, "en")
        assert [(p.text, p.posts) for p in found] == [("Golden Ticket", 3)]


def test_hashtags_and_mentions_are_no_words_of_a_phrase():
    texts = ["see #summer sale", "our #summer sale", "ask @anna smith", "from @anna smith"]
    assert recurring_phrases(texts, "en") == []


def test_works_without_word_frequencies():
    texts = ["kahawa nzuri sana leo", "leo kahawa nzuri hapa"]
    assert [p.text for p in recurring_phrases(texts, "sw")] == ["kahawa nzuri"]


def test_a_template_is_not_cut_into_overlapping_pieces():
    template = (
        "Every Monday our master roaster picks one small farm and tells the story of its {} "
        "harvest before the first bag leaves our roastery for your kitchen"
    )
    words = ("early", "late", "washed", "natural", "honey", "record")
    found = recurring_phrases([template.format(word) for word in words], "en")
    assert 2 <= len(found) <= 8
    pieces = [phrase.text.lower().split() for phrase in found]
    for one in pieces:
        for other in pieces:
            if one is not other:
                ends = range(2, min(len(one), len(other)))
                assert not any(one[-k:] == other[:k] for k in ends)


def test_pieces_that_stand_in_different_posts_are_both_named():
    texts = [
        "fresh roasted mountain coffee", "very fresh roasted mountain coffee",
        "roasted mountain coffee beans", "our roasted mountain coffee beans",
    ]  # fmt: skip
    assert "roasted mountain coffee" in " ".join(p.text for p in recurring_phrases(texts, "en"))
