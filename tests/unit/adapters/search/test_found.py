"""What is found, and in which order: what a person expects of search (design: search.md)."""

from collections.abc import Callable

import pytest

from hypercare_desk.adapters.search import WhooshIndex
from hypercare_desk.domain.search import Document, Tier
from tests.unit.adapters.search.conftest import document

Indexed = Callable[..., WhooshIndex]

FILLER = tuple(
    document(900 + n, f"Ordinary matter {n}", "Nothing of interest happens here.") for n in range(30)
)


def found(index: WhooshIndex, query: str, **more: object) -> list[str]:
    """Ids of the hits, in order."""
    return [hit.id for hit in index.find(query, **more).hits]  # type: ignore[arg-type]


# --- tiers ---------------------------------------------------------------------------------------------------


def test_tiers_stand_in_order(indexed: Indexed) -> None:
    index = indexed(
        document(1, "Order blocked", "Something else."),
        document(2, "Billing", "The order is there. Much later a text says blocked."),
        document(3, "Billing", "The order waits."),
        document(4, "Shipping", codes=("order blocked",)),
        *FILLER,
    )
    hits = index.find("order blocked", typing=False).hits
    assert [(hit.id, hit.tier) for hit in hits] == [
        ("KI-0004", Tier.EXACT),
        ("KI-0001", Tier.PHRASE),
        ("KI-0002", Tier.ALL_WORDS),
        ("KI-0003", Tier.SOME_WORDS),
    ]


def test_an_unfinished_word_finds_what_begins_with_it_below_the_whole_word(indexed: Indexed) -> None:
    index = indexed(document(1, "Restoring backups"), document(2, "A place to rest"), *FILLER)
    hits = index.find("rest").hits
    assert [(hit.id, hit.tier) for hit in hits] == [("KI-0002", Tier.ALL_WORDS), ("KI-0001", Tier.PREFIX)]


def test_a_finished_word_finds_no_beginnings(indexed: Indexed) -> None:
    index = indexed(document(1, "Restoring backups"), document(2, "A place to rest"), *FILLER)
    assert found(index, "rest ") == ["KI-0002"]


def test_a_guess_never_stands_above_what_was_typed(indexed: Indexed) -> None:
    index = indexed(
        document(1, "Printr", "printr"),
        *(document(n, "Printer printer", "printer " * 9) for n in range(2, 90)),
    )
    hits = index.find("printr", limit=100).hits
    assert hits[0].id == "KI-0001"
    assert hits[0].tier < Tier.TYPO
    assert all(hit.tier is Tier.TYPO for hit in hits[1:])


def test_tiers_never_get_better_downwards(indexed: Indexed) -> None:
    index = indexed(
        document(1, "Credit memo cannot be posted", "posting period closed for company code"),
        document(2, "Period", "memo credit posted company code closed cannot be found anywhere " * 3),
        document(3, "Posting", "posting period period period"),
        *FILLER,
    )
    tiers = [hit.tier for hit in index.find("credit memo posted period closed company code").hits]
    assert tiers == sorted(tiers)


# --- codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("ORA-00054", "ORA-00054: resource busy"),
        ("00054", "ORA-00054: resource busy"),
        ("ora00054", "ORA-00054: resource busy"),
        ("ORA-000", "ORA-00054: resource busy"),
        ("0x8007", "fails with 0x80070005 at once"),
        ("0X80070005", "fails with 0x80070005 at once"),
        ("HTTP 502", "the gateway says HTTP 502"),
        ("E-4711", "message E-4711 in the log"),
        ("4711", "message E-4711 in the log"),
        ("/api/v2/orders", "POST /api/v2/orders is refused"),
        ("v2/orders", "POST /api/v2/orders is refused"),
        ("va01", "transaction VA01"),
        ("CVE-2024-1234", "closes CVE-2024-1234."),
        ("4.2.1", "since version 4.2.1 of the client"),
        ("smart", "set EnableSmartCard to 1"),
        ("enablesmartcard", "set EnableSmartCard to 1"),
        ("header", "table order_header is locked"),
        ("order_head", "table order_header is locked"),
        ("C:\\Temp\\x.log", r"see C:\Temp\x.log there"),
        ("sign-in", "the signin page"),
        ("signin", "the sign-in page"),
        ("user's", "the users of it"),
    ],
)
def test_codes_and_paths_are_found_whole_and_in_part(indexed: Indexed, query: str, text: str) -> None:
    index = indexed(document(1, "The one", text), *FILLER)
    assert found(index, query)[:1] == ["KI-0001"]


