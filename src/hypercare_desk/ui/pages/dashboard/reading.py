"""Everything the dashboard shows, read off the GUI thread into one frozen snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hypercare_desk.domain.exit_criteria import CriterionState
from hypercare_desk.domain.statistics import Statistics
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.pages.dashboard import lines
from hypercare_desk.ui.pages.dashboard.figures import figures
from hypercare_desk.ui.pages.dashboard.rows import Figure, Line, tr


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The dashboard at one instant."""

    as_of: datetime
    day: int
    figures: tuple[Figure, ...]
    numbers: Statistics
    light: str
    states: tuple[tuple[str, int], ...]
    decisions: tuple[Line, ...] = ()
    criteria: tuple[Line, ...] = ()
    unanswered: tuple[Line, ...] = ()
    ending: tuple[Line, ...] = ()
    actions: tuple[Line, ...] = ()
    articles: tuple[Line, ...] = ()
    journal: tuple[Line, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was recorded yet."""
        shown = (self.journal, self.ending, self.actions, self.articles, self.unanswered)
        return not (self.numbers.records or any(shown))

    def summary(self) -> str:
        """The dashboard in one line, to be passed on."""
        said = [f"{figure.title} {figure.value}" for figure in self.figures]
        said.append(tr("exit {0}").format(self.light.lower()))
        return f"{self.as_of.astimezone():%a %d %b %Y}, {tr('day {0}').format(self.day)}: " + ", ".join(said)


def read_dashboard(desk: Desk) -> Snapshot:
    """Read it all; nothing is kept."""
    criteria = desk.exit_criteria
    numbers = criteria.statistics()
    verdict = criteria.evaluate(keep=False)
    trends = criteria.trends(2)
    records = desk.feedback.list("open")
    overdue = desk.feedback.overdue()
    now, today = desk.clock.now(), desk.clock.today()
    rows = desk.knowledge.list()
    actions = desk.postmortems.open_actions()
    return Snapshot(
        as_of=now,
        day=(today - desk.settings.go_live).days + 1,
        figures=figures(numbers, verdict, trends, records, overdue, now),
        numbers=numbers,
        light=verdict.light if verdict.criteria else tr("No criteria"),
        states=tuple((state.value, verdict.count(state)) for state in CriterionState),
        decisions=tuple(
            lines.decisions(records, overdue, verdict, actions, desk.postmortems.list(), now, today)
        ),
        criteria=tuple(lines.criteria(verdict)),
        unanswered=tuple(lines.unanswered(numbers, rows)),
        ending=tuple(lines.ending(rows, criteria.waivers(), today)),
        actions=tuple(lines.actions(actions, today)),
        articles=tuple(lines.articles(numbers)),
        journal=tuple(lines.journal(desk.journal.list())),
    )
