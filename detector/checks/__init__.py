"""The checks, one file each. To add one: its file, one line in `CHECKS`, rows in tests/cases/."""

from __future__ import annotations

from detector.checks.article_agreement import ArticleAgreement
from detector.checks.base import Check
from detector.checks.inflection import Inflection
from detector.checks.listed_phrase import ListedPhrase
from detector.checks.obfuscation import Obfuscation
from detector.checks.rewriter_residue import RewriterResidue
from detector.checks.spintax import Spintax
from detector.checks.substitution import Substitution

CHECKS: tuple[type[Check], ...] = (
    Substitution,
    ListedPhrase,
    Inflection,
    ArticleAgreement,
    Spintax,
    Obfuscation,
    RewriterResidue,
)

__all__ = ["CHECKS", "Check"]
