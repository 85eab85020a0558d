"""A toy spinner for the notebooks: it swaps words for what a careless thesaurus offers."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

# One careless choice for each word; written for these notebooks.
SWAPS = {
    "agreement": "arrangement", "asked": "inquired", "autumn": "fall", "became": "got",
    "begin": "commence", "book": "tome", "bought": "obtained", "bright": "brilliant",
    "build": "fabricate", "building": "edifice", "carry": "convey", "cause": "reason",
    "children": "offspring", "close": "shut", "cold": "frigid", "coast": "shoreline",
    "company": "companionship", "complained": "whimpered", "condition": "stipulation",
    "corner": "nook", "cost": "toll", "council": "conclave", "country": "motherland",
    "county": "shire", "cross": "traverse", "crews": "gangs", "day": "daylight",
    "days": "daylights", "decision": "verdict", "discovered": "unearthed", "dry": "arid",
    "early": "premature", "effect": "outcome", "engineers": "architects", "enough": "adequate",
    "evening": "nightfall", "expect": "anticipate", "expected": "awaited", "fair": "blonde",
    "families": "clans", "family": "kinfolk", "far": "distant", "fear": "dread",
    "few": "scanty", "figures": "silhouettes", "final": "ultimate", "food": "nourishment",
    "found": "uncovered", "free": "gratis", "goal": "aim", "good": "virtuous", "group": "bunch",
    "grow": "sprout", "half": "moiety", "hard": "rigid", "heavy": "weighty", "help": "succour",
    "high": "lofty", "hope": "wish", "hopes": "wishes", "houses": "abodes", "hours": "periods",
    "hurt": "wounded", "keep": "retain", "kept": "retained", "large": "hefty", "late": "tardy",
    "letter": "epistle", "likely": "plausible", "little": "petite", "local": "parochial",
    "long": "lengthy", "longer": "lengthier", "look": "gaze", "lost": "misplaced",
    "match": "counterpart", "meeting": "rendezvous", "message": "memo", "middle": "centre",
    "money": "cash", "months": "moons", "morning": "sunrise", "near": "adjacent",
    "neighbours": "bystanders", "new": "novel", "night": "darkness", "open": "unlocked",
    "opened": "unlocked", "parties": "festivities", "patient": "tolerant",
    "patients": "sufferers", "pay": "remit", "people": "folk", "placed": "situated",
    "plan": "scheme", "planned": "plotted", "plant": "factory", "poor": "destitute",
    "power": "might", "prices": "charges", "promised": "vowed", "public": "overt",
    "published": "divulged", "quickly": "hastily", "race": "ancestry", "raise": "hoist",
    "rain": "drizzle", "reached": "attained", "receive": "accept", "report": "dossier",
    "return": "revert", "right": "correct", "rise": "ascend", "rising": "ascending",
    "roof": "rooftop", "room": "chamber", "run": "sprint", "safe": "secure", "said": "uttered",
    "school": "academy", "season": "flavour", "sent": "dispatched", "served": "attended",
    "service": "servicing", "share": "portion", "sky": "heavens", "small": "tiny",
    "spend": "expend", "spring": "bounce", "start": "commencement", "stay": "linger",
    "strike": "smite", "strongly": "muscularly", "summer": "summertime", "sum": "totality",
    "team": "squad", "told": "narrated", "town": "township", "trees": "timbers",
    "use": "employ", "used": "utilised", "village": "hamlet", "vote": "ballot",
    "wait": "linger", "wall": "partition", "want": "crave", "wants": "craves", "water": "aqua",
    "weak": "feeble", "weather": "climate", "weeks": "sennights", "winter": "wintertime",
    "work": "toil", "year": "twelvemonth", "years": "twelvemonths", "young": "youthful",
}  # fmt: skip

_WORD = re.compile(r"[A-Za-z]+")


class Spun(NamedTuple):
    """A spun text and what was done to it.

    `swaps` are ``(start, end, original)``, in code points of `text`, ascending.
    """

    text: str
    swaps: list[tuple[int, int, str]]


def spin(text: str, share: float, *, seed: int = 0) -> Spun:
    """Replace about `share` (0 to 1) of the running words, as far as the table has them."""
    words = list(_WORD.finditer(text))
    known = [word for word in words if word.group().lower() in SWAPS]
    wanted = min(round(share * len(words)), len(known))
    chosen = sorted(random.Random(seed).sample(known, wanted), key=lambda word: word.start())
    pieces, swaps, end, length = [], [], 0, 0
    for word in chosen:
        new = SWAPS[word.group().lower()]
        new = new.capitalize() if word.group()[0].isupper() else new
        pieces += [text[end : word.start()], new]
        length += word.start() - end
        swaps.append((length, length + len(new), word.group()))
        length += len(new)
        end = word.end()
    return Spun("".join([*pieces, text[end:]]), swaps)
