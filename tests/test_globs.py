from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.globs import matches


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("*.md", ["a.md", "b/a.md", "b/c/a.md"], ["a.mdx", "a.md/b.txt"]),
        ("a.txt", ["a.txt", "b/a.txt"], ["ba.txt", "a-txt"]),
        ("/a.txt", ["a.txt"], ["b/a.txt"]),
        ("b/*.md", ["b/a.md"], ["b/c/a.md", "c/b/a.md"]),
        ("b/**", ["b/a.md", "b/c/a.md"], ["c/b/a.md", "ab/a.md"]),
        ("b/", ["b/a.md", "b/c/a.md"], ["b"]),
        ("**/b/*", ["b/a", "c/b/a", "d/c/b/a"], ["cb/a", "b/c/a"]),
        ("b/**/a", ["b/a", "b/c/a", "b/c/d/a"], ["b/ca"]),
        ("?.md", ["a.md"], ["ab.md", ".md"]),
        ("[ab].md", ["a.md", "b.md"], ["c.md"]),
        ("[!ab].md", ["c.md"], ["a.md", "/.md"]),
        ("[a-c]*", ["b", "cx"], ["d"]),
        ("a+(b).md", ["a+(b).md"], ["aab.md"]),
        ("[.md", ["[.md"], ["a.md"]),
        ("**.md", ["a.md", "b/a.md"], ["a.txt"]),
    ],
)
def test_patterns(pattern: str, fitting: list[str], others: list[str]) -> None:
    assert [path for path in [*fitting, *others] if matches(pattern, path)] == fitting


@given(pattern=st.text("ab*?[]!-^/\\."), path=st.text("ab/.-", min_size=1))
def test_any_pattern_is_one(pattern: str, path: str) -> None:
    assert matches(pattern, path) in {True, False}
    assert matches("**", path)
