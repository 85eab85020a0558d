# %% [markdown]
# # A newsroom
#
# A small archive: three sources, five short articles each, written for this notebook
# (`notebooks/newsroom/`). To have something to find, we do harm to a copy of it first: one source's
# articles go through a toy spinner, and one paragraph of theirs is pasted into an honest article of
# another source. Then we forget what we did, score the folder and look.

# %%
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from toy_spinner import spin

import detector
from detector import plot
from detector.sources import read

folder = Path(tempfile.mkdtemp()) / "newsroom"
for original in sorted(Path("newsroom").rglob("*.txt")):
    text = original.read_text("utf-8")
    copy = folder / original.relative_to("newsroom")
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(spin(text, 0.15, seed=7).text if copy.parent.name == "wire" else text, "utf-8")

pasted = spin(Path("newsroom/wire/election.txt").read_text("utf-8"), 0.25, seed=3).text
victim = folder / "gazette" / "market.txt"
paragraphs = victim.read_text("utf-8").split("\n\n")
victim.write_text("\n\n".join([*paragraphs[:2], pasted.split("\n\n")[1], *paragraphs[2:]]), "utf-8")

# %% [markdown]
# ## Score the folder
#
# `read` walks folders and reads what it finds (text, Markdown, HTML, Word, tables); `score_many` takes
# any stream of articles and gives a stream of reports, so an archive of any size fits.

# %%
scorer = detector.Detector()
articles = (
    detector.Article(Path(article.source).relative_to(folder).as_posix(), article.text)
    for article in read([folder])
    if isinstance(article, detector.Article)  # else an error that says why a file cannot be read
)
reports = list(scorer.score_many(articles))

table = detector.to_frame(reports, per="article")
table["outlet"] = table["source"].str.split("/").str[0]
columns = ["source", "n_words", "n_findings", "findings_per_1000_words", "reliability", "verdict"]
table.sort_values("reliability")[columns].round(1).head(8)

# %% [markdown]
# The same as a picture, the least reliable on top, each with its interval: short articles leave much
# open.

# %%
ax = plot.reliabilities(reports)
# %% [markdown]
# Why is the last one last?

# %%
worst_report = min(reports, key=lambda report: report.reliability)
print(worst_report.source, worst_report.explain(), sep="\n")

# %% [markdown]
# ## Compare the sources
#
# One bad article is a question to an author. A source whose articles are bad as a rule is a question to
# its desk. With five articles each, the median is about all one should compute.

# %%
summary = table.groupby("outlet").agg(
    articles=("source", "size"),
    words=("n_words", "sum"),
    findings=("n_findings", "sum"),
    median_reliability=("reliability", "median"),
    spun_or_suspect=("verdict", lambda verdicts: int((verdicts != "clean").sum())),
)
summary["findings per 1,000 words"] = 1000 * summary["findings"] / summary["words"]
summary.round(1)

# %%
figure, ax = plt.subplots(figsize=(6, 2), layout="constrained")
rates = summary["findings per 1,000 words"].sort_values()
ax.bar_label(ax.barh(rates.index, rates, height=0.6, color="#2f6690"), fmt="%.0f", padding=3)
ax.set_xlabel("Findings per 1,000 words, all articles of the source together")
ax.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Find the pasted paragraph
#
# Leave the source that stands out aside. Is there anything in the others? A paragraph has its own
# density: how many replaced words are expected in a thousand.

# %%
passages = detector.to_frame(reports, per="paragraph")
others = passages[~passages["source"].str.startswith("wire/") & (passages["n_words"] >= 15)]
others.nlargest(4, "density")[["source", "paragraph", "n_words", "n_findings", "density"]]

# %% [markdown]
# One paragraph stands apart from all others. It does not even share the subject of its neighbours.

# %%
worst = others.nlargest(1, "density").iloc[0]
suspect = reports[worst["article"]]
passage = suspect.text[worst["start"] : worst["end"]]
print(f"{suspect.source}, paragraph {worst['paragraph']}:\n{passage}")

# %% [markdown]
# Why does the article as a whole look so much better than this paragraph? The rest of it is honest, and speaks for
# it: rings are what the words around say, dots what is left of it once the whole article has spoken.
# It keeps the detector quiet on honest texts, and it is what a forger who pastes one paragraph
# counts on.

# %%
ax = plot.probabilities(
    scorer.analyse(suspect.text), worst["paragraph"] - 1, threshold=scorer.min_probability
)

# %% [markdown]
# So read the passage alone. It is too short for a reliability, but not for findings.

# %%
alone = scorer.score(passage)
print(alone.status, "-", alone.reason)
detector.to_frame(alone)[["actual", "expected", "also_expected", "probability"]].round(2)

# %% [markdown]
# ## What was swapped?
#
# Across the archive: the words that were flagged most often, with what is expected in their place, and
# the checks that found them. A spinner repeats itself, so this list is a fingerprint of its thesaurus.

# %%
ax = plot.flagged(reports, limit=12)
# %%
ax = plot.checks(reports)
# %% [markdown]
# ## Beware of length
#
# A short article gives little evidence. If only the short ones look bad (or only the long ones), look
# twice before comparing sources. Here all are about as long.

# %%
ax = plot.lengths(reports)
# %% [markdown]
# ## Hand it on
#
# A data frame writes any table. For colleagues without Python there is a page with all articles, which
# opens in a browser without a network; for other programs, JSON Lines, SARIF and more
# (`score --help`).

# %%
out = folder.parent
detector.to_frame(reports).to_csv(out / "findings.csv", index=False)
command = [sys.executable, "-m", "detector", "--jobs", "1", "--format", "html"]
subprocess.run([*command, "--output", "newsroom.html", "newsroom"], cwd=out, check=True)
pd.DataFrame(
    [(path.name, f"{path.stat().st_size / 1024:.0f} KiB") for path in sorted(out.glob("*.*"))],
    columns=["file", "size"],
)
