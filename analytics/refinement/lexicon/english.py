"""English."""

from typing import Final

from analytics.refinement.lexicon.words import Words, pairs, word_set

_CONTRACTIONS: Final = """
don't = do not
doesn't = does not
didn't = did not
isn't = is not
aren't = are not
wasn't = was not
weren't = were not
haven't = have not
hasn't = has not
hadn't = had not
can't = cannot
couldn't = could not
won't = will not
wouldn't = would not
shouldn't = should not
mustn't = must not
i'm = I am
we're = we are
you're = you are
they're = they are
i've = I have
we've = we have
you've = you have
they've = they have
i'll = I will
we'll = we will
you'll = you will
they'll = they will
it'll = it will
that'll = that will
let's = let us
he's got = he has got
she's got = she has got
it's got = it has got
that's got = that has got
who's got = who has got
there's got = there has got
it's been = it has been
here's = here is
there's = there is
that's = that is
what's = what is
who's = who is
where's = where is
how's = how is
it's = it is
he's = he is
she's = she is
we'd love to = we would be delighted to
i'd love to = I would be delighted to
we'd like = we would like
i'd like = I would like
"""

_VERB_ENDS: Final = """
utilize|utilise = use
utilizes|utilises = uses
utilized|utilised = used
utilizing|utilising = using
purchase = buy
purchases = buys
purchasing = buying
purchased = bought
commence = start
commences = starts
commenced = started
commencing = starting
assist = help
assists = helps
assisted = helped
assisting = helping
facilitate = help with
facilitates = helps with
obtain = get
obtains = gets
obtained = got
obtaining = getting
require = need
requires = needs
required = needed
requiring = needing
"""

