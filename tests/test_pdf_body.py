"""Pages of a PDF: no word of body text is lost, whatever a line of it is made of."""

from __future__ import annotations

import pytest

from detector.sources.layout import Line, body

TRIAL = [
    "After adjustment for age, sex and the score at the start of the trial",
    "(M = 3.42, SD = 0.81, t(45) = 2.31, p = .024, 95% CI [0.12, 0.45])",
    "it was no longer significant, and nobody was surprised by what it said.",
]
OTHER = [
    "The keepers wrote down each ship that came in, and what it carried with",
    "it, for as long as there was light enough to read the names on the bow.",
]


def lines(*texts: str, top: float = 700, x: float = 72, size: float = 10) -> list[Line]:
    return [Line(text, x, top - 12 * row, size) for row, text in enumerate(texts)]


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize(
    "numbers",
    [
        TRIAL[1],
        "(r = .31, p < .001; 12.4 kg/m2; 37.5 \u00b0C; 1,204 of 2,310; 52.1%)",
        "[1-3, 7, 12-15, 22, 31, 40], [2], [4-6], [8, 9], [10, 11], [16-21],",
        "\u03b1 = 0.05, \u03b2 = 0.20, 1 - \u03b2 = 0.80, n = 2(1.96 + 0.84)2 / 0.52 = 63,",
        "2 x 2 x 3 = 12",
    ],
)
def test_a_line_of_numbers_inside_a_paragraph_stays(numbers: str, at: int) -> None:
    paragraph = [*OTHER[:1], *TRIAL[2:]]
    paragraph.insert(at if at == 1 else 1, numbers)
    assert body([lines(*OTHER, *paragraph)])[-1].endswith(" ".join(paragraph))


def test_several_lines_of_numbers_and_one_that_ends_its_paragraph_stay() -> None:
    paragraph = [TRIAL[0], TRIAL[1], TRIAL[1], "(p = .72)."]
    found = body([[*lines(*paragraph), *lines(*OTHER, top=630)]])
    assert found == [" ".join(paragraph), " ".join(OTHER)]


def test_a_line_of_numbers_that_begins_a_paragraph_stays() -> None:
    numbers = "Ships: 1,204; 310; 44 (51.2%, 13.2%, 1.9%); boats: 12, 14, 18, 2.5%,"
    paragraph = [numbers, numbers, TRIAL[2]]
    for size in (10, 9):
        page = [*lines(*OTHER), *lines(*paragraph, top=650, size=size)]
        assert body([page])[1:] == [" ".join(paragraph)]


def test_a_line_of_numbers_at_the_top_of_a_column_or_page_stays() -> None:
    columns = [*lines(*OTHER, TRIAL[0]), *lines(*TRIAL[1:], x=320)]
    assert body([columns]) == [" ".join([*OTHER, *TRIAL])]
    pages = [lines(*OTHER, TRIAL[0]), lines(*TRIAL[1:], *OTHER)]
    assert body(pages) == [" ".join([*OTHER, *TRIAL, *OTHER])]


def test_a_displayed_formula_inside_a_sentence_is_a_stand_in() -> None:
    shown = [
        *lines("The keepers knew how fast the tide would come in, since its height is"),
        *lines("h(t) = 4.2 sin(2t / 12.4) + 0.3 (7)", x=180, top=678),
        *lines("where the hours are counted from noon, and the rest from the charts.", top=656),
        *lines("They wrote it on the wall of the old customs house, as follows:", top=632),
        *lines("t = 12.4 / (2 x 3.14), (8)", x=180, top=610),
        *lines("which is easy to remember, and nobody has ever asked for a better one.", top=588),
    ]
    assert body([shown]) == [
        "The keepers knew how fast the tide would come in, since its height is _ where the hours "
        "are counted from noon, and the rest from the charts.",
        "They wrote it on the wall of the old customs house, as follows: _, which is easy to "
        "remember, and nobody has ever asked for a better one.",
    ]


def test_rows_of_a_table_without_a_caption_are_left_out() -> None:
    rows = lines("2024 12 31 44", "2025 19 44 61", "2026 20 45 70", top=660)
    assert body([[*lines(*OTHER), *rows, *lines(*TRIAL, top=600)]]) == [
        " ".join(OTHER),
        " ".join(TRIAL),
    ]


def test_a_sentence_that_goes_on_with_the_name_of_a_figure_stays() -> None:
    paragraph = [
        "How often they came in is to be seen in the lower part of the drawing,",
        "Fig. 3. The keepers drew it by hand, and it hung in the hall for years.",
    ]
    assert body([lines(*OTHER, *paragraph)])[0].endswith(" ".join(paragraph))
    caption = lines("Fig. 3. Ships by the month.", top=640)
    assert body([[*lines(*OTHER), *caption, *lines(*TRIAL, top=610)]]) == [
        " ".join(OTHER),
        " ".join(TRIAL),
    ]


def test_what_is_left_out_is_counted() -> None:
    pages = [
        [
            *lines("Journal of Cranes and Quays", top=800),
            *lines(*text),
            *lines("Table 2. Ships by the year.", "Year", top=600),
            *lines(*OTHER, top=place),
            *lines("12", x=300, top=30),
        ]
        for text, place in ((TRIAL, 500), (OTHER, 400))
    ]
    pages.append(
        [*lines("References", "A. Smith, The old crane, 2020."), *lines("A note.", size=6)]
    )
    left_out: dict[str, int] = {}
    body(pages, left_out)
    assert left_out == {
        "running heads": 10,
        "references": 8,
        "tables, captions and notes": 12,
    }
    nothing: dict[str, int] = {}
    assert body([lines(*OTHER)], nothing) == [" ".join(OTHER)]
    assert not nothing


def test_a_heading_after_a_table_stays() -> None:
    page = [
        *lines(*OTHER),
        *lines("Table 2. Ships by the year.", "Year", "2024", top=640),
        *lines("What the keepers saw", top=590, size=14),
        *lines(*TRIAL, top=570),
    ]
    assert body([page]) == [" ".join(OTHER), "What the keepers saw", " ".join(TRIAL)]


def test_a_year_that_ends_a_paragraph_at_the_top_of_a_page_is_no_page_number() -> None:
    first = lines(*OTHER, "Nobody has counted the ships since the summer of the windy year")
    second = [*lines("2019.", *TRIAL), *lines("12", x=300, top=30)]
    assert body([first, second]) == [
        " ".join(line.text for line in [*first, second[0]]),
        " ".join(TRIAL),
    ]


def test_the_heading_of_the_references_in_a_table_of_contents_ends_nothing() -> None:
    page = [
        *lines("What the keepers saw", "References"),
        *lines(*OTHER, *TRIAL, *OTHER, *TRIAL, *OTHER, top=650),
        *lines("References", top=500),
        *lines("A. Smith, The old crane, 2020.", "B. Smith, The quay, 2021.", top=480),
    ]
    found = " ".join(body([page]))
    assert " ".join(TRIAL) in found
    assert "Smith" not in found
