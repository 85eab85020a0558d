"""What a browser makes of a page: elements, identifiers, targets, and their text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from detector.render.layout import spelled

# What the page is made of. An article can add nothing to it.
ELEMENTS = frozenset(
    {"a", "b", "body", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "h3", "head"}
    | {"header", "html", "li", "main", "meta", "ol", "p", "rect", "script", "section", "span"}
    | {"style", "summary", "svg", "table", "tbody", "td", "th", "thead", "title", "tr", "ul"}
)
EMPTY = {"meta"}


@dataclass
class Page(HTMLParser):
    """A page that was read; an element that is not closed in its place is an error."""

    elements: Counter[str] = field(default_factory=Counter)
    ids: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self.elements[tag] += 1
        self.attributes |= set(values)
        self.ids += [values["id"]] if "id" in values else []
        for key in ("href", "aria-describedby", "aria-labelledby"):
            self.targets += [values[key].removeprefix("#")] if key in values else []
        if tag not in EMPTY:
            self._open.append((tag, values.get("class", "").split()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        for name in {name for tag, classes in self._open for name in (tag, *classes)}:
            self.said[name] = self.said.get(name, "") + data


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert not page._open
    return page


def words(text: str) -> list[str]:
    return spelled(text).split()
