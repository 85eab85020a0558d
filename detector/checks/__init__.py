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
from detector.config import Config
from detector.errors import ConfigError, nearest

CHECKS: tuple[type[Check], ...] = (
    Substitution,
    ListedPhrase,
    Inflection,
    ArticleAgreement,
    Spintax,
    Obfuscation,
    RewriterResidue,
)

__all__ = ["CHECKS", "Check", "refuse_unknown_checks"]


def refuse_unknown_checks(config: Config) -> None:
    """Raise `ConfigError` if an option names a check that does not exist."""
    known = [check.name for check in CHECKS]
    named = config.disable | {name for name, _ in config.severity}
    for name in sorted(named - set(known)):
        raise ConfigError(
            f"there is no check named {name!r}{nearest(name, known)}: the checks are "
            f"{', '.join(sorted(known))}"
        )
