"""Markdown to HTML: what people write is shown, what attacks is gone, what hangs is bounded (trials 16 and 17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from hypercare_desk.adapters.markdown import MarkdownRenderer
from hypercare_desk.adapters.markdown.rendering import render
from hypercare_desk.domain.errors import Cancelled
from hypercare_desk.services.progress import Token


@pytest.fixture(scope="module")
def renderer() -> Iterator[MarkdownRenderer]:
    made = MarkdownRenderer()
    yield made
    made.close()


def html(text: str, resolve: dict[str, str] | None = None, base: str = "known-issue") -> str:
    return re.sub(r"\s*\n\s*", "", render(text, resolve, base))


@pytest.mark.parametrize(
    "text, shown",
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>"),
        ("| a |\n|--:|\n| 1 |", '<td style="text-align: right;">1</td>'),
        ("```sql\nselect 1\n```", '<span class="k">select</span>'),
        ("- [ ] open\n- [x] done", '<li class="task">☐ open</li><li class="task">☑ done</li>'),
        ("~~gone~~", "<del>gone</del>"),
        ("see https://example.org/a_b?c=d.", '<a href="https://example.org/a_b?c=d">'),
        (
            "> [!NOTE]\n> Mind",
            '<div class="admonition note"><p class="admonition-title">Note</p><p>Mind</p></div>',
        ),
        ("> [!TIP]\n> - a\n> - b", "<li>a</li><li>b</li>"),
        (
            "[!WARNING]\nMind",
            '<div class="admonition warning"><p class="admonition-title">Warning</p><p>Mind</p></div>',
        ),
        ("!!! note\n    Mind", '<div class="admonition note">'),
        ("> quoted", "<blockquote><p>quoted</p></blockquote>"),
        ("term\n:   meaning", "<dt>term</dt><dd>meaning</dd>"),
        ("a[^1]\n\n[^1]: note", 'href="#fn:1"'),
        ("# One two\n", '<h1 id="one-two">One two</h1>'),
        ("text\n- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("- a\n  - b\n    - c", "<li>a<ul><li>b<ul><li>c</li></ul></li></ul></li>"),
        ("1. a\n   - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("1. a\n\n   ```\n   x\n     y\n   ```\n\n2. b", "<p>b</p></li></ol>"),
        ("- a\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ("1. a\n   b\n   - c", "<ul><li>c</li></ul></li></ol>"),
        ("a  \nb", "a<br>b"),
        ("- a  \n  b", "a<br>"),
        (
            "<details>\n<summary>More</summary>\n\n- *a*\n\n</details>\n\nb",
            "<details><summary>More</summary><ul><li><p><em>a</em></p></li></ul></details><p>b</p>",
        ),
        (
            ':::image type="icon" source="media/a.png" alt-text="An x_y_z":::',
            '<img alt="An x_y_z" src="known-issue/media/a.png">',
        ),
        ("In\n2019. was a year", "<p>In2019. was a year</p>"),
        ("* * *", "<hr>"),
        ("    code", "<pre><span></span><code>code</code></pre>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("a\x00b", "a\ufffdb"),
    ],
)
def test_what_people_write_is_shown(text: str, shown: str) -> None:
    assert shown in html(text)


def test_a_fence_under_a_step_keeps_its_indentation() -> None:
    shown = render("1. a\n   ```\n   x\n     y\n   ```\n2. b", None, "")
    assert "x\n  y\n</code>" in shown
    assert shown.count("<li>") == 2


@pytest.mark.parametrize(
    "text, resolve, shown",
    [
        ("[[KI-0007]]", None, '<a class="article-link" href="desk:article/KI-0007">KI-0007</a>'),
        ("[[KI-0007|the *fix*]]", None, ">the <em>fix</em></a>"),
        ("[words](KI-0007)", None, '<a class="article-link" href="desk:article/KI-0007">words</a>'),
        ("[[KI-0007]]", {"KI-0007": "#KI-0007"}, 'href="#KI-0007"'),
        ("[[KI-0007]]", {}, '<span class="missing-link">KI-0007</span>'),
        ("[words](KI-0007)", {}, '<span class="missing-link">words</span>'),
        ("`[[KI-0007]]`", None, "<code>[[KI-0007]]</code>"),
        ("[[KI-7]]", None, "[[KI-7]]"),
        ("[x](../faq/a%20b.md#c)", {"faq/a b.md": "desk:article/FAQ-0001"}, 'href="desk:article/FAQ-0001"'),
    ],
)
def test_links_between_articles(text: str, resolve: dict[str, str] | None, shown: str) -> None:
    assert shown in html(text, resolve)


@pytest.mark.parametrize(
    "text, base, source",
    [
        ("![a](shot.png)", "attachments/imp/docs", "attachments/imp/docs/shot.png"),
        ("![a](../media/shot%201.png?raw=1#x)", "attachments/imp/docs", "attachments/imp/media/shot%201.png"),
        ("![a](attachments/shot.png)", "known-issue", "attachments/shot.png"),
        ("![a](../attachments/shot.png)", "known-issue", "attachments/shot.png"),
        ("![a](ü.png)", "", "%C3%BC.png"),
    ],
)
def test_pictures_come_from_the_knowledge_folder(text: str, base: str, source: str) -> None:
    assert f'src="{source}"' in html(text, base=base)


class Found(HTMLParser):
    """Tags and attributes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


