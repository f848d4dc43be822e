"""What of HTML may stay: an allow-list, applied after rendering (dependencies.md trap 6).

Images come from ``kb/`` only; links lead to http, https, mailto, ``desk:`` or into the page. Addresses relative to the
article are turned into addresses relative to ``kb/``.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from urllib.parse import quote, unquote

import nh3

_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
_DROPPED_WHOLE = frozenset(
    ("script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math")
)
_SCHEMES = frozenset(("http", "https", "mailto", "desk"))
_SCHEME = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.\-]*):")
_BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff]")
_ALIGNED = re.compile(r"^text-align: (?:left|right|center);?$")
_SAFE_WORDS = re.compile(r"^[\w\- :]{1,200}$")


def sanitised(html: str, base: str) -> str:
    """``html`` with only what is allowed; ``base`` is the folder (relative to ``kb/``) of relative addresses."""
    return _cleaner(base).clean(html)


@cache
def _cleaner(base: str) -> nh3.Cleaner:
    def allowed(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return _picture(value, base)
        if attribute == "href":
            return _target(value, base)
        if attribute in ("class", "id"):
            return value if _SAFE_WORDS.match(value) else None
        if attribute == "style":
            return value if _ALIGNED.match(value) else None
        return value

    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes={
            "*": {"class", "id", "title", "lang", "dir"},
            "a": {"href"},
            "img": {"src", "alt", "width", "height"},
            "td": {"colspan", "rowspan", "align", "style"},
            "th": {"colspan", "rowspan", "align", "scope", "style"},
            "ol": {"start", "type"},
            "li": {"value"},
        },
        attribute_filter=allowed,
        strip_comments=True,
        link_rel=None,
        url_schemes=set(_SCHEMES),
    )


def _picture(address: str, base: str) -> str | None:
    if _BLANKS.sub("", address).lower().startswith(("http:", "https:", "mailto:", "desk:", "#")):
        return None
    return _in_kb(address, base)


def _target(address: str, base: str) -> str | None:
    bare = _BLANKS.sub("", address)
    scheme = _SCHEME.match(bare)
    if scheme:
        return address.strip() if scheme.group(1).lower() in _SCHEMES else None
    if bare.startswith("#"):
        return bare
    return _in_kb(address, base)


def _in_kb(address: str, base: str) -> str | None:
    """A relative address as a path below ``kb/``, quoted; None if it leads anywhere else."""
    path = unquote(re.split(r"[?#]", address.strip(), maxsplit=1)[0])
    if not path or path.startswith("/") or "\\" in path or ":" in path or _CONTROL.search(path):
        return None
    joined = posixpath.normpath(path if path.startswith("attachments/") else posixpath.join(base, path))
    if joined.startswith(("..", "/")) or any(part.lower().startswith(".git") for part in joined.split("/")):
        return None
    return quote(joined)


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
