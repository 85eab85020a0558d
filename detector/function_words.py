"""Function words: the closed classes of English, which say nothing of a text's subject."""

from __future__ import annotations

_LINES = """
    a about above across after again against ago all along already also although always am amid
    among an and another any anybody anyone anything are aren't around as at away back be because
    been before behind being below beneath beside besides between beyond both but by came can can't
    cannot come could couldn't despite did didn't do does doesn't doing don't done down during each
    either else enough etc even ever every everybody everyone everything except few for from
    further get gets getting go goes going got had hadn't has hasn't have haven't having he he'd
    he'll he's hence her here hers herself him himself his how however i i'd i'll i'm i've if in
    indeed inside instead into is isn't it it'd it'll it's its itself just less lest let let's like
    many may maybe me might mine more moreover most much must my myself near neither never
    nevertheless next no nobody none nor not nothing now of off often on once one one's oneself
    only onto or other others otherwise ought our ours ourselves out outside over own per perhaps
    quite rather really same several shall she she'd she'll she's should shouldn't since so some
    somebody someone something sometimes soon still such than that that's the their theirs them
    themselves then there there's thereby therefore these they they'd they'll they're they've this
    those though through throughout thus till to together too toward towards under unless unlike
    until up upon us very via was wasn't we we'd we'll we're we've well were weren't what what's
    whatever when whenever where whereas wherever whether which whichever while who who's whoever
    whole whom whose why will with within without won't would wouldn't yet you you'd you'll you're
    you've your yours yourself yourselves
"""

FUNCTION_WORDS: frozenset[str] = frozenset(_LINES.split())
"""Folded forms of articles, pronouns, prepositions, conjunctions, auxiliaries and light adverbs."""
