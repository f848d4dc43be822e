import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.adapters.pdf.article_html import article_parts

ANCHORS = {"KI-0001", "WA-0001", "FB-0344", "PM-0002"}
PICTURES = {"attachments/map.png"}


def parts(html: str, title: str = "Title"):
    return article_parts(html, "KI-0001", title, ANCHORS, PICTURES)


def whole(html: str) -> str:
    return "".join(part.html for part in parts(html))


def test_an_article_is_split_at_its_headings():
    found = parts("<p>Before.</p><h2>Symptoms</h2><p>It stops.</p><h2>Cause</h2><p>Unknown.</p>")
    assert [(p.heading, p.html) for p in found] == [
        ("", "<p>Before.</p>"),
        ("Symptoms", "<p>It stops.</p>"),
        ("Cause", "<p>Unknown.</p>"),
    ]
    assert len({p.anchor for p in found[1:]}) == 2


def test_the_title_is_not_printed_twice():
    assert [p.heading for p in parts("<h1>Title</h1><h2>Cause</h2><p>X</p>")] == ["Cause"]


def test_a_heading_without_text_below_it_stays_out_of_the_html():
    assert parts("<h2>Error text</h2><h2>Cause</h2><p>X</p>")[0].html == ""


def test_deeper_headings_stay_in_their_part_and_skip_no_level():
    assert whole("<h2>A</h2><h4>B</h4><p>x</p>") == "<h5>B</h5><p>x</p>"


@pytest.mark.parametrize(
    "href", ["desk:article/WA-0001", "WA-0001", "../workaround/WA-0001.md", "#WA-0001", "kb/WA-0001"]
)
def test_links_to_articles_in_the_pack_lead_to_their_place(href):
    assert whole(f'<p><a href="{href}">w</a></p>') == '<p><a href="#WA-0001">w</a></p>'


def test_links_to_what_is_not_in_the_pack_are_text():
    assert whole('<p><a href="desk:article/KI-0099">w</a></p>') == "<p><a>w</a></p>"


def test_mentions_of_records_and_articles_become_links_but_not_in_code():
    html = whole("<p>See FB-0344, WA-0001 and FB-9999. <code>FB-0344</code></p>")
    assert html.count("<a ") == 2
    assert '<a href="#FB-0344">FB-0344</a>' in html
    assert "<code>FB-0344</code>" in html


def test_an_article_does_not_link_to_itself():
    assert whole("<p>This is KI-0001.</p>") == "<p>This is KI-0001.</p>"


def test_ids_are_the_articles_own_so_that_two_articles_cannot_clash():
    assert whole('<p id="fn:1">x<a href="#fnref:1">back</a></p>') == (
        '<p id="KI-0001--fn-1">x<a href="#KI-0001--fnref-1">back</a></p>'
    )


def test_a_picture_of_the_workspace_is_printed_with_its_alternative_text():
    html = whole('<p><img src="attachments/map.png" alt="The map"></p>')
    assert html == '<p><img src="pack:attachment/attachments/map.png" alt="The map"></p>'


@pytest.mark.parametrize(
    "source",
    [
        "http://x/a.png",
        "file:///etc/passwd",
        "../secret.png",
        "attachments/../x.png",
        "data:image/png;base64,AA",
        "//x/a",
    ],
)
def test_any_other_picture_is_a_sentence(source):
    html = whole(f'<p><img src="{source}" alt="Map"></p>')
    assert "<img" not in html
    assert "Picture not in this workspace" in html


def test_tasks_are_signs():
    assert whole('<ul><li><input type="checkbox" checked> a</li><li><input type="checkbox"> b</li></ul>') == (
        "<ul><li>☑  a</li><li>☐  b</li></ul>"
    )


def test_columns_get_widths_and_wide_tables_smaller_type():
    narrow = whole("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>a longer text</td></tr></table>")
    first, second = map(float, re.findall(r'<col style="width: ([\d.]+)%">', narrow))
    assert second > first
    assert first + second == pytest.approx(100, abs=0.2)
    wide = whole("<table><tr>" + "<td>x</td>" * 12 + "</tr></table>")
    assert 'class="wider"' in wide


def test_alignment_survives_and_nothing_else_of_a_style():
    html = whole('<table><tr><td style="text-align: right; background: url(http://x)">1</td></tr></table>')
    assert html == '<table><tr><td class="right">1</td></tr></table>'


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>x",
        "<style>p{}</style>x",
        "<svg><text>y</text></svg>x",
        "<iframe src='file:///etc/passwd'></iframe>x",
        "<object data='a'>y</object>x",
        '<p onclick="x">x</p>',
        '<p style="background:url(file:///a)">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="file:///etc/passwd">x</a>',
        '<a rel="attachment" href="attachments/x">x</a>',
        '<link rel="attachment" href="file:///etc/passwd">x',
        '<base href="http://x/">x',
        '<embed src="http://x">x',
        '<video poster="http://x"></video>x',
        '<form action="http://x"><button formaction="http://x">x</button></form>',
        '<p class="missing" id="">x</p>',
    ],
)
def test_nothing_but_plain_text_comes_through(html):
    assert re.sub(r"</?(p|a|div)>", "", whole(html)).strip() == "x"


class Strict(HTMLParser):
    """Fails on anything the pack does not allow, and on elements that are not closed in order."""

    VOID = ("br", "hr", "img", "col")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "style", "link", "svg", "base", "iframe", "object", "embed", "form")
        for name, value in attrs:
            assert name in ("href", "id", "class", "src", "alt", "start", "colspan", "rowspan", "style")
            if name == "style":
                assert tag == "col"
            if name == "href":
                assert re.match(r"#|https?:|mailto:", value or "", re.IGNORECASE)
            if name == "src":
                assert (value or "").startswith("pack:attachment/attachments/")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<ul><li>",
        "</ul>",
        "<table><tr><td>",
        "</td>",
        "</table>",
        "<h2>A</h2>",
        "<h2>",
        "</h3>",
        "<b>",
        "<a href='javascript:1'>",
        "</a>",
        "<img src=//x>",
        "<script>",
        "</script>",
        "text FB-0344 ",
        "&lt;b&gt;",
        "<pre>",
        "<svg>",
        "</svg>",
        "<td colspan=99>",
        "<div class='note x' style='a'>",
        "</div>",
        "<!-- c -->",
        "<![CDATA[",
        "<x",
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=40))
def test_whatever_comes_in_what_goes_out_is_allowed_and_balanced(pieces):
    for part in parts("".join(pieces)):
        strict = Strict()
        strict.feed(part.html)
        strict.close()
        assert strict.open == []


def test_depth_is_bounded():
    assert whole("<blockquote>" * 5000 + "x").count("<blockquote>") == 40