def test_an_id_is_exact(indexed: Indexed) -> None:
    index = indexed(document(7, "Seven"), document(8, "See KI-0007", "KI-0007 KI-0007"), *FILLER)
    hit = index.find("ki-0007").hits[0]
    assert (hit.id, hit.tier) == ("KI-0007", Tier.EXACT)


def test_codes_are_never_stemmed(indexed: Indexed) -> None:
    index = indexed(document(1, "Code AS400S", "AS400S"), document(2, "Code AS400", "AS400"), *FILLER)
    assert found(index, "AS400S", typing=False) == ["KI-0001"]


# --- letters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["Überweisung", "uberweisung", "ueberweisung", "UEBERWEISUNG", "u\u0308berweisung"]
)
@pytest.mark.parametrize("text", ["Überweisung", "ueberweisung", "UBERWEISUNG"])
def test_umlauts_are_found_however_they_are_written(indexed: Indexed, query: str, text: str) -> None:
    index = indexed(document(1, "Payment", f"Die {text} fehlt"), *FILLER)
    assert found(index, query) == ["KI-0001"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("strasse", "Straße"),
        ("Straße", "STRASSE"),
        ("orsted", "Ørsted"),
        ("oersted", "Ørsted"),
        ("ålborg", "Aalborg"),
        ("cafe", "Café"),
        ("naïve", "naive"),
        ("ﬁle", "file"),
        ("Ａ１００", "A100"),
    ],
)
def test_letters_fold_both_ways(indexed: Indexed, query: str, text: str) -> None:
    index = indexed(document(1, "One", text), *FILLER)
    assert found(index, query, typing=False) == ["KI-0001"]


@pytest.mark.parametrize("query", ["京都", "東京", "都", "天気", "ภาษา", "대한"])
def test_text_without_blanks_is_found_by_any_part(indexed: Indexed, query: str) -> None:
    index = indexed(document(1, "One", "東京都の天気、晴れ。ภาษาไทย 대한민국"), *FILLER)
    assert found(index, query) == ["KI-0001"]


def test_another_language_is_not_stemmed_as_english(indexed: Indexed) -> None:
    documents = (document(1, "Hosting"), document(2, "Hose"), *FILLER)
    assert found(indexed(*documents, language="de"), "hosts ") == []


def test_english_inflections_are_one_word(indexed: Indexed) -> None:
    index = indexed(document(1, "Connections are dropped"), *FILLER)
    assert found(index, "connecting drop ") == ["KI-0001"]
    assert found(index, "connectio") == ["KI-0001"]


def test_stop_words_count_only_when_there_is_nothing_else(indexed: Indexed) -> None:
    index = indexed(document(1, "Who is who", "to be or not to be"), document(2, "Printer"), *FILLER)
    assert found(index, "to be or not to be ")[:1] == ["KI-0001"]
    assert found(index, "what is the printer ") == ["KI-0002"]


# --- pasted text, operators ----------------------------------------------------------------------------------


def test_a_pasted_trace_finds_its_article(indexed: Indexed) -> None:
    frames = "\n".join(f"  at com.shop.core.Service{n}.call(Service.java:{n * 7})" for n in range(60))[:1900]
    index = indexed(document(1, "Lock", "com.shop.lock.LockTimeoutException: row 77 is held"), *FILLER)
    assert (
        found(index, f"Exception in thread main com.shop.lock.LockTimeoutException\n{frames}")[0] == "KI-0001"
    )


