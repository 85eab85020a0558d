"""What of an HTML page is its furniture, by the names of its elements: menus, banners, comments.

Authors of pages give such elements telling names: ``class="cookie-banner"``, ``id="comments"``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_FURNITURE_NAMES = """
    ad ads advert advertisement advertisements banner breadcrumb breadcrumbs comment commentlist
    comments consent cookie cookies disqus footer gdpr login masthead menu modal nav navbar navbox
    navigation newsletter newsletters pager pagination paywall popup promo promos recirculation
    recommendations recommended related respond share sharebar sharing sidebar signup skiplink
    social sponsor sponsored submenu subscribe subscription toc toolbar widget widgets
"""
_FURNITURE = frozenset(_FURNITURE_NAMES.split())
# A name with one of these says what is beside the element, or what it is about: "has-sidebar",
# "comments-open", "category-newsletter".
_OTHERWISE_NAMES = """
    author body category closed content enabled format has is js layout main no not open page post
    status tag type with without
"""
_OTHERWISE = frozenset(_OTHERWISE_NAMES.split())
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# Of a name: an element has few words of it that tell anything.
_LONGEST_NAME = 80
_NEVER = frozenset({"html", "body", "main"})
# Its names tell of what it is filed under: only a whole one counts.
_STRICT = "article"


def is_furniture(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element is no part of the page's article, as its class or id says.

    Examples
    --------
    >>> is_furniture("div", {"class": "site cookie-banner"}), is_furniture("div", {"id": "text"})
    (True, False)
    """
    if tag in _NEVER:
        return False
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".split()
    if tag == _STRICT:
        return any(name.lower() in _FURNITURE for name in names)
    return any(map(_is_telling, names))


def _is_telling(name: str) -> bool:
    parts = {part.lower() for part in _PARTS.findall(name[:_LONGEST_NAME])}
    return not parts.isdisjoint(_FURNITURE) and parts.isdisjoint(_OTHERWISE)
