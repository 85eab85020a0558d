from __future__ import annotations

import pytest

pd = pytest.importorskip("pandas", reason="the extra 'notebook' is not installed")

from fake_detector import fake_report  # noqa: E402

from detector import Report, to_frame  # noqa: E402
from detector.records import ARTICLE_COLUMNS, FINDING_COLUMNS, PARAGRAPH_COLUMNS  # noqa: E402
from detector.sources import Article  # noqa: E402

SPUN = fake_report(Article("a.txt", "The plan has wilt. The rose will wilt too.", record=3))
CLEAN = fake_report(Article("b.txt", "A rose."))


def test_a_row_per_finding_names_its_article_and_its_place() -> None:
    frame = to_frame([CLEAN, SPUN])
    assert list(frame.columns) == ["article", *FINDING_COLUMNS]
    assert frame["article"].tolist() == [1, 1]
    assert frame["record"].tolist() == [3, 3]
    places = zip(frame["start"], frame["end"], strict=True)
    assert [SPUN.text[start:end] for start, end in places] == ["wilt", "wilt"]
    assert frame["expected"].tolist() == ["become", "become"]


def test_a_row_per_article_has_nan_where_there_is_no_reliability() -> None:
    frame = to_frame(iter([SPUN, CLEAN]), per="article")
    assert list(frame.columns) == ["article", *ARTICLE_COLUMNS]
    assert frame["n_findings"].tolist() == [2, 0]
    assert frame["reliability"].isna().all()
    assert frame["verdict"].isna().all()
    assert frame["status"].tolist() == ["short", "short"]


def test_paragraphs_are_numbered(detector: object) -> None:
    report = detector.score("One paragraph here.\n\nAnother one there.")  # type: ignore[attr-defined]
    frame = to_frame(report, per="paragraph")
    assert list(frame.columns) == ["article", *PARAGRAPH_COLUMNS]
    assert frame["paragraph"].tolist() == list(range(1, len(report.paragraphs) + 1))


@pytest.mark.parametrize("per", ["finding", "article", "paragraph"])
def test_an_empty_frame_has_the_same_types(per: str, detector: object) -> None:
    report: Report = detector.score("The plan has wilt.\n\nIt is.")  # type: ignore[attr-defined]
    full, empty = to_frame([report], per=per), to_frame([], per=per)  # type: ignore[arg-type]
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_verdicts_are_ordered_from_the_worst() -> None:
    verdict = to_frame([SPUN], per="article")["verdict"]
    assert verdict.cat.ordered
    assert verdict.cat.categories.tolist() == ["spun", "suspect", "clean"]


def test_another_kind_of_row_is_refused() -> None:
    with pytest.raises(ValueError, match="'word', but a row can be one of 'finding'"):
        to_frame([], per="word")  # type: ignore[arg-type]
