"""Trial 16: whatever an article holds, making a pack of it reads no file, calls nobody and runs nothing."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pypdf
import pytest

from hypercare_desk.adapters.markdown import MarkdownRenderer
from hypercare_desk.adapters.pdf import PdfRenderer
from hypercare_desk.adapters.pdf.compose import compose

pytestmark = pytest.mark.slow
SECRET = "TOP-SECRET-9f3ad5c8"
VECTORS = [
    '<img src="{http}/1.png">',
    '<img src="{file}">',
    '<img srcset="{http}/2.png 2x" src="{http}/2b.png">',
    '<picture><source srcset="{http}/3.png"><img src="{file}"></picture>',
    '<link rel="stylesheet" href="{http}/4.css">',
    '<link rel="attachment" href="{file}">',
    '<link rel="attachment" href="{http}/5">',
    '<a rel="attachment" href="{file}">file</a>',
    '<a rel="attachment" href="{http}/6">file</a>',
    '<style>@import url("{http}/7.css"); body {{ background: url({http}/7.png) }}</style>',
    "<style>@font-face {{ font-family: x; src: url({http}/8.ttf) }} p {{ font-family: x }}</style>",
    "<style>@page {{ background: url({file}) }}</style>",
    '<style>p::before {{ content: url("{http}/9.png") }}</style>',
    '<p style="background-image: url({http}/10.png)">x</p>',
    '<ul style="list-style-image: url({file})"><li>x</li></ul>',
    '<table background="{http}/11.png"><tr><td background="{http}/12.png">x</td></tr></table>',
    '<body background="{http}/13.png">',
    '<svg><image href="{http}/14.png"/><image xlink:href="{file}"/></svg>',
    '<svg><use href="{http}/15.svg#a"/></svg>',
    '<svg><style>@import "{http}/16.css";</style></svg>',
    "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{http}/17.png'/></svg>\">",
    '<object data="{file}" type="text/plain"></object>',
    '<embed src="{http}/18">',
    '<iframe src="{file}"></iframe>',
    '<script src="{http}/19.js"></script><script>document.write("x")</script>',
    '<base href="{http}/"><img src="attachments/20.png">',
    '<meta http-equiv="refresh" content="0; url={http}/21">',
    '<video poster="{http}/22.png"><source src="{http}/23.mp4"></video>',
    '<input type="image" src="{http}/24.png">',
    '<form action="{http}/25"><input name="a"></form>',
    '<div style="content: url({http}/26.png); cursor: url({http}/27.png)">x</div>',
    '<math href="{http}/28"><mi xlink:href="{http}/29">x</mi></math>',
    '<?xml-stylesheet href="{http}/30.css"?>',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "{file}">]>&e;',
    '<img src="//{host}/31.png"><img src="\\\\{host}\\32.png">',
    '<img src="attachments/../../{name}"><img src="attachments/%2e%2e/%2e%2e/{name}">',
    '<a href="javascript:alert(1)" ping="{http}/33">x</a>',
    "![x]({http}/34.png) ![x]({file}) [x]: {file}",
    '<img src="pack:attachment/../../{name}"><img src="pack:font/../../../../../{name}">',
]


@pytest.fixture
def listening():
    seen: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *said):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()
    thread.join()


def vectors(host: str, secret) -> list[str]:
    known = {"http": f"http://{host}", "host": host, "file": secret.as_uri(), "name": secret.name}
    return [vector.format(**known) for vector in VECTORS]


def pack_with(snapshot, texts: list[str], kb, out) -> pypdf.PdfReader:
    """A pack whose articles hold these texts as HTML, as nothing before the PDF library had stopped them."""
    pattern = snapshot["articles"][0]
    snapshot["articles"] = [
        {**pattern, "id": f"FAQ-{number:04d}", "section": "articles", "html": text, "source": "", "links": []}
        for number, text in enumerate(texts, start=1)
    ]
    snapshot["sections"] = [s for s in snapshot["sections"] if s["key"] in ("control-sheet", "articles")]
    PdfRenderer(kb).render(json.dumps(snapshot), out)
    return pypdf.PdfReader(out)


@pytest.mark.parametrize("rendered", [False, True], ids=["raw", "through the renderer"])
def test_no_call_is_made_and_no_file_is_read(snapshot, listening, tmp_path, pango, rendered):
    host, seen = listening
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    (tmp_path / "kb" / "attachments").mkdir(parents=True)
    texts = vectors(host, secret)
    if rendered:
        renderer = MarkdownRenderer()
        texts = list(renderer.html_many(texts))
        renderer.close()
    reader = pack_with(snapshot, texts, tmp_path / "kb", tmp_path / "pack.pdf")
    assert seen == []
    assert len(reader.pages) > 3
    assert SECRET not in "".join(page.extract_text() for page in reader.pages)
    attached = PdfRenderer(tmp_path).attachments(tmp_path / "pack.pdf")
    assert not any(SECRET.encode() in data for data in attached.values())
    assert SECRET.encode() not in (tmp_path / "pack.pdf").read_bytes()


def test_the_listener_does_hear_a_call(listening):
    """The trial above means nothing if the server is deaf."""
    import urllib.request

    host, seen = listening
    urllib.request.urlopen(f"http://{host}/here").close()
    assert seen == ["/here"]


def test_fields_are_text_and_never_markup(snapshot):
    hostile = '"><script>x</script><img src=x onerror=x>{{ 7*7 }}{% raw %}'
    for field in ("title", "component", "owner", "environment", "fixed_in"):
        snapshot["articles"][0][field] = hostile
    for record in snapshot["records"]:
        record["title"] = record["owner"] = hostile
    snapshot["workspace"]["service"] = snapshot["pack"]["prepared_by"] = hostile
    html = compose(snapshot)
    assert "<script>x" not in html
    assert "<img src=x" not in html
    assert "{{ 7*7 }}" in html


def test_a_systems_name_cannot_leave_the_running_header(snapshot):
    snapshot["workspace"]["system"] = 'A"; } </style><link rel=stylesheet href=http://x> \\ {'
    html = compose(snapshot)
    assert "<link" not in html
    assert html.count("</style>") == 1
