"""Makes the pictures of the README: ``python docs/images/make.py`` (extra ``notebook``)."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from detector import Article, Detector, plot

FOLDER = Path(__file__).parent
ARTICLE = FOLDER.parent.parent / "seeds" / "000_5f4908ddbc3df845.txt"
DPI = 130


def main() -> None:
    """Draw the first founding article, and the words of its densest paragraph."""
    detector = Detector()
    report = detector.score(Article(ARTICLE.name, ARTICLE.read_text(encoding="utf-8")))
    densest = max(range(len(report.paragraphs)), key=lambda at: report.paragraphs[at].n_findings)
    analysis = detector.analyse(report.text)
    pictures = {
        "strip": plot.strip(report),
        "words": plot.probabilities(analysis, densest, threshold=detector.min_probability),
    }
    for name, ax in pictures.items():
        ax.figure.savefig(FOLDER / f"{name}.png", dpi=DPI, metadata={"Software": None})


if __name__ == "__main__":
    main()