def _mixed(indexed: Indexed) -> WhooshIndex:
    return indexed(
        document(
            1,
            "Invoice run stops",
            "The nightly invoice run stops.",
            component="Billing",
            tags=("SAP", "night"),
        ),
        document(
            2, "Invoice missing", "An invoice is missing.", kind="workaround", id="WA-0002", status="draft"
        ),
        document(
            3, "Print an invoice", "How to print an invoice.", kind="faq", id="FAQ-0003", updated="2025-01-01"
        ),
        document(
            4,
            "Invoice late",
            kind="feedback",
            id="FB-0004",
            key="record:FB-0004",
            path="",
            owner="service desk",
        ),
        document(5, "Invoices lost", kind="post-mortem", id="PM-0005", key="record:PM-0005", path=""),
        *FILLER,
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("invoice kind:workaround", {"WA-0002"}),
        ("invoice kind:WA", {"WA-0002"}),
        ("invoice kind:known-issue", {"KI-0001"}),
        ("invoice kind:record", {"FB-0004"}),
        ("invoice kind:post", {"PM-0005"}),
        ("invoice kind:faq kind:wa", {"FAQ-0003", "WA-0002"}),
        ("invoice -kind:feedback -kind:pm -kind:faq", {"KI-0001", "WA-0002"}),
        ("invoice status:draft", {"WA-0002"}),
        ("component:billing", {"KI-0001"}),
        ("invoice tag:sap", {"KI-0001"}),
        ('invoice owner:"service desk"', {"FB-0004"}),
        ("invoice updated:<2026-01-01", {"FAQ-0003"}),
        ("invoice updated:2024..2025", {"FAQ-0003"}),
        ("invoice updated:>=2026-11-01 kind:ki", {"KI-0001"}),
        ('"invoice run"', {"KI-0001"}),
        ('"print an inv', {"FAQ-0003"}),
        ("invoice -late -lost -missing -print", {"KI-0001"}),
        ('invoice -"an invoice" kind:ki', {"KI-0001"}),
        ("id:faq-0003", {"FAQ-0003"}),
        ("nightly OR print ", {"KI-0001", "FAQ-0003"}),
        ("invoice kind:", {"KI-0001", "WA-0002", "FAQ-0003", "FB-0004", "PM-0005"}),
        ("invoice updated:>20", {"KI-0001", "WA-0002", "FAQ-0003", "FB-0004", "PM-0005"}),
    ],
)
def test_filters_and_operators(indexed: Indexed, query: str, expected: set[str]) -> None:
    assert set(found(_mixed(indexed), query)) == expected


def test_records_stand_below_articles_with_the_same_words(indexed: Indexed) -> None:
    kinds = [hit.kind for hit in _mixed(indexed).find("invoice", typing=False).hits]
    assert set(kinds[-2:]) == {"feedback", "post-mortem"}


def test_kinds_narrow_the_answer(indexed: Indexed) -> None:
    assert found(_mixed(indexed), "invoice", kinds=("workaround",)) == ["WA-0002"]


def test_a_quoted_phrase_may_end_in_an_unfinished_word(indexed: Indexed) -> None:
    index = indexed(
        document(1, "Buchung", "Der Kunde kann nicht buchen."), document(2, "Buch kann nicht"), *FILLER
    )
    assert found(index, '"kann nicht buch"') == ["KI-0001"]
    assert found(index, "kann nicht buch")[:2] == ["KI-0002", "KI-0001"]


def test_synonyms_find_less_strongly(indexed: Indexed) -> None:
    documents = (document(1, "Telephone is dead"), document(2, "Phone is dead"), *FILLER)
    index = indexed(*documents, synonyms={"phone": ("telephone",)})
    assert found(index, "phone ") == ["KI-0002", "KI-0001"]


# --- typos ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["recieve", "recive", "receeive", "reveive"])
def test_a_typo_is_forgiven_and_put_right(indexed: Indexed, typed: str) -> None:
    answer = indexed(document(1, "Users cannot receive mail"), *FILLER).find(typed, typing=False)
    assert [(hit.id, hit.tier) for hit in answer.hits] == [("KI-0001", Tier.TYPO)]
    assert answer.suggestion == "receive"