EVIL = "http://evil.example/x"
VECTORS = [
    *(
        f"![x]({address})"
        for address in (
            EVIL,
            "https://evil.example/x",
            "//evil.example/x",
            "\\\\evil.example\\x",
            "/\\evil.example/x",
            "file:///etc/passwd",
            "FILE:///etc/passwd",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "javascript:alert(1)",
            "/etc/passwd",
            "../../../etc/passwd",
            "..%2f..%2f..%2fetc/passwd",
            "%2e%2e/%2e%2e/x",
            "C:/x.png",
            "c:%5Cx.png",
            "smb://evil/x",
            "ht\ttp://evil/x",
            "desk:x",
            "\x01http://evil.example/x",
            ".git/config",
            "../.git/config",
            "mailto:x@y",
            "http:evil",
            "\u200bhttp://evil/x",
            "ftp://e/x",
            "blob:x",
            "about:blank",
            "vbscript:x",
            "?x",
            "#x",
            "a/../../../x",
            "%00x",
            "x:y",
            "//",
            "///evil/x",
            "http:/\\evil/x",
        )
    ),
    *(
        f"[x]({address})"
        for address in (
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "&#106;avascript:alert(1)",
            "javascript&colon;alert(1)",
            "vbscript:x",
            "data:text/html,<script>alert(1)</script>",
            "file:///etc/passwd",
            "//evil.example",
            "/etc/passwd",
            "\\\\e\\x",
            " javascript:alert(1)",
            "\x01javascript:alert(1)",
            "javascript\n:alert(1)",
            "../../../x",
            "about:blank",
            "blob:x",
            "ftp://x",
            "jar:x",
            "ms-its:x",
            "view-source:x",
            "intent:x",
            "tel:1",
            "%6aavascript:alert(1)",
            "\u2028javascript:alert(1)",
        )
    ),
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    f"<img src={EVIL}>",
    "<img src=x onerror=alert(1)>",
    f"<img srcset='{EVIL} 2x'>",
    f"<img lowsrc={EVIL}>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    f"<svg><image href={EVIL} /></svg>",
    "<math><mi//xlink:href=x>",
    f"<iframe src={EVIL}></iframe>",
    f"<object data={EVIL}></object>",
    f"<embed src={EVIL}>",
    f"<link rel=stylesheet href={EVIL}>",
    f"<style>@import '{EVIL}'</style>",
    f"<div style='background:url({EVIL})'>x</div>",
    f"<body background={EVIL}>",
    f"<table background={EVIL}><tr><td background={EVIL}>x</td></tr></table>",
    f"<video src={EVIL} poster={EVIL}></video>",
    f"<audio src={EVIL}></audio>",
    f"<input type=image src={EVIL}>",
    f"<form action={EVIL}><button>x</button></form>",
    f"<base href={EVIL}>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=x onclick=alert(1)>x</a>",
    f"<a ping={EVIL} href=x>x</a>",
    "<p {: onclick='x' }>",
    "text {: onclick=alert(1) style=x }",
    f"[x](y){{: target=_blank ping={EVIL} }}",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    f"<source src={EVIL}>",
    f"<track src={EVIL}>",
    f"<picture><source srcset={EVIL}></picture>",
    "<template><script>x</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><script>alert(1)</script>-->",
    f"<![CDATA[<img src={EVIL}>]]>",
    f"<?xml-stylesheet href='{EVIL}'?>",
    f'<!DOCTYPE x [<!ENTITY y SYSTEM "{EVIL}">]>&y;',
    f"[x]: {EVIL} 'a'\n![y][x]",
    f'![a]({EVIL} "b")',
    f"<img/src/=x/src={EVIL}>",
    f'<img src="x" src="{EVIL}">',
    f"```\n</code></pre><img src={EVIL}>\n```",
    f"`</code><img src={EVIL}>`",
    f"| a |\n|---|\n| <img src={EVIL}> |",
    f'!!! note "<img src={EVIL}>"\n    x',
    f"> [!NOTE]\n> <img src={EVIL}>",
    f"[[KI-0007|<img src={EVIL}>]]",
    f"# <img src={EVIL}>",
    "```{onclick=alert(1)}\nx\n```",
    "```html onclick=x\nx\n```",
    f"1. x\n   ```<img src={EVIL}>\n   x\n   ```",
    f"<ul><li style='list-style:url({EVIL})'>x</li></ul>",
    f"<blockquote cite={EVIL}>x</blockquote>",
    f"<q cite={EVIL}>x</q>",
]
ALLOWED = {
    "class",
    "id",
    "title",
    "lang",
    "dir",
    "href",
    "src",
    "alt",
    "width",
    "height",
    "colspan",
    "rowspan",
    "align",
    "scope",
}
ALLOWED |= {"start", "type", "value"}
FORBIDDEN_TAGS = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "link",
    "meta",
    "base",
    "form",
    "input",
    "button",
    "svg",
    "math",
}
FORBIDDEN_TAGS |= {"video", "audio", "source", "track", "picture", "body", "template", "noscript", "marquee"}


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_nothing_active_and_nothing_from_elsewhere_is_left(number: int) -> None:
    found = Found(render(VECTORS[number], None, "known-issue"))
    assert not found.tags & FORBIDDEN_TAGS
    for tag, name, value in found.attributes:
        assert name in ALLOWED or (name, value) == ("style", "text-align: right;")
        if name == "src":
            assert re.fullmatch(r"(?!\.git)[\w%][\w%./ \-]*", value), value
            assert ".." not in value
        if name == "href":
            assert re.match(r"https?://|mailto:|desk:|#|(?!/)[\w.%/\-]+$", value), (tag, value)


