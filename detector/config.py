"""One frozen `Config` holds every option."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import get_args

from detector.errors import ConfigError
from detector.report import Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Most severe first."""
DEFAULT_SEVERITY: Severity = "warning"

# Entries of a list that a record names one by one.
_FEW = 8


EVEN_BASE_RATE = 0.5
"""Share of spun articles that is assumed where nobody says another."""


@dataclass(frozen=True, slots=True)
class Config:
    """Options of a `Detector`. Picklable; the same names as the options of ``score``.

    Attributes
    ----------
    min_probability : float or None
        Report findings from this probability (0 to 1) up; None takes the default of the models,
        which was chosen on data.
    disable : frozenset of str
        Names of checks that do not run (`detector.checks.CHECKS`).
    allow : frozenset of str
        Words and phrases never to flag, in any typography and case.
    phrases : tuple of (str, str)
        Phrases to flag, each with what is expected in its place ("" where nothing is), beside the
        curated ones.
    severity : tuple of (str, {"error", "warning", "notice"})
        Names of checks, each with the severity of its findings; a mapping will do. "warning" for
        those not named.
    skip_quotes : bool
        Report nothing that is quoted or mentioned: between quotation marks, or in what the
        markup says is quoted (``>``, ``<blockquote>``).
    base_rate : float
        Share of spun articles among those that come in, above 0 and below 1: what the reliability
        takes for granted before it reads an article. The verdict does not depend on it.
    grammar : bool
        Ask LanguageTool about each article with findings (`detector.grammar`): its matches become
        evidence. Needs the extra ``grammar``.
    grammar_server : str or None
        URL of a running LanguageTool server; None starts one from the installation in
        ``$LTP_PATH``.
    """

    min_probability: float | None = None
    disable: frozenset[str] = frozenset()
    allow: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, str], ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    skip_quotes: bool = False
    base_rate: float = EVEN_BASE_RATE
    grammar: bool = False
    grammar_server: str | None = None

    def threshold(self, default: float) -> float:
        """The probability from which on findings are reported; `default` is that of the models."""
        return default if self.min_probability is None else self.min_probability

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the options that differ from the default, for a record.

        Examples
        --------
        >>> Config(min_probability=0.7, disable=frozenset({"spintax"})).settings()
        (('min_probability', '0.7'), ('disable', 'spintax'))
        """
        changed = ((each.name, getattr(self, each.name), each.default) for each in fields(self))
        return tuple((name, _written(value)) for name, value, usual in changed if value != usual)

    def __post_init__(self) -> None:
        if self.min_probability is not None and not 0 <= self.min_probability <= 1:
            raise ConfigError(
                f"min_probability is {self.min_probability}, but must be a probability between 0 "
                "and 1: try 0.5"
            )
        if not 0 < self.base_rate < 1:
            raise ConfigError(
                f"base_rate is {self.base_rate}, but must be a proportion above 0 and "
                "below 1: try 0.1"
            )
        object.__setattr__(self, "disable", _strings("disable", self.disable))
        object.__setattr__(self, "allow", _strings("allow", self.allow))
        object.__setattr__(self, "phrases", tuple((str(a), str(b)) for a, b in self.phrases))
        object.__setattr__(self, "severity", _severities(self.severity))


def _strings(option: str, values: Iterable[str]) -> frozenset[str]:
    if isinstance(values, str):
        raise ConfigError(f"{option} is the string {values!r}: give a list, such as [{values!r}]")
    return frozenset(values)


def _written(value: object) -> str:
    """A value for people: a few entries by name, many by their number."""
    if not isinstance(value, frozenset | tuple):
        return str(value)
    entries = sorted(
        "=".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value
    )
    return ", ".join(entries) if len(entries) <= _FEW else f"{len(entries)} entries"


def _severities(
    given: Mapping[str, Severity] | Iterable[tuple[str, Severity]],
) -> tuple[tuple[str, Severity], ...]:
    severities = dict(given)
    for check, severity in severities.items():
        if severity not in SEVERITIES:
            raise ConfigError(
                f"the severity of {check} is {severity!r}: give one of {', '.join(SEVERITIES)}"
            )
    return tuple(sorted(severities.items()))
