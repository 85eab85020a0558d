# %% [markdown]
# # One article
#
# Somebody has run a news article through a *spinner*: software that swaps words for entries of a
# thesaurus, so that a plagiarism check no longer recognises the text. This notebook reads that
# article with the detector, looks at what a single finding says, and then puts an honest article on
# the same subject beside it.
#
# Run it again with `python notebooks/run.py 01_one_article`, after
# `pip install 'detector[notebook]'`.

# %%
from pathlib import Path

import detector
from detector import plot

scorer = detector.Detector()  # loads the models once
articles = [
    detector.Article("spun article", Path("../seeds/000_5f4908ddbc3df845.txt").read_text("utf-8")),
    detector.Article(
        "honest article", Path("../seeds/001_a18a075bd9ed285c.txt").read_text("utf-8")
    ),
]
spun, honest = scorer.score_many(articles)

# %% [markdown]
# ## The report
#
# A report shows itself: the article with its findings marked (in Jupyter, point at one), the
# reliability on top, the reasons below. *Reliability* is 100 times the probability that no software
# replaced words of the article.

# %%
spun

# %% [markdown]
# What made the reliability what it is: each line names something that was measured, what is usual in
# honest articles, and by what it multiplies or divides the odds that the article is honest.

# %%
print(spun.explain())

# %% [markdown]
# The same from far away: where in the article the findings stand. Spinners work evenly, so an article
# that was spun as a whole has findings everywhere; a cluster in one place would point to a paragraph
# that was pasted in.

# %%
ax = plot.strip(spun)
# %% [markdown]
# ## One finding
#
# A finding is a question to an editor: does this word belong here? It shows itself, too.

# %%
finding = max(spun.findings, key=lambda finding: (finding.probability, -finding.start))
finding

# %% [markdown]
# Its parts:
#
# - `start` and `end` are offsets into the text, in characters, as Python counts them; `line` and
#   `column` are the same place for people.
# - `actual` is what stands there, `expected` what probably stood there before. The *confidence* of a
#   suggestion says how sure it is given that something was replaced at all.
# - `probability` is how sure the finding itself is.
# - `evidence` is what an editor can check: counts from the reference corpus, for instance.

# %%
print(f"{finding.start}–{finding.end} (line {finding.line}, column {finding.column})")
print(f"{finding.actual!r}, probability {finding.probability:.2f}, by the check {finding.check!r}")
for suggestion in finding.expected[:3]:
    print(f"  expected: {suggestion.text} ({suggestion.confidence:.2f})")
for evidence in finding.evidence:
    print(f"  {evidence.kind}: {evidence.message}")

assert spun.text[finding.start : finding.end] == finding.actual

# %% [markdown]
# All findings as a table. `to_frame` gives a row per finding, per article or per paragraph.

# %%
findings = detector.to_frame(spun)
findings[["line", "actual", "expected", "also_expected", "probability", "check"]].round(2)

# %% [markdown]
# ## Word by word
#
# Behind the findings stands a probability for every word. It is made in two steps. First each word is
# judged by the words around it (rings). Then the article itself becomes a witness: in an article with
# many odd words, one more is probably another replacement; in one without, it is probably just an
# unusual word (dots). Here is the paragraph with the most findings.

# %%
analysis = scorer.analyse(spun.text)
densest = max(range(len(spun.paragraphs)), key=lambda index: spun.paragraphs[index].n_findings)
ax = plot.probabilities(analysis, densest, threshold=scorer.min_probability)
# %% [markdown]
# ## The honest article beside it
#
# The same subject, the same kind of prose, nothing swapped. The detector should keep quiet here: a
# false accusation costs more than a miss.

# %%
honest

# %%
print(honest.explain())

# %% [markdown]
# Both reliabilities with their intervals: where each would probably have come out on other stretches of
# the same article, as long as this one.

# %%
ax = plot.reliabilities([spun, honest])
# %%
columns = ["source", "n_words", "n_findings", "findings_per_1000_words", "reliability", "verdict"]
detector.to_frame([spun, honest], per="article")[columns].round(1)

# %% [markdown]
# ## What it does not see
#
# The spun article came with a list, made by hand, of the words that were swapped. The models have
# never seen that list, so it tells how much is missed. Words that fit half-way, adverbs and function
# words are the hardest: nothing in their neighbourhood gives them away.

# %%
import json

gold = [
    json.loads(line)
    for line in Path("../seeds/000_5f4908ddbc3df845.gold.jsonl").read_text("utf-8").splitlines()
]
found = [
    artifact
    for artifact in gold
    if any(f.start < artifact["end"] and artifact["start"] < f.end for f in spun.findings)
]
missed = [artifact["text"] for artifact in gold if artifact not in found]
print(f"found {len(found)} of {len(gold)} swapped words")
print("missed:", ", ".join(missed))

# %% [markdown]
# So an article that was spun lightly, in a few words only, can pass unnoticed; and no finding proves
# anything by itself. What the findings give is a place to look, and something to look up. The next
# notebook shows where the counts in the evidence come from.
