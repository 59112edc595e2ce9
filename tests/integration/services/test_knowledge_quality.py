"""Whether a search finds what it should: exact words, other words for it, and both together."""

import pytest

from services.research.knowledge.base import KnowledgeBase

TENANT = "tenant_acme"
# Invented documents of an invented roastery.
CORPUS = {
    "Refunds": "You may send coffee back within 14 days. We return what you paid to your card.",
    "Shipping": "Parcels leave on Monday and Thursday. Express orders carry the code QX-2291.",
    "Voice": "We write like we talk across the counter: short sentences and no superlatives.",
    "Grinding": "Espresso needs a fine grind, a French press a coarse. Clean the burrs weekly.",
    "Water": "Hard water makes coffee taste flat. Filter it, or buy a bottle with few minerals.",
    "Farms": "We buy from eleven families in Huila and visit them every harvest.",
    "Prices": "A bag of 250 g costs 9 euros, a kilogram 32. Companies get ten percent off.",
    "Jobs": "We are looking for a barista with two years behind a machine. Apply by letter.",
    "Courses": "Learn to pour milk on Saturday mornings; eight seats, cups and apron included.",
    "Packaging": "Our bags are made of paper and plant starch and may go on the compost.",
    "Hours": "The shop is open from eight to six on working days and closed on holidays.",
    "Machines": "The model Lumo 3 has one boiler; descale it every three months.",
    "Allergies": "The syrups contain nuts and milk. Ask us first if you have an allergy.",
    "Loyalty": "The tenth cup is free: have your card stamped with every drink.",
    "Press": "Journalists find pictures and numbers at the desk of Mara Oduya.",
    "Parking": "Leave the car behind the bakery; two bicycle racks stand beside the door.",
    "Decaf": "The caffeine is taken out with mountain water, without any chemicals.",
    "Music": "Small bands play in the courtyard on summer evenings, admission is free.",
    "Hashtags": "Use #slowmonday on Mondays and never more than three tags in a post.",
    "Replies": "Answer every complaint in public within a day, then go on in private messages.",
}
TALK = (
    "The minutes of last time were agreed to.",
    "Anselm reports on the repair and what is still to be done.",
    "The list of tasks was gone through; most of them are done.",
    "Nobody had questions about the plan for the quarter.",
    "The room is booked until noon, so the rest was put off.",
    "Two proposals were discussed at length, and neither was decided.",
    "The numbers of the month are as expected.",
    "Next meeting in two weeks at the same time.",
)
# Long and much alike, as minutes are: each names another part, once.
PARTS = {f"KT-4{n}7": f"Minutes {n}" for n in range(10, 40)}
CORPUS |= {
    title: f"{' '.join(TALK[n % 4 :] * 3)} Order {code}. {' '.join(TALK[: n % 5 + 2] * 4)}"
    for n, (code, title) in enumerate(PARTS.items())
}
EXACT = {
    **dict(list(PARTS.items())[::5]),
    "QX-2291": "Shipping",
    "Lumo 3": "Machines",
    "Mara Oduya": "Press",
    "#slowmonday": "Hashtags",
    "Huila": "Farms",
    "burrs": "Grinding",
}
PARAPHRASED = {
    "getting my money reimbursed for a purchase": "Refunds",
    "delivery of my package": "Shipping",
    "writing style and tone": "Voice",
    "how much does it cost": "Prices",
    "employment opportunity": "Jobs",
    "biodegradable material and recycling": "Packaging",
    "can I get sick from peanuts": "Allergies",
    "live concert": "Music",
    "garage for vehicles": "Parking",
    "discount for regular customers": "Loyalty",
    "dealing with angry customers on social media": "Replies",
    "workshop to learn latte art": "Courses",
}


@pytest.fixture
async def base(knowledge: KnowledgeBase) -> KnowledgeBase:
    for title, text in CORPUS.items():
        await knowledge.add(TENANT, text, content_type="", title=title, source_url="")
    return knowledge


on_both_engines = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)


async def ranks(base: KnowledgeBase, wanted: dict[str, str]) -> dict[str, int]:
    """The place of the wanted document for each query, from 1; 21 when it is not found."""
    places = {}
    for query, title in wanted.items():
        found = [passage.title for passage in await base.search(TENANT, query, top_k=20)]
        places[query] = found.index(title) + 1 if title in found else 21
    return places


@on_both_engines
async def test_exact_words_are_found_first(base: KnowledgeBase) -> None:
    assert set((await ranks(base, EXACT)).values()) == {1}


@on_both_engines
async def test_other_words_for_it_are_found_among_the_first(base: KnowledgeBase) -> None:
    places = await ranks(base, PARAPHRASED)
    assert sum(place <= 3 for place in places.values()) >= 0.75 * len(places), places


async def test_both_ways_together_beat_each_alone(base: KnowledgeBase, monkeypatch) -> None:
    async def quality() -> float:
        """Mean reciprocal rank over all queries."""
        places = await ranks(base, EXACT | PARAPHRASED)
        return sum(1 / place for place in places.values()) / len(places)

    together = await quality()
    with monkeypatch.context() as patch:
        patch.setattr("services.research.knowledge.sqlite._nearest", lambda *_: [])
        words_alone = await quality()
    with monkeypatch.context() as patch:
        patch.setattr("services.research.knowledge.sqlite._by_words", lambda *_: [])
        meaning_alone = await quality()
    assert together > words_alone
    assert together > meaning_alone
