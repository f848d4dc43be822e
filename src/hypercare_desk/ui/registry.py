"""Which pages the rail holds, in order, and who makes each; modules are imported on the first visit."""

from __future__ import annotations

from hypercare_desk.ui.main_window import PageEntry
from hypercare_desk.ui.pages.page import Page, Surroundings


def page_entries() -> tuple[PageEntry, ...]:
    """The pages that exist, top to bottom."""
    return (
        PageEntry("search", "Search", "ph.magnifying-glass", "Ctrl+1", _search),
        PageEntry("knowledge", "Knowledge", "ph.books", "Ctrl+2", _knowledge),
        PageEntry("feedback", "Feedback", "ph.tray", "Ctrl+3", _feedback),
        PageEntry("criteria", "Exit criteria", "ph.gauge", "Ctrl+4", _criteria),
        PageEntry("postmortems", "Post-mortems", "ph.clock-counter-clockwise", "Ctrl+5", _postmortems),
        PageEntry("handoff", "Handoff", "ph.package", "Ctrl+6", _handoff),
        PageEntry("dashboard", "Dashboard", "ph.squares-four", "Ctrl+7", _dashboard),
        PageEntry("settings", "Settings", "ph.gear-six", "Ctrl+,", _settings),
    )


def _search(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.search.page import SearchPage

    return SearchPage(around)


def _knowledge(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.knowledge.page import KnowledgePage

    return KnowledgePage(around)


def _criteria(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.criteria.page import CriteriaPage

    return CriteriaPage(around)


def _feedback(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.feedback.page import FeedbackPage

    return FeedbackPage(around)


def _postmortems(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.postmortems.page import PostmortemsPage

    return PostmortemsPage(around)


def _dashboard(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.dashboard.page import DashboardPage

    return DashboardPage(around)


def _handoff(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.handoff.page import HandoffPage

    return HandoffPage(around)


def _settings(around: Surroundings) -> Page:
    from hypercare_desk.ui.pages.settings.page import SettingsPage

    return SettingsPage(around)