ENGLISH: Final = Words(
    wordy=pairs("""
in order to = to
so as to = to
due to the fact that = because
owing to the fact that = because
in spite of the fact that = although
despite the fact that = although
at this point in time = now
at the present time = now
at the moment = now
in the event that = if
in the near future = soon
for the purpose of = for
with regard to|with respect to|in relation to = about
on a regular basis = regularly
on a daily basis = daily
a large number of|a great number of|a wide variety of = many
a number of = several
the majority of = most
is able to = can
are able to = can
has the ability to = can
have the ability to = can
as well as = and
in addition to = besides
prior to = before
until such time as = until
each and every = every
first and foremost = first
absolutely essential = essential
completely free = free
completely new|brand new|brand-new = new
past experience = experience
end result = result
free gift = gift
advance planning = planning
take a look at = look at
we are proud to announce that|we're proud to announce that =
we are excited to announce that|we're excited to announce that =
we are thrilled to announce that|we're thrilled to announce that =
we are happy to announce that|we're happy to announce that =
we are delighted to announce that|we are pleased to announce that =
we are excited to share that|we're excited to share that =
we are happy to announce|we're happy to announce|we are so happy to announce = announcing
we are proud to announce|we're proud to announce|we are so proud to announce = announcing
we are excited to announce|we're excited to announce|we are so excited to announce = announcing
we are thrilled to announce|we're thrilled to announce|we are so thrilled to announce = announcing
we are pleased to announce|we are delighted to announce|we are very happy to announce = announcing
it is worth noting that|it should be noted that|please note that =
it goes without saying that|needless to say,|as you may know,|as you know, =
as a matter of fact,|in fact,|to be honest,|honestly,|actually, =
in our opinion,|in my opinion,|i think that|we think that|we believe that|i believe that =
at the end of the day,|when all is said and done,|all in all,|that being said,|having said that, =
believe it or not,|last but not least, =
very|really|quite|truly|basically|actually|literally|absolutely|totally|simply|essentially =
definitely|certainly|incredibly|extremely|perhaps|somewhat|rather =
"""),
    to_formal=pairs(
        _CONTRACTIONS,
        """
gonna = going to
wanna = want to
gotta = have to
kinda = somewhat
sorta = somewhat
dunno = do not know
y'all = you all
hey guys,|hey everyone,|hi guys,|hey folks,|hey all,|hi all,|hi everyone,|hey there, = Dear all,
hey guys!|hey everyone!|hi guys!|hey folks!|hey all!|hi all!|hi everyone! = Dear all,
hey there!|hello guys! = Dear all,
hey guys|hey everyone|hi guys|hey folks|hi everyone = Dear all,
hey, =
hey! =
hey =
guys|folks = everyone
thanks = thank you
big thanks|huge thanks|a big thanks = many thanks
thanks a lot|thanks a ton|thanks a bunch|thanks so much = thank you very much
thx|ty = thank you
pls|plz = please
u = you
ur = your
r = are
bc|cuz|cos|'cause = because
btw = by the way
asap = as soon as possible
fyi = for your information
omg|lol|lmao|haha|hahaha|yay|woohoo|woo hoo|yay! =
wow, =
yeah|yep|yup = yes
nope = no
awesome|amazing = excellent
super cool|so cool|pretty cool|really cool = impressive
cool = impressive
super excited|so excited|really excited|pumped|stoked|hyped = very pleased
excited = pleased
thrilled = delighted
super = very
tons of|loads of|heaps of|a ton of|a bunch of|lots of = a wide range of
kids = children
check out = discover
check it out = find out more
swing by today|drop by today|pop by today|stop by today|come by today = visit us today
swing by tomorrow|drop by tomorrow|pop by tomorrow = visit us tomorrow
stop by tomorrow|come by tomorrow = visit us tomorrow
swing by on|drop by on|pop by on|stop by on|come by on = visit us on
swing by and|drop by and|pop by and|stop by and|come by and = visit us and
swing by this|drop by this|pop by this|stop by this|come by this = visit us this
swing by at|drop by at|pop by at|stop by at|come by at = visit us at
swing by for|drop by for|pop by for|stop by for|come by for = visit us for
swing by from|drop by from|pop by from|stop by from|come by from = visit us from
swing by between|drop by between|pop by between = visit us between
stop by between|come by between = visit us between
swing by any time|drop by any time|pop by any time = visit us any time
stop by any time|come by any time = visit us any time
swing by before|drop by before|pop by before|stop by before|come by before = visit us before
swing by after|drop by after|pop by after|stop by after|come by after = visit us after
swing by until|drop by until|pop by until|stop by until|come by until = visit us until
swing by or|drop by or|pop by or|stop by or|come by or = visit us or
swing by,|drop by,|pop by,|stop by,|come by, = visit us,
swing by.|drop by.|pop by.|stop by.|come by. = visit us.
swing by!|drop by!|pop by!|stop by!|come by! = visit us!
swing by?|drop by?|pop by?|stop by?|come by? = visit us?
hang out = spend time
hit us up|drop us a line = contact us
get in touch = contact us
grab = get
ok|okay = acceptable
a bit|a little bit = somewhat
pretty much = largely
big news = important news
cheers = kind regards
can't wait to see = look forward to seeing
can't wait to meet = look forward to meeting
can't wait to share = look forward to sharing
can't wait to show = look forward to showing
can't wait to hear = look forward to hearing
can't wait to welcome = look forward to welcoming
can't wait to have = look forward to having
can't wait to work = look forward to working
can't wait to = are eager to
so much fun|tons of fun|a lot of fun|lots of fun = a great pleasure
""",
    ),
    to_casual=pairs(
        _VERB_ENDS,
        """
do not = don't
does not = doesn't
did not = didn't
is not = isn't
are not = aren't
was not = wasn't
were not = weren't
cannot = can't
could not = couldn't
will not = won't
would not = wouldn't
should not = shouldn't
have not = haven't
has not = hasn't
i am = I'm
we are = we're
you are = you're
they are = they're
it is = it's
that is = that's
there is = there's
here is = here's
what is = what's
we have been = we've been
i have been = I've been
we will = we'll
you will = you'll
they will = they'll
i will = I'll
it will = it'll
let us = let's
we would like to invite you to = we'd love for you to
we kindly invite you to|we cordially invite you to|you are cordially invited to = come to
dear all,|dear customers,|dear clients,|dear colleagues,|dear sir or madam, = Hi everyone,
dear followers, = Hi everyone,
ladies and gentlemen, = Hey everyone,
kind regards|best regards|sincerely|yours sincerely|yours faithfully = Cheers
is pleased to announce|is delighted to announce|is proud to announce = is happy to share
are pleased to announce|are delighted to announce|are proud to announce = are happy to share
pleased = happy
delighted = really happy
furthermore,|moreover,|additionally,|in addition, = Plus,
however, = But
therefore,|consequently,|thus,|hence, = So
nevertheless,|nonetheless, = Still,
in order to = to
prior to = before
subsequent to = after
regarding|concerning = about
with regard to|with respect to = about
numerous = lots of
approximately = about
sufficient = enough
comprises = has
comprise = have
children = kids
inform us = let us know
please do not hesitate to contact us|do not hesitate to contact us = just give us a shout
please do not hesitate to|do not hesitate to = feel free to
please contact us = get in touch
contact us = get in touch
kindly =
excellent = awesome
thank you = thanks
thank you very much = thanks so much
we look forward to seeing = we can't wait to see
we look forward to meeting = we can't wait to meet
we look forward to hearing = we can't wait to hear
we look forward to welcoming = we can't wait to welcome
""",
    ),
    to_simple=pairs(
        _VERB_ENDS,
        """
in order to = to
prior to = before
subsequent to = after
due to the fact that = because
in the event that|in the event of = if
regarding|concerning|with regard to = about
approximately = about
numerous|a multitude of|a plethora of = many
sufficient = enough
additional = more
furthermore,|moreover,|additionally, = also,
nevertheless,|nonetheless, = still,
therefore,|consequently,|thus, = so
however, = but
endeavor to|endeavour to = try to
demonstrate = show
demonstrates = shows
demonstrated = showed
demonstrating = showing
implement = carry out
implements = carries out
implementing = carrying out
implemented = carried out
enhance = improve
enhances = improves
enhanced = improved
enhancing = improving
leverage = use
leverages = uses
leveraging = using
leveraged = used
optimize|optimise = improve
optimizes|optimises = improves
optimizing|optimising = improving
optimized|optimised = improved
anticipate = expect
anticipates = expects
anticipated = expected
comprises = has
comprise = have
terminate = end
methodology = method
methodologies = methods
functionality = features
beneficial = helpful
optimal = best
initial = first
subsequent = next
primarily = mainly
frequently = often
currently = now
state-of-the-art|cutting-edge = modern
comprehensive = full
expedite = speed up
ascertain = find out
acquire = get
acquires = gets
acquired = got
acquiring = getting
modification = change
modifications = changes
individuals = people
upcoming = next
""",
    ),
    to_lively=pairs("""
good = great
nice = wonderful
happy = thrilled
glad = thrilled
pleased = thrilled
we like = we love
i like = I love
interesting = fascinating
important = vital
tasty = delicious
big = huge
we look forward to seeing = we can't wait to see
we look forward to meeting = we can't wait to meet
we look forward to welcoming = we can't wait to welcome
we look forward to hearing = we can't wait to hear
thank you = thank you so much
thanks = thanks so much
big thank you = huge thank you
big thanks = huge thanks
many thanks = thank you so much
"""),
    to_calm=pairs("""
amazing|awesome|incredible|fantastic|phenomenal|unbelievable|epic|insane = good
thrilled|super excited|so excited|beyond excited|over the moon|stoked|pumped|excited = happy
can't wait to see = look forward to seeing
can't wait to meet = look forward to meeting
can't wait to share = look forward to sharing
can't wait to show = look forward to showing
can't wait to hear = look forward to hearing
can't wait to welcome = look forward to welcoming
absolutely|totally|incredibly|insanely|super|unbelievably|literally =
huge|massive = big
gorgeous|stunning = beautiful
must-have = useful
game-changing|game changing|revolutionary|groundbreaking = new
hurry, =
wow,|wow!|omg|omg! =
we love = we like
i love = I like
"""),
    bound=word_set("""
        it its they them their he she his her this that these those so therefore thus also and
        but or plus then however ours both neither instead otherwise because which such yet
        still
    """),
    numerals=pairs("""
two = 2
three = 3
four = 4
five = 5
six = 6
seven = 7
eight = 8
nine = 9
ten = 10
eleven = 11
twelve = 12
fourteen = 14
fifteen = 15
twenty = 20
thirty = 30
forty = 40
fifty = 50
sixty = 60
"""),
    calls={
        "link": (
            "Find out more at the link.",
            "Follow the link to find out more.",
            "Take a look at the link and tell us what you think.",
        ),
        "linkedin": (
            "Share your thoughts in the comments.",
            "Tell us about your experience in the comments.",
            "Share this with a colleague and tell us what you think of {topic}.",
        ),
        "twitter": (
            "Reply and tell us what you think.",
            "Repost this if you agree.",
            "Reply and tell us what you think of {topic}.",
        ),
        "facebook": (
            "Tell us what you think in the comments.",
            "Share this with your friends.",
            "Share this with your friends and tell us what you think of {topic}.",
        ),
        "instagram": (
            "Tell us what you think in the comments.",
            "Save this post and share it with a friend.",
            "Tag a friend and tell us what you think of {topic}.",
        ),
    },
    questions={
        "topic": ("What do you think of {topic}?", "How do you like {topic}?"),
        "plain": ("What do you think?", "What about you?", "What would you add?"),
    },
    recap="In short: {points}.",
    mention=("And don't forget: {thing}.", "Also worth knowing: {thing}.", "{Thing}: {rest}"),
    mention_clause="{Clause}.",
    conjunction="and",
    topic=(
        # "It would be this hard" names no thing.
        r"(?<!\b(?:be|been|being|is|was|are|were)\s)"
        r"\b(?:our|this|these|the)\s+(?:[\p{L}-]+\s+){0,2}{word}\b"
        r"(?=\s*[.,;:!?)\n]|\s*$|\s+(?:is|are|was|were|will|has|have|and|in|on|at|for|with|from|to"
        r"|of"
        r"|that|which|now|today)\b)"
    ),
)
