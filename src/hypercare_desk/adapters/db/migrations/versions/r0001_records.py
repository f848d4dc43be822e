"""The first schema: records, criteria, people and bookkeeping.

Spelled out and never edited once it is released: what the tables of this version are called and hold must not follow
what later versions make of them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from hypercare_desk.adapters.db.append_only import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
REAL = sa.Double[float]()
DAY = sa.Text().with_variant(sa.Date(), "postgresql")
SEQUENCE: Any = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table, its indexes, and the triggers that keep history as it is."""
    _feedback()
    _criteria()
    _people()
    _bookkeeping()
    protect(op.get_bind())


def _feedback() -> None:
    op.create_table(
        "feedback",
        *_columns(TEXT, "id title description source"),
        *_columns(TEXT, "category", nullable=True),
        *_columns(TEXT, "state"),
        *_columns(TEXT, "decision impact urgency priority", nullable=True),
        *_columns(TEXT, "priority_override component environment reporter reporter_contact"),
        *_columns(sa.BigInteger(), "affected_users", nullable=True),
        *_columns(TEXT, "caused_by_release root_cause resolution owner target resolver"),
        *_columns(sa.BigInteger(), "escalation_level"),
        *_columns(sa.Boolean(), "plan_accepted"),
        *_columns(TEXT, "external_key external_url fingerprint"),
        *_columns(TEXT, "duplicate_of", nullable=True),
        *_columns(sa.Text(), "tags"),
        *_columns(sa.BigInteger(), "reopen_count"),
        *_columns(
            INSTANT,
            "reported_at responded_at resolved_at informed_at closed_at created_at updated_at",
            nullable=True,
        ),
        *_columns(sa.BigInteger(), "version"),
        *_columns(TEXT, "searchable"),
        *_columns(INSTANT, "listed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        _words(
            "feedback",
            "category",
            "critical-bug major-bug minor-bug performance usability integration data documentation "
            "training enhancement",
        ),
        _words("feedback", "caused_by_release", "yes no unknown"),
        _words("feedback", "decision", "fix-now workaround later-release training documentation no-action"),
        _words("feedback", "impact", "high medium low"),
        _words("feedback", "priority", "P1 P2 P3 P4 P5"),
        sa.CheckConstraint("reopen_count >= 0", name="ck_feedback_reopen_count"),
        _words("feedback", "resolver", "hypercare bau", or_empty=True),
        _words(
            "feedback",
            "source",
            "ticket call chat interview survey alert process-monitor observation standup email import",
        ),
        _words(
            "feedback",
            "state",
            "new triaged analysing decided in-progress fix-deployed validated informed closed merged",
        ),
        _words("feedback", "urgency", "high medium low"),
        sa.CheckConstraint("version >= 1", name="ck_feedback_version"),
        sa.ForeignKeyConstraint(
            ["duplicate_of"],
            ["feedback.id"],
            name="fk_feedback_duplicate_of",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index("ix_feedback_category_listed_at", "feedback", ["category", "listed_at"])
    op.create_index("ix_feedback_component_listed_at", "feedback", ["component", "listed_at"])
    op.create_index("ix_feedback_duplicate_of", "feedback", ["duplicate_of"])
    op.create_index("ix_feedback_external_key", "feedback", ["external_key"])
    op.create_index("ix_feedback_listed_at_id", "feedback", ["listed_at", "id"])
    op.create_index("ix_feedback_priority_listed_at", "feedback", ["priority", "listed_at"])
    op.create_index("ix_feedback_state_listed_at", "feedback", ["state", "listed_at"])
    op.create_index("ix_feedback_updated_at", "feedback", ["updated_at"])
    op.create_table(
        "feedback_events",
        *_columns(TEXT, "feedback_id"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "who field old new why"),
        sa.Column("seq", SEQUENCE, nullable=False, autoincrement=True),
        sa.PrimaryKeyConstraint("seq", name="pk_feedback_events"),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name="fk_feedback_events_feedback_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_events_feedback_id_seq", "feedback_events", ["feedback_id", "seq"])
    op.create_table(
        "links",
        *_columns(TEXT, "feedback_id target_id relation"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "who"),
        sa.PrimaryKeyConstraint("feedback_id", "target_id", "relation", name="pk_links"),
        _words("links", "relation", "solved-by documented-in caused-article related did-not-help"),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name="fk_links_feedback_id"),
    )
    op.create_index("ix_links_target_id", "links", ["target_id"])
    op.create_table(
        "article_uses",
        *_columns(TEXT, "article_id"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "who"),
        *_columns(sa.Boolean(), "solved"),
        *_columns(TEXT, "query feedback_id"),
        sa.Column("seq", SEQUENCE, nullable=False, autoincrement=True),
        sa.PrimaryKeyConstraint("seq", name="pk_article_uses"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_uses_article_id", "article_uses", ["article_id"])
    op.create_index("ix_article_uses_at_seq", "article_uses", ["at", "seq"])
    op.create_table(
        "searches",
        *_columns(TEXT, "query"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "who"),
        *_columns(sa.BigInteger(), "hits"),
        *_columns(TEXT, "gap_id"),
        sa.Column("seq", SEQUENCE, nullable=False, autoincrement=True),
        sa.PrimaryKeyConstraint("seq", name="pk_searches"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_searches_at_seq", "searches", ["at", "seq"])


def _criteria() -> None:
    op.create_table(
        "criteria",
        *_columns(TEXT, "id metric title unit operator"),
        *_columns(REAL, "threshold"),
        *_columns(sa.BigInteger(), "window_days consecutive_days", nullable=True),
        *_columns(sa.BigInteger(), "minimum_sample"),
        *_columns(REAL, "margin", nullable=True),
        *_columns(sa.Boolean(), "mandatory"),
        *_columns(REAL, "weight"),
        *_columns(TEXT, "owner rationale evidence"),
        *_columns(sa.Boolean(), "active"),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_criteria"),
        _words("criteria", "operator", "<= >= < > ="),
        sa.CheckConstraint("version >= 1", name="ck_criteria_version"),
    )
    op.create_table(
        "measurements",
        *_columns(TEXT, "metric"),
        *_columns(INSTANT, "at"),
        *_columns(REAL, "value"),
        *_columns(sa.BigInteger(), "sample"),
        *_columns(TEXT, "source note component"),
        sa.Column("seq", SEQUENCE, nullable=False, autoincrement=True),
        sa.PrimaryKeyConstraint("seq", name="pk_measurements"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measurements_at_seq", "measurements", ["at", "seq"])
    op.create_index("ix_measurements_metric_at", "measurements", ["metric", "at"])
    op.create_table(
        "evaluations",
        *_columns(TEXT, "id"),
        *_columns(INSTANT, "as_of"),
        *_columns(sa.Text(), "criteria"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_as_of", "evaluations", ["as_of"])
    op.create_table(
        "waivers",
        *_columns(TEXT, "id criterion_id reason owner approver"),
        *_columns(INSTANT, "approved_at"),
        *_columns(DAY, "expires_on"),
        *_columns(INSTANT, "revoked_at", nullable=True),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
        sa.CheckConstraint("approver <> owner", name="ck_waivers_approver_is_not_owner"),
        sa.CheckConstraint("version >= 1", name="ck_waivers_version"),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name="fk_waivers_criterion_id"),
    )
    op.create_index("ix_waivers_criterion_id", "waivers", ["criterion_id"])
    op.create_table(
        "sign_offs",
        *_columns(TEXT, "id"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "who role decision evaluation_id manifest_sha256 note"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_offs"),
        _words("sign_offs", "decision", "exit extend exit-with-waivers"),
    )


def _people() -> None:
    op.create_table(
        "postmortems",
        *_columns(TEXT, "id title severity status owner facilitator note_taker"),
        *_columns(sa.Text(), "attendees"),
        *_columns(TEXT, "summary impact"),
        *_columns(sa.BigInteger(), "users_affected", nullable=True),
        *_columns(TEXT, "business_figure"),
        *_columns(INSTANT, "started_at detected_at", nullable=True),
        *_columns(TEXT, "detected_how"),
        *_columns(INSTANT, "acknowledged_at mitigated_at resolved_at", nullable=True),
        *_columns(DAY, "held_on", nullable=True),
        *_columns(TEXT, "lead_up trigger"),
        *_columns(sa.Text(), "conditions"),
        *_columns(TEXT, "detection response recovery"),
        *_columns(sa.Text(), "went_well went_badly lucky questions"),
        *_columns(TEXT, "notes"),
        *_columns(sa.Text(), "lessons feedback_ids"),
        *_columns(INSTANT, "created_at updated_at", nullable=True),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_postmortems"),
        _words("postmortems", "status", "draft in-review reviewed closed"),
        sa.CheckConstraint("version >= 1", name="ck_postmortems_version"),
    )
    op.create_table(
        "postmortem_timeline",
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "event source"),
        *_columns(sa.Boolean(), "starred"),
        *_columns(TEXT, "postmortem_id"),
        *_columns(sa.BigInteger(), "position"),
        sa.PrimaryKeyConstraint("postmortem_id", "position", name="pk_postmortem_timeline"),
        sa.ForeignKeyConstraint(
            ["postmortem_id"],
            ["postmortems.id"],
            name="fk_postmortem_timeline_postmortem_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "postmortem_actions",
        *_columns(sa.BigInteger(), "number"),
        *_columns(TEXT, "text type owner priority"),
        *_columns(DAY, "due", nullable=True),
        *_columns(TEXT, "external_key"),
        *_columns(DAY, "done_on", nullable=True),
        *_columns(TEXT, "postmortem_id"),
        *_columns(sa.BigInteger(), "position"),
        sa.PrimaryKeyConstraint("postmortem_id", "position", name="pk_postmortem_actions"),
        sa.UniqueConstraint("postmortem_id", "number", name="uq_postmortem_actions_postmortem_id_number"),
        sa.CheckConstraint("number >= 1", name="ck_postmortem_actions_number"),
        _words("postmortem_actions", "type", "prevent mitigate detect process"),
        sa.ForeignKeyConstraint(
            ["postmortem_id"],
            ["postmortems.id"],
            name="fk_postmortem_actions_postmortem_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "journal",
        *_columns(TEXT, "id"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "who kind text component reference"),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        _words("journal", "kind", "decision hotfix announcement win note"),
        sa.CheckConstraint("version >= 1", name="ck_journal_version"),
    )
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_table(
        "announcements",
        *_columns(TEXT, "id"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "who kind title text channel"),
        *_columns(INSTANT, "sent_at", nullable=True),
        *_columns(TEXT, "reference"),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
        _words("announcements", "kind", "known-issue workaround hotfix all-clear daily-status"),
        sa.CheckConstraint("version >= 1", name="ck_announcements_version"),
    )
    op.create_table(
        "roster",
        *_columns(TEXT, "id role name team component contact hours backup"),
        *_columns(DAY, "available_until", nullable=True),
        *_columns(TEXT, "after_handoff"),
        *_columns(sa.Boolean(), "single_point_of_contact"),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_roster"),
        sa.CheckConstraint("version >= 1", name="ck_roster_version"),
    )
    op.create_table(
        "training",
        *_columns(TEXT, "id topic audience"),
        *_columns(DAY, "held_on", nullable=True),
        *_columns(sa.BigInteger(), "attendees", nullable=True),
        *_columns(TEXT, "result"),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_training"),
        sa.CheckConstraint("version >= 1", name="ck_training_version"),
    )
    op.create_table(
        "transfer",
        *_columns(TEXT, "id topic list"),
        *_columns(sa.Boolean(), "mandatory"),
        *_columns(TEXT, "from_whom to_whom method evidence"),
        *_columns(REAL, "score", nullable=True),
        *_columns(DAY, "accepted_on", nullable=True),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_transfer"),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 100)", name="ck_transfer_score"),
        sa.CheckConstraint("version >= 1", name="ck_transfer_version"),
    )
    op.create_table(
        "surveys",
        *_columns(TEXT, "id"),
        *_columns(DAY, "held_on"),
        *_columns(REAL, "score"),
        *_columns(sa.BigInteger(), "n"),
        *_columns(REAL, "scale"),
        *_columns(TEXT, "topic comments"),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
        sa.CheckConstraint("n >= 0", name="ck_surveys_n"),
        sa.CheckConstraint("scale > 0", name="ck_surveys_scale"),
        sa.CheckConstraint("version >= 1", name="ck_surveys_version"),
    )
    op.create_table(
        "risks",
        *_columns(TEXT, "id kind title detail owner mitigation"),
        *_columns(DAY, "expires_on", nullable=True),
        *_columns(TEXT, "severity"),
        *_columns(sa.BigInteger(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_risks"),
        _words("risks", "kind", "risk technical-debt contract licence certificate"),
        sa.CheckConstraint("version >= 1", name="ck_risks_version"),
    )
    op.create_table(
        "packs",
        *_columns(TEXT, "id version"),
        *_columns(INSTANT, "built_at as_of"),
        *_columns(TEXT, "who path sha256 manifest_sha256 manifest"),
        *_columns(INSTANT, "issued_at", nullable=True),
        *_columns(TEXT, "superseded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_packs"),
    )


def _bookkeeping() -> None:
    op.create_table(
        "imports",
        *_columns(TEXT, "source key record_id fingerprint"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_imports"),
    )
    op.create_table(
        "counters",
        *_columns(TEXT, "name"),
        *_columns(sa.BigInteger(), "last"),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
        sa.CheckConstraint("last >= 0", name="ck_counters_last"),
    )


def _columns(kind: Any, names: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names.split()]


def _words(table: str, column: str, words: str, *, or_empty: bool = False) -> sa.CheckConstraint:
    allowed = [*words.split(), *([""] if or_empty else [])]
    check = " OR ".join(f"{column} = '{word}'" for word in allowed)
    return sa.CheckConstraint(check, name=f"ck_{table}_{column}_word")
