"""article, feedback, criteria, postmortem, journal: what is written is read again, for people and as JSON."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .conftest import Command

UTC_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
pytestmark = pytest.mark.usefixtures("workspace")


@pytest.mark.parametrize(
    "argv",
    [
        ["search", "anything"],
        ["index", "status"],
        ["article", "list"],
        ["article", "check"],
        ["feedback", "list"],
        ["criteria", "list"],
        ["criteria", "evaluate"],
        ["postmortem", "list"],
        ["journal", "list"],
        ["doctor"],
    ],
)
def test_reading_an_empty_workspace_prints_one_document_and_nothing_else(
    command: Command, argv: list[str]
) -> None:
    done = command(*argv, "--json")
    assert done.status == 0
    assert done.err == ""
    assert done.document is not None
    assert command(*argv).status == 0


@pytest.mark.parametrize(
    "argv",
    [
        ["article", "show", "KI-0404"],
        ["article", "history", "KI-0404"],
        ["article", "check", "nonsense"],
        ["feedback", "show", "FB-0404"],
        ["feedback", "set", "FB-0404", "owner=x"],
        ["feedback", "link", "FB-0404", "KI-0001"],
        ["feedback", "triage", "FB-0404", "--impact", "high", "--urgency", "low"],
        ["postmortem", "show", "PM-0404"],
        [
            "criteria",
            "waive",
            "nonsense",
            "--reason",
            "r",
            "--owner",
            "a",
            "--approver",
            "b",
            "--until",
            "2100-01-01",
        ],
        ["criteria", "measure", "nonsense", "5"],
        ["handoff", "verify", "absent.pdf"],
        ["handoff", "diff", "absent.pdf", "absent.pdf"],
        ["import", "markdown", "absent folder"],
    ],
)
def test_what_is_not_there_is_a_sentence(command: Command, argv: list[str]) -> None:
    done = command(*argv)
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1


def test_an_article_is_begun_listed_shown_checked_and_looked_back_at(
    command: Command, tmp_path: Path
) -> None:
    body = tmp_path / "body.md"
    body.write_text("## Question\nWhere is it?\n\n## Answer\nThere.\n", encoding="utf-8")
    new = command(
        "article", "new", "faq", "--title", "Where is the order?", "--component", "Ordering", "--alias", "lost order",
        "--alias", "where", "--tag", "orders", "--code", "E-1", "--body", body,
    )  # fmt: skip
    article_id = new.out.strip()

    shown = command("article", "show", article_id.lower(), "--json").document
    check = command("article", "check", article_id, "--json")
    history = command("article", "history", article_id, "--json").document

    assert new.status == 0
    assert shown["aliases"] == ["lost order", "where"]
    assert shown["body"].endswith("There.\n")
    assert [
        row["id"] for row in command("article", "list", "--component", "ordering", "--json").document
    ] == [article_id]
    assert command("article", "list", "--kind", "workaround", "--json").document == []
    assert check.status == (0 if check.document["articles"][0]["passed"] else 3)
    assert len(history) == 1
    assert "Where is the order?" in command("article", "show", article_id).out


def test_an_article_goes_through_its_life(command: Command) -> None:
    article = command("article", "new", "faq", "--title", "Where is the order?").out.strip()

    def stands() -> tuple[str, str]:
        shown = command("article", "show", article, "--json").document
        return shown["status"], shown["confidence"]

    seen = [stands()]
    for step in ("submit", "publish", "validate", "retire"):
        assert command("article", step, article.lower()).status == 0
        seen.append(stands())

    assert seen == [
        ("draft", "not-validated"),
        ("in-review", "not-validated"),
        ("published", "not-validated"),
        ("published", "validated"),
        ("retired", "archived"),
    ]
    assert command("article", "publish", article).status == 1
    assert len(command("article", "history", article, "--json").document) == 5


def test_a_record_goes_through_its_life(command: Command) -> None:
    article = command("article", "new", "known-issue", "--title", "Label is shifted").out.strip()
    record = command(
        "feedback", "add", "Label is shifted", "component=Printing", "reported-at=2026-11-18T09:00"
    ).out.strip()

    assert command("feedback", "triage", record, "--impact", "high", "--urgency", "medium").status == 0
    assert command("feedback", "set", record, "owner=SME printing", "--why", "knows labels").status == 0
    assert command("feedback", "link", record, article).status == 0
    shown = command("feedback", "show", record, "--json").document

    assert shown["record"]["priority"] == "P2"
    assert shown["record"]["state"] == "triaged"
    assert shown["record"]["reported_at"] == "2026-11-18T09:00:00Z"
    assert [(link["target_id"], link["relation"]) for link in shown["links"]] == [(article, "solved-by")]
    assert ("owner", "knows labels") in [(event["field"], event["why"]) for event in shown["events"]]
    told = command("feedback", "show", record).out
    assert "SME printing" in told
    assert article in told


def test_times_are_meant_in_the_workspaces_zone_and_told_in_utc(command: Command, workspace: Path) -> None:
    with (workspace / "workspace.toml").open("a") as file:
        file.write("")
    text = (workspace / "workspace.toml").read_text()
    (workspace / "workspace.toml").write_text(
        text.replace('# time_zone = "UTC"', 'time_zone = "Europe/Berlin"')
    )

    record = command("feedback", "add", "Late", "reported_at=2026-11-18T09:00").out.strip()

    assert (
        command("feedback", "show", record, "--json").document["record"]["reported_at"]
        == "2026-11-18T08:00:00Z"
    )
    assert "2026-11-18 09:00" in command("feedback", "list").out


def test_a_link_to_an_article_that_is_not_there_is_refused(command: Command) -> None:
    record = command("feedback", "add", "Label is shifted").out.strip()
    assert command("feedback", "link", record, "KI-0404").status == 1
    assert command("feedback", "show", record, "--json").document["links"] == []


def test_lists_are_narrowed_and_counted(command: Command) -> None:
    for title, component in (("First", "A"), ("Second", "B"), ("Third", "A")):
        command("feedback", "add", title, f"component={component}")

    two = command("feedback", "list", "--component", "A", "--json").document
    one = command("feedback", "list", "--limit", "1", "--json").document

    assert {record["title"] for record in two} == {"First", "Third"}
    assert len(one) == 1
    assert "3 records, 1 shown." in command("feedback", "list", "--limit", "1").err
    assert command("feedback", "list", "--status", "closed", "--json").document == []


@pytest.mark.parametrize(
    "assignment", ["impact=huge", "reported_at=yesterday", "affected_users=many", "owner"]
)
def test_a_value_that_is_none_is_told_and_nothing_is_kept(command: Command, assignment: str) -> None:
    done = command("feedback", "add", "Title", assignment)
    assert done.status in (1, 2)
    assert len(done.err.splitlines()) == 1
    assert command("feedback", "list", "--json").document == []


def test_an_override_needs_a_reason(command: Command) -> None:
    record = command("feedback", "add", "Title").out.strip()
    rate = ("feedback", "triage", record, "--impact", "low", "--urgency", "low", "--override", "P1")
    assert command(*rate).status == 1
    assert command(*rate, "--reason", "the board is watching").status == 0
    assert command("feedback", "show", record, "--json").document["record"]["priority"] == "P1"


def test_nothing_is_green_for_lack_of_data_and_the_gate_says_so(command: Command) -> None:
    verdict = command("criteria", "evaluate", "--json").document
    gate = command("criteria", "evaluate", "--gate", "--json")

    assert not verdict["may_exit"]
    assert verdict["counts"]["no_data"] > 0
    assert gate.status == 3
    assert command("criteria", "evaluate", "--gate").status == 3


def test_today_is_now_and_tomorrow_is_refused(command: Command) -> None:
    today = datetime.now(UTC).date()
    assert command("criteria", "evaluate", "--as-of", today).status == 0
    assert command("criteria", "evaluate", "--as-of", today - timedelta(days=1)).status == 0
    assert command("criteria", "evaluate", "--as-of", today + timedelta(days=2)).status == 1


def test_a_measurement_counts_and_a_waiver_needs_another_approver(command: Command) -> None:
    def state(metric: str) -> tuple[object, object]:
        criteria = command("criteria", "evaluate", "--json").document["criteria"]
        found = next(criterion for criterion in criteria if criterion["metric"] == metric)
        return found["state"], found["value"]

    criterion = next(
        c for c in command("criteria", "list", "--json").document if c["metric"] == "availability"
    )
    assert state("availability")[0] == "no data"
    assert command("criteria", "measure", "availability", "99.95", "--sample", "10000").status == 0
    assert state("availability")[1] == 99.95
    waive = (
        "criteria",
        "waive",
        criterion["id"],
        "--reason",
        "r",
        "--owner",
        "Lead",
        "--until",
        "2100-01-01",
    )
    assert command(*waive, "--approver", "Lead").status == 1
    waived = command(*waive, "--approver", "Sponsor")
    assert (waived.status, len(waived.out.split())) == (0, 1)


def test_a_post_mortem_is_begun_and_shown(command: Command) -> None:
    record = command("feedback", "add", "Invoices stopped").out.strip()
    new = command(
        "postmortem", "new", "Invoices stopped for two hours", "--severity", "P1", "--feedback", record,
        "--started", "2026-11-18T09:00Z", "--detected", "2026-11-18T09:20Z",
    )  # fmt: skip
    shown = command("postmortem", "show", new.out.strip(), "--json").document

    assert shown["time_to_detect_seconds"] == 1200
    assert shown["postmortem"]["feedback_ids"] == [record]
    assert "Invoices stopped for two hours" in command("postmortem", "list").out
    assert "Severity" in command("postmortem", "show", new.out.strip()).out


def test_the_journal_is_read_newest_first(command: Command) -> None:
    for kind, text in (("decision", "We stay"), ("win", "First day without P1"), ("decision", "We go")):
        assert command("journal", "add", kind, text).status == 0

    entries = command("journal", "list", "--json").document
    decisions = command("journal", "list", "--kind", "decision", "--limit", "1", "--json").document

    assert [entry["text"] for entry in entries] == ["We go", "First day without P1", "We stay"]
    assert [entry["text"] for entry in decisions] == ["We go"]
    assert "First day without P1" in command("journal", "list").out