def test_a_typo_finds_a_word_that_the_index_knows_with_another_ending(indexed: Indexed) -> None:
    answer = indexed(document(1, "Mail was received twice"), *FILLER).find("recieve", typing=False)
    assert [(hit.id, hit.tier) for hit in answer.hits] == [("KI-0001", Tier.TYPO)]
    assert answer.suggestion == "received"


def test_two_edits_are_forgiven_from_eight_letters(indexed: Indexed) -> None:
    index = indexed(document(1, "Authentication"), document(2, "Paper"), *FILLER)
    assert found(index, "autentificaton", typing=False) == []
    assert found(index, "authenticatoin", typing=False) == ["KI-0001"]
    assert found(index, "authentkcatoin", typing=False) == ["KI-0001"]
    assert found(index, "pepar", typing=False) == []


# --- hits ----------------------------------------------------------------------------------------------------


def test_a_hit_says_why_it_is_there(indexed: Indexed) -> None:
    index = indexed(
        document(
            1, "Stuck queue", component="MQ", valid_until="2026-12-24", validated="2026-11-11", release="R2"
        )
    )
    index.set_uses({"KI-0001": (5, 3)})
    hit = index.find("queue").hits[0]
    assert (hit.used, hit.solved, hit.component, hit.release) == (5, 3, "MQ", "R2")
    assert (hit.valid_until, hit.validated, hit.confidence) == ("2026-12-24", "2026-11-11", "not-validated")


def test_what_solved_more_stands_first_among_equals(indexed: Indexed) -> None:
    index = indexed(document(1, "Stuck queue"), document(2, "Stuck queue"), *FILLER)
    index.set_uses({"KI-0002": (9, 7)})
    assert found(index, "stuck queue") == ["KI-0002", "KI-0001"]


def test_retired_and_archived_articles_come_later_but_come(indexed: Indexed) -> None:
    index = indexed(
        document(1, "Stuck queue", status="retired"),
        document(2, "Stuck queue", confidence="archived"),
        document(3, "Stuck queue here and there and then", "A queue."),
        *FILLER,
    )
    assert found(index, "queue")[0] == "KI-0003"
    assert set(found(index, "queue")) == {"KI-0001", "KI-0002", "KI-0003"}


def test_the_snippet_is_the_passage_with_the_words_marked(indexed: Indexed) -> None:
    body = (
        "Intro text. " * 80
        + "\n\n## Cause\n\nThe **broker** drops [connections](http://x/y) at night.\n\n"
        + "End. " * 50
    )
    hit = indexed(document(1, "Nights", body), *FILLER).find("broker connection").hits[0]
    passage = hit.passage()
    assert [passage.text[a:b] for a, b in passage.marks] == ["broker", "connections"]
    assert "http" not in passage.text
    assert hit.snippet == passage.text
    title = indexed(document(1, "Broker connection lost")).find("connecti").hits[0].heading()
    assert [title.text[a:b] for a, b in title.marks] == ["connection"]


def test_a_record_has_a_snippet_without_a_file(indexed: Indexed) -> None:
    record = Document("record:FB-1", "FB-1", "feedback", "Late", "The parcel was late on Monday.")
    assert "parcel" in indexed(record, *FILLER).find("parcel").hits[0].snippet


def test_words_tell_how_many_documents_hold_each(indexed: Indexed) -> None:
    index = indexed(document(1, "Red house"), document(2, "Red car"))
    assert index.find("red house ").words == (("red", 2), ("house", 1))


def test_similar_finds_what_shares_rare_words(indexed: Indexed) -> None:
    index = indexed(
        document(1, "Pump cavitation", "The pump shows cavitation at the impeller."),
        document(2, "Pump order", "Order a pump."),
        *FILLER,
    )
    answer = index.similar("Ordinary text about cavitation near an impeller of some pump", limit=2)
    assert [hit.id for hit in answer.hits] == ["KI-0001", "KI-0002"]