def test_there_are_enough_vectors() -> None:
    assert len(VECTORS) >= 100


HANGS = {
    "brackets": "[" * 8000,
    "bangs": "![" * 8000,
    "stars": "*" * 8000 + "a",
    "under": "_a" * 8000,
    "ticks": "".join("`" * n + " " for n in range(300)),
    "quotes": "> " * 3000 + "x",
    "lists": "\n".join("  " * n + "- x" for n in range(800)),
    "pipes": "|" * 8000 + "\n" + "|-" * 8000,
    "html": "<" * 20_000,
    "tags": "<div>" * 4000,
    "links": "[a](" * 8000,
    "notes": "[^1]" * 8000,
    "ids": "[[KI-0001|" * 20_000,
    "attributes": "x {: " + "a=b " * 8000,
    "addresses": "http://" * 8000,
    "blanks": " " * 100_000 + "x",
    "lines": "\n" * 200_000,
    "tildes": "~~" * 20_000,
    "code": "```\n" * 5000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HANGS)
def test_hostile_markdown_ends_in_time_and_loses_no_word(name: str) -> None:
    renderer = MarkdownRenderer(seconds=1)
    try:
        shown = renderer.html(HANGS[name])
        assert isinstance(shown, str)
        assert renderer.html("*fine*") == "<p><em>fine</em></p>"
    finally:
        renderer.close()


def test_a_text_that_hangs_is_shown_as_it_was_written_and_the_next_one_is_rendered() -> None:
    renderer = MarkdownRenderer(seconds=0.3)
    try:
        shown = renderer.html("[" * 8000 + "<b>")
        assert "within 0.3 seconds" in shown
        assert shown.endswith("[&lt;b&gt;</pre>")
        assert renderer.html("*fine*") == "<p><em>fine</em></p>"
    finally:
        renderer.close()


def test_a_text_that_is_too_long_is_shown_as_it_was_written(renderer: MarkdownRenderer) -> None:
    shown = renderer.html("<i>" * 300_000)
    assert "longer than 512 KiB" in shown
    assert "&lt;i&gt;" in shown
    assert "more characters are in the file" in shown


def test_many_texts_each_with_its_folder(renderer: MarkdownRenderer) -> None:
    steps: list[tuple[int, int]] = []
    shown = renderer.html_many(
        ["![x](a.png) [[KI-0001]]", "", "![x](a.png)"],
        Token(lambda done, total, what: steps.append((done, total))),
        resolve={"KI-0001": "#KI-0001", "KI-0002": "#KI-0002"},
        bases=["one", "two", "three"],
    )
    assert 'src="one/a.png"' in shown[0]
    assert 'href="#KI-0001"' in shown[0]
    assert shown[1] == ""
    assert 'src="three/a.png"' in shown[2]
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_many_texts_can_be_stopped(renderer: MarkdownRenderer) -> None:
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        renderer.html_many(["a", "b"], token)


def test_closing_twice_and_going_on_is_fine() -> None:
    renderer = MarkdownRenderer()
    renderer.close()
    assert renderer.html("a") == "<p>a</p>"
    renderer.close()
    renderer.close()
