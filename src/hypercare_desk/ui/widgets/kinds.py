"""How kinds are shown: their icons and their words, for articles, records and post-mortems alike."""

from __future__ import annotations

from hypercare_desk.domain.article import LABELS, Kind

KIND_ICONS = {
    "known-issue": "ph.bug",
    "workaround": "ph.bandaids",
    "faq": "ph.question",
    "how-to": "ph.list-numbers",
    "support-procedure": "ph.file-text",
    "reference": "ph.article",
    "lesson": "ph.lightbulb",
    "training-note": "ph.graduation-cap",
    "feedback": "ph.tray",
    "post-mortem": "ph.clock-counter-clockwise",
}


def kind_label(kind: str) -> str:
    """A kind in words; records and post-mortems too."""
    try:
        return LABELS[Kind(kind)]
    except ValueError:
        return {"feedback": "Feedback record", "post-mortem": "Post-mortem"}.get(kind, kind)
