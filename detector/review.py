"""A walk through the findings with a person, who decides on each.

What is wrongly flagged goes to the allow list (the words, wherever they stand) or to the baseline
(this finding alone). Decisions are kept as they are made, so stopping loses none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from detector.desk import Places
from detector.errors import ConfigError
from detector.folding import fold
from detector.render.text import Text
from detector.report import Finding, Report


class Decision(StrEnum):
    """What a person may answer; its first letter will do."""

    ACCEPT = "accept"
    WORDS = "words"
    BASELINE = "baseline"
    QUIT = "quit"


_MEANING = {
    Decision.ACCEPT: "the finding is right: leave it for the author",
    Decision.WORDS: "never flag these words: add them to the allow list",
    Decision.BASELINE: "do not report this finding again: add it to the baseline",
    Decision.QUIT: "stop here",
}
_SUMMARY = {
    Decision.ACCEPT: "accepted",
    Decision.WORDS: "added to the allow list",
    Decision.BASELINE: "added to the baseline",
}


class Review:
    """Asks about each finding and keeps the answers.

    Parameters
    ----------
    places : callable
        From a report to the places where its findings can be put.
    ask : callable
        Shows a prompt and returns what was typed; raises EOFError when there is no more to read.
    tell : callable
        Shows some text.
    look : Text
        Shows the flagged sentences.
    """

    def __init__(
        self,
        places: Callable[[Report], Places],
        *,
        ask: Callable[[str], str],
        tell: Callable[[str], None],
        look: Text,
    ) -> None:
        self._places = places
        self._ask = ask
        self._tell = tell
        self._look = look
        self._allowed: set[str] = set()
        self._decisions: Counter[Decision] = Counter()

    def walk(self, reports: Iterable[Report]) -> None:
        """Ask about the findings of each report until all are decided, or the person stops.

        Raises
        ------
        ConfigError
            If there is no place for what is wrongly flagged, or it cannot be written to.
        """
        for report, finding in self._findings(reports):
            self._tell(self._look.quoted(replace(report, findings=(finding,))))
            decision = self._decision(self._places(report))
            if decision is Decision.QUIT:
                break
            self._decisions[decision] += 1
            self._keep(decision, report, finding)
        self._tell(self._summary())

    def _findings(self, reports: Iterable[Report]) -> Iterator[tuple[Report, Finding]]:
        """What is still to be decided; words that were allowed on the way are not."""
        for report in reports:
            if report.findings and not any(self._places(report)):
                raise ConfigError(
                    f"{report.source}: there is nowhere to record false positives: name an "
                    "allow list with --allow FILE, or a baseline with --write-baseline FILE"
                )
            for finding in report.findings:
                if fold(finding.actual) not in self._allowed:
                    yield report, finding

    def _decision(self, places: Places) -> Decision:
        choices = [Decision.ACCEPT, Decision.QUIT]
        if places.baseline is not None:
            choices.insert(1, Decision.BASELINE)
        if places.allow is not None:
            choices.insert(1, Decision.WORDS)
        prompt = ", ".join(f"[{choice[0]}]{choice[1:]}" for choice in choices)
        while True:
            try:
                answer = self._ask(f"{prompt}, or ? for help: ").strip().lower()
            except EOFError:
                return Decision.QUIT
            for choice in choices:
                if answer in {choice, choice[0]}:
                    return choice
            self._tell("".join(f"  {choice[0]}  {_MEANING[choice]}\n" for choice in choices))

    def _keep(self, decision: Decision, report: Report, finding: Finding) -> None:
        places = self._places(report)
        if decision is Decision.WORDS and places.allow is not None:
            _append(places.allow, " ".join(finding.actual.split()))
            self._allowed.add(fold(finding.actual))
        elif decision is Decision.BASELINE and places.baseline is not None:
            places.baseline.add(report, [finding])
            places.baseline.write()

    def _summary(self) -> str:
        made = [f"{n} {_SUMMARY[one]}" for one, n in self._decisions.items()]
        return f"{', '.join(made) or 'nothing decided'}\n"


def _append(path: Path, words: str) -> None:
    """Add a line to an allow list, whose last line may lack its end."""
    try:
        content = path.read_text(encoding="utf-8")
        start = "" if not content or content.endswith("\n") else "\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{start}{words}\n")
    except OSError as error:
        raise ConfigError(
            f"the allow list {path} cannot be written ({error.strerror}): name a file that you "
            "may write to"
        ) from None
