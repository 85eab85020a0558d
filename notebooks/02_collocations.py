# %% [markdown]
# # Collocations
#
# Words keep company. We say *strong tea* and *powerful engine*, hardly ever *powerful tea*: nothing
# in grammar or meaning forbids it, it is just not done. A spinner does not know this. It takes a word
# for its synonym, and the company it leaves behind gives it away.
#
# The detector carries counts of a reference corpus: how often two forms stand side by side, or near
# each other. This notebook looks into them.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import detector
from detector.association import log_likelihood, npmi, pmi

collocations = detector.Detector().resources.collocations
print(f"{collocations.words:,} tokens counted, {collocations.n_forms:,} forms known")

# %% [markdown]
# ## The company of a word
#
# What usually stands right before *structures*? And what follows *command*?

# %%
pd.DataFrame(
    {
        "before 'structures'": [c.form for c in collocations.expected(right="structures")],
        "after 'command'": [c.form for c in collocations.expected(left="command")],
    }
)

# %% [markdown]
# ## Why "writ structures" is odd
#
# The spun article of the first notebook says "each other's writ structures", where the original had
# *command*. To judge a pair, count four things: how often both words stand together, how often each
# stands with another word, and how many pairs there are in all. That is the *contingency table*.


# %%
def table(left, right):
    """The contingency table of a pair of neighbours."""
    return collocations.table(*collocations.ids([left, right]))


def as_frame(left, right):
    """The same for people."""
    both, left_only, right_only, neither = (int(cell) for cell in table(left, right).cells())
    return pd.DataFrame(
        [[both, left_only], [right_only, neither]],
        index=[f"{left} …", "another word …"],
        columns=[f"… {right}", "… another word"],
    )


as_frame("command", "structures").map("{:,}".format)

# %%
as_frame("writ", "structures").map("{:,}".format)

# %% [markdown]
# If the two words did not care for each other, they would meet as often as chance has it: the
# product of their shares. Three measures compare that with what was counted.
#
# - **PMI** (pointwise mutual information, in bits) is the logarithm of how many times more often they
#   meet than expected. **NPMI** brings it to a range from −1 to 1.
# - **Log-likelihood** (Dunning) asks how surprising the counts are. It grows with the amount of
#   evidence, so ten meetings where one was expected count for more than one meeting where a tenth was
#   expected.


# %%
def look_up(phrase):
    """What the counts say of each pair of neighbours in a phrase."""
    words = phrase.lower().split()
    rows = []
    for left, right in pairwise(words):
        known = (collocations.ids([left, right]) >= 0).all()
        counted = table(left, right)
        n11 = int(counted.n11)
        rows.append(
            {
                "pair": f"{left} {right}",
                "together": n11,
                "expected by chance": round(float(counted.expected), 1) if known else None,
                "PMI": round(float(pmi(counted)), 1) if n11 else None,
                "NPMI": round(float(npmi(counted)), 2) if known else None,
                "log-likelihood": round(float(log_likelihood(counted))) if known else None,
            }
        )
    return pd.DataFrame(rows)


pairs = ["command structures", "writ structures", "earlier this", "older this", "strong tea",
         "powerful tea", "powerful engine"]  # fmt: skip
pd.concat([look_up(pair) for pair in pairs], ignore_index=True)

# %% [markdown]
# "Together 0" means at most once: pairs seen a single time are not kept. How much such a nought says
# depends on the column beside it. *older this* would have come up many times by chance alone, and
# never did: the words avoid each other, and that is strong evidence. *writ structures* was hardly due
# at all, because *writ* is rare: that it is missing proves little by itself. What gives it away is
# that *command structures* is at home in the same place, and that *writ* does not belong to this kind
# of text at all. That is why the detector never decides by one count: it weighs both neighbours, the
# words further away, and what an encoder makes of the whole passage.
#
# ## PMI against log-likelihood
#
# Which words go with *heavy*? Rank what follows it by each measure.

# %%
heavy = int(collocations.ids(["heavy"])[0])
followers, _ = collocations.followers(heavy)
counted = collocations.table(heavy, followers)
ranked = pd.DataFrame(
    {
        "form": [collocations.word(form) for form in followers],
        "together": counted.n11,
        "PMI": pmi(counted).round(1),
        "log-likelihood": log_likelihood(counted).round(0),
        "more than chance": counted.n11 > counted.expected,
    }
)
ranked = ranked[ranked["more than chance"] & ranked["form"].str.isalpha()]
by_pmi, by_g2 = (ranked.nlargest(12, measure) for measure in ("PMI", "log-likelihood"))
pd.DataFrame(
    {
        "by PMI": [
            f"{form} ({n})" for form, n in zip(by_pmi["form"], by_pmi["together"], strict=True)
        ],
        "by log-likelihood": [
            f"{form} ({n})" for form, n in zip(by_g2["form"], by_g2["together"], strict=True)
        ],
    }
)

# %% [markdown]
# (In brackets: how often together.) PMI does not care how often: among its favourites are words that
# were met after *heavy* only a handful of times. Log-likelihood puts first what one would name
# oneself. The picture has all followers of *heavy*: far up but far to the left are the pairs for which
# PMI has little to go on.

# %%
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.scatter(ranked["together"], ranked["PMI"], s=9, color="#2f6690", alpha=0.35, linewidths=0)
for row in by_g2.head(8).itertuples():
    ax.annotate(
        row.form, (row.together, row.PMI), xytext=(4, 3), textcoords="offset points", fontsize=8
    )
rare = ranked[ranked["together"] < 10].nlargest(6, "PMI").drop_duplicates("together")
for row in rare.itertuples():
    ax.annotate(row.form, (row.together, row.PMI), xytext=(0, 4), textcoords="offset points",
                fontsize=8, color="#b9480f", style="italic", rotation=55)  # fmt: skip
ax.set(
    xscale="log",
    xlabel="How often it follows 'heavy' (occurrences, logarithmic)",
    ylabel="PMI with 'heavy' (bits)",
)
ax.xaxis.set_major_formatter("{x:,.0f}")
ax.spines[["top", "right"]].set_visible(False)
ax.grid(color="#ddd8cd", linewidth=0.6)

# %% [markdown]
# (Upright: highest by log-likelihood. Italic: highest by PMI among those met fewer than ten times.)
#
# This is why the detector ranks suggestions by log-likelihood, and compares pairs of different
# frequency by NPMI.
#
# ## Further apart
#
# Verbs and their objects rarely touch: "*conduct* joint military *drills*". A second table counts
# content words two to five tokens apart.

# %%
pd.DataFrame(
    {
        "after 'conduct', 2 to 5 words on": [
            c.form for c in collocations.expected(left="conduct", relation="window")
        ],
        "before 'exercises', 2 to 5 words back": [
            c.form for c in collocations.expected(right="exercises", relation="window")
        ],
    }
)

# %% [markdown]
# ## Your own phrase
#
# Change the phrase and run the cell again.

# %%
look_up("the two sides reached an agreement")

# %% [markdown]
# And what would one expect in a gap? Only words that go with both neighbours are listed; the count is
# that of the weaker of the two pairs.

# %%
before, after = "reached", "agreement"
pd.DataFrame(collocations.expected(left=before, right=after, limit=8)).assign(
    log_likelihood=lambda rows: np.round(rows["log_likelihood"], 0)
)
