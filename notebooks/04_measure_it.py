# %% [markdown]
# # Measure it
#
# How good is the detector on *your* texts? Figures from other texts do not answer that: style, length
# and the spinner at work all move them. This notebook measures on labelled texts, chooses a threshold
# for a wanted rate of false alarms, looks at the calibration, and trains a small classifier of its own.
#
# The texts are those of the newsroom, each once as it was written and twice through the toy spinner,
# lightly and heavily. Put your own in the same form: `text`, `label`, and, if you know them, `spans`.

# %%
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from toy_spinner import spin

import detector
from detector import plot

rows = []
for path in sorted(Path("newsroom").rglob("*.txt")):
    text, group = path.read_text("utf-8"), path.parent.name
    clean = {"id": f"{path.stem}, as written", "cluster": path.stem, "group": group, "share": 0.0}
    rows.append(clean | {"text": text, "label": "clean", "spans": []})
    for share in (0.06, 0.15):
        spun = spin(text, share, seed=len(rows))
        spans = [{"start": s, "end": e, "expected": [was]} for s, e, was in spun.swaps]
        name = f"{path.stem}, {share:.0%} swapped"
        rows.append(
            {"id": name, "cluster": path.stem, "group": group, "share": share}
            | {"text": spun.text, "label": "spun", "spans": spans}
        )

labelled = Path(tempfile.mkdtemp()) / "labelled.jsonl"
labelled.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
pd.DataFrame(rows).groupby("label").agg(
    texts=("text", "size"), words=("text", lambda t: t.str.split().str.len().sum())
)

# %% [markdown]
# ## The table
#
# `detector evaluate --data labelled.jsonl` prints this on the command line. An article and its spun
# versions share a `cluster`: they are no independent witnesses, and the intervals know it.

# %%
from detector.evaluation import render_table, run

print(render_table(run(data=labelled, with_baselines=False, jobs=1)))

# %% [markdown]
# ## Precision and recall
#
# Rank all texts by `100 - reliability` and lower the threshold step by step: recall grows, precision
# falls.

# %%
scorer = detector.Detector()
reports = list(scorer.score_many(detector.Article(row["id"], row["text"]) for row in rows))
table = detector.to_frame(reports, per="article")
table["spun"] = [row["label"] == "spun" for row in rows]
table["share"] = [row["share"] for row in rows]
suspicion = 100 - table["reliability"]
ax = plot.precision_recall(table["spun"], suspicion, threshold=50)
# %% [markdown]
# How much was swapped decides nearly everything. A light spin leaves little to see in a hundred words.

# %%
table.groupby("share").agg(
    texts=("source", "size"),
    median_reliability=("reliability", "median"),
    flagged=("verdict", lambda verdicts: (verdicts != "clean").mean()),
).round(2)

# %% [markdown]
# ## A threshold for a wanted rate of false alarms
#
# Say you can bear one false alarm in twenty honest articles. The threshold is the reliability that one
# honest article in twenty falls below. But few texts cannot prove a small rate: with `n` honest
# articles and no false alarm at all, the true rate may still be 1 − 0.05^(1/n), with 95 % confidence
# (Clopper and Pearson 1934).

# %%
wanted = 0.05
honest = table.loc[~table["spun"], "reliability"].to_numpy()
threshold = np.quantile(honest, wanted, method="lower")
caught = (table.loc[table["spun"], "reliability"] < threshold).mean()
print(f"{len(honest)} honest texts; threshold: reliability below {threshold:.2f}")
print(
    f"spun texts below it: {caught:.0%}; honest texts below it: {(honest < threshold).mean():.0%}"
)
print(
    f"true rate of false alarms: up to {1 - 0.05 ** (1 / len(honest)):.0%}, for all these texts show"
)
print(
    f"honest texts needed to show a rate under {wanted:.0%}: {np.log(0.05) / np.log(1 - wanted):.0f}"
)

# %% [markdown]
# The threshold for single findings is chosen in the same way, on words: `min_probability` in `Config`,
# `--min-probability` on the command line. Here is what each threshold finds, and what it costs.

# %%
spans = [{(s["start"], s["end"]) for s in row["spans"]} for row in rows]
loose = detector.Detector(detector.Config(min_probability=0.2))
findings = detector.to_frame(loose.score_many([row["text"] for row in rows]))
findings["right"] = [
    any(start < row.end and row.start < end for start, end in spans[row.article])
    for row in findings.itertuples()
]
n_swaps = sum(map(len, spans))
pd.DataFrame(
    [
        {
            "min_probability": at,
            "findings": len(kept),
            "precision": kept["right"].mean(),
            "recall": kept["right"].sum() / n_swaps,
        }
        for at in (0.2, 0.3, 0.5, 0.7, 0.9)
        for kept in [findings[findings["probability"] >= at]]
    ]
).round(2)

# %% [markdown]
# ## Calibration
#
# If the reliability is 80, eight of ten such texts should be honest. The diagram shows whether that
# holds *here*: our texts hold two spun ones for each honest one, all of them short, and all from one
# spinner. Points above the diagonal are spun texts that the detector was too trusting about.

# %%
ax = plot.calibration(table["spun"], suspicion / 100, bins=5)
# %% [markdown]
# ## A classifier of your own
#
# With labelled texts of your own kind you can do better than the number on the box.
# `ArtifactFeatures` turns each text into columns for scikit-learn; a logistic regression weighs them.
# Cross-validation must keep an article and its spun versions together, or it would measure memory.

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from detector.sklearn import ArtifactFeatures

texts = [row["text"] for row in rows]
features = pd.DataFrame(
    ArtifactFeatures().fit_transform(texts), columns=ArtifactFeatures().get_feature_names_out()
)
features.groupby(table["share"]).mean().loc[:, lambda means: (means != 0).any()].round(2)

# %%
model = make_pipeline(ArtifactFeatures(), StandardScaler(), LogisticRegression(C=0.3))
probability = cross_val_predict(
    model,
    texts,
    table["spun"],
    groups=[row["cluster"] for row in rows],
    cv=GroupKFold(3),
    method="predict_proba",
)[:, 1]
print(f"area under the ROC curve: {roc_auc_score(table['spun'], probability):.3f}")

# %% [markdown]
# Its probabilities are fitted to the very kind of text it is used on, base rate included. With so few
# texts the intervals leave much open.

# %%
ax = plot.calibration(table["spun"], probability, bins=5)

# %% [markdown]
# One spinner, one genre, a few dozen texts: such figures say how the method works, not how good the
# detector is. For that, collect honest and spun texts from where you will use it, a hundred of each at
# least, and run this notebook on them.
