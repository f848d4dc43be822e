"""The feedback of three weeks: incidents with their place in the story, and everything else drawn from the themes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hypercare_desk.domain.feedback import Feedback, Level, Relation, Resolver, Source, State
from hypercare_desk.domain.triage import Matrix, priority_of
from hypercare_desk.services.demo import course, volume
from hypercare_desk.services.demo.content import DemoContent, Incident, Matter, Theme
from hypercare_desk.services.demo.days import DemoDays
from hypercare_desk.services.demo.telling import Telling, filled_in

BRANCHES = 34
FIRST_TICKET = 20118
REOPENED = (
    "Came back after the weekend, same message.",
    "The fix did not hold at the second counter.",
    "Reporter: works for me, not for my colleague.",
)
_SOURCES = (
    (Source.TICKET, 45),
    (Source.CALL, 34),
    (Source.CHAT, 9),
    (Source.EMAIL, 6),
    (Source.OBSERVATION, 3),
    (Source.STANDUP, 2),
    (Source.INTERVIEW, 1),
)
_CALLED_AGAIN = 0.06
_SECOND_CALL = " – second call"
_THIS_MORNING = 4
# The share that BAU solves without hypercare staff, on the first day and how much it grows.
_BAU_FIRST, _BAU_GROWTH = 0.7, 0.32
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One record to come: when, about what, in which words; ``again`` repeats an earlier one of the same day."""

    at: datetime
    matter: Matter
    title: str
    text: str
    branch: int
    incident: Incident | None = None
    again: bool = False


def tell_records(content: DemoContent, matrix: Matrix, written: Mapping[str, datetime]) -> list[Telling]:
    """All records in order of their report, numbered from FB-0001, as they stand at the end of the story.

    ``written`` says when each article came to be. Same content, same records.
    """
    rng = Random(content.seed)
    planned = sorted([*_incidents(rng, content), *_everyday(rng, content)], key=lambda told: told.at)
    tellings: list[Telling] = []
    origins: dict[str, Telling] = {}
    for number, told in enumerate(planned, start=1):
        telling = _begin(rng, content.days, told, number, matrix)
        tellings.append(telling)
        origin = origins.get(_same(told))
        if told.again and origin and origin.record.state is not State.MERGED:
            _merge(rng, telling, told, origin)
            continue
        origins[_same(told)] = telling
        _carry_out(rng, telling, told, content.days)
    _reopen_some(rng, tellings, {t.record.id: told.matter for t, told in zip(tellings, planned, strict=True)})
    for telling, told in zip(tellings, planned, strict=True):
        if telling.record.state is not State.MERGED:
            course.tie(telling, told.matter, dict(written))
            _tie_postmortem(telling, told)
    return tellings


def _incidents(rng: Random, content: DemoContent) -> list[Told]:
    found: list[Told] = []
    for incident in content.incidents:
        at = content.days.at(incident.day, incident.at)
        found.append(
            Told(at, incident.matter, incident.title, incident.text, rng.randint(1, BRANCHES), incident)
        )
        for place, title in enumerate(incident.followers, start=1):
            later = at + (place * 7 + rng.randrange(9)) * _MINUTE
            text = "Called about the same matter while it was being worked on."
            found.append(
                Told(later, incident.matter, title, text, rng.randint(1, BRANCHES), incident, again=True)
            )
    return [told for told in found if told.at <= content.days.end]


def _everyday(rng: Random, content: DemoContent) -> list[Told]:
    days = content.days
    fixed = sum(1 + len(i.followers) for i in content.incidents if days.at(i.day, i.at) <= days.end)
    early = _THIS_MORNING if days.today.weekday() < 5 else 1
    counts = volume.per_day(days, content.records - fixed - early)
    wordings: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    found: list[Told] = []
    for number, count in enumerate(counts):
        day = [
            _one(rng, content.themes, number, at, wordings) for at in volume.moments(rng, days, number, count)
        ]
        found.extend(_some_call_again(rng, day))
    for place in range(early):
        at = days.end - (9 + place * 31 + rng.randrange(12)) * _MINUTE
        found.append(_one(rng, content.themes, days.last, at, wordings))
    return found


def _one(
    rng: Random,
    themes: Sequence[Theme],
    number: int,
    at: datetime,
    wordings: defaultdict[str, list[tuple[str, str]]],
) -> Told:
    going = [theme for theme in themes if theme.first_day <= number <= theme.last_day] or list(themes)
    theme = rng.choices(going, [t.weight / (t.last_day - t.first_day + 2) for t in going])[0]
    left = wordings[theme.key]
    if not left:
        left.extend(rng.sample(theme.reports, len(theme.reports)))
    title, text = left.pop()
    branch = rng.randint(1, BRANCHES)
    words = _words(rng, branch)
    return Told(at, theme.matter, filled_in(title, words), filled_in(text, words), branch)


def _words(rng: Random, branch: int) -> dict[str, str]:
    return {
        "branch": str(branch),
        "order": f"47{rng.randint(11, 19)}-{rng.randrange(10000):04d}",
        "customer": str(rng.randint(40100, 68999)),
        "delivery": f"8000-{rng.randrange(1000, 9999)}",
        "invoice": f"INV 90{rng.randrange(10**8):08d}",
        "users": str(rng.randint(3, 12)),
        "minutes": str(rng.randint(12, 45)),
    }


def _some_call_again(rng: Random, day: Sequence[Told]) -> list[Told]:
    """Now and then the next call of the day is the same caller, who asks how far it is."""
    found = list(day)
    for place in range(len(found) - 1):
        told = found[place]
        if rng.random() < _CALLED_AGAIN and not told.again and told.matter.impact is Level.MEDIUM:
            later = told.at + rng.randint(25, 55) * _MINUTE
            title = f"{told.title}{_SECOND_CALL}"
            found[place + 1] = replace(told, at=later, title=title, text="Asks how far it is.", again=True)
    return found


def _begin(rng: Random, days: DemoDays, told: Told, number: int, matrix: Matrix) -> Telling:
    names = [source for source, _ in _SOURCES]
    source = told.matter.source or rng.choices(names, [weight for _, weight in _SOURCES])[0]
    written = min(told.at + rng.randint(1, 4) * _MINUTE, max(days.end, told.at))
    by_machine = source in (Source.ALERT, Source.PROCESS_MONITOR)
    record = Feedback(
        f"FB-{number:04d}",
        told.title,
        told.text,
        source=source,
        component=told.matter.component,
        environment="Production",
        reporter="Monitoring" if by_machine else f"{_role(told.matter.component)}, branch {told.branch}",
        external_key=f"INC-{FIRST_TICKET + number * 3}" if source in (Source.TICKET, Source.CALL) else "",
        reported_at=told.at,
        created_at=written,
    )
    who = "Monitoring" if by_machine else rng.choice(course.DESKS)
    if told.incident:
        return Telling.begin(record, who, matrix, days.end)
    return Telling.begin(record, who, matrix, days.end, volume.at_work(days))


def _role(component: str) -> str:
    return {
        "Delivery": "Shift lead",
        "Labels and printing": "Shift lead",
        "Payments": "Accounts clerk",
        "Billing": "Billing clerk",
        "EDI": "EDI desk",
    }.get(component, "Clerk")


def _carry_out(rng: Random, telling: Telling, told: Told, days: DemoDays) -> None:
    begun = telling.record.created_at or told.at
    incident = told.incident
    if incident:
        when = course.Pace(told.at + incident.respond * _MINUTE, told.at + incident.resolve * _MINUTE)
        if course.triage(
            telling, told.matter, max(when.answered, begun), rng.choice(course.DESKS), incident.users
        ):
            course.work_on(rng, telling, told.matter, when, Resolver.HYPERCARE)
        return
    priority = priority_of(told.matter.impact, told.matter.urgency, telling.matrix)
    when = course.pace(rng, told.matter, priority, begun)
    users = rng.randint(3, 24) if told.matter.impact is Level.MEDIUM else rng.randint(1, 3)
    if course.triage(telling, told.matter, when.answered, rng.choice(course.DESKS), users):
        share = _BAU_FIRST + _BAU_GROWTH * days.number_of(when.solved) / max(days.last, 1)
        resolver = Resolver.BAU if rng.random() < share else Resolver.HYPERCARE
        course.work_on(rng, telling, told.matter, when, resolver)


def _merge(rng: Random, telling: Telling, told: Told, origin: Telling) -> None:
    begun = telling.record.created_at or told.at
    at = begun + rng.randint(3, 18) * _MINUTE
    if course.triage(telling, told.matter, at, rng.choice(course.DESKS), 1):
        telling.merge(origin, at + 2 * _MINUTE, rng.choice(course.DESKS))


def _reopen_some(rng: Random, tellings: Sequence[Telling], matters: Mapping[str, Matter]) -> None:
    """Three records come back, spread over the three weeks."""
    closed = [
        telling
        for telling in tellings
        if telling.record.state is State.CLOSED
        and telling.record.impact is Level.MEDIUM
        and telling.record.priority == "P3"
    ]
    for place, why in zip((0.15, 0.45, 0.75), REOPENED, strict=True):
        for telling in closed[int(len(closed) * place) :]:
            if not telling.record.reopen_count and course.reopen(
                rng, telling, matters[telling.record.id], why
            ):
                break


def _tie_postmortem(telling: Telling, told: Told) -> None:
    if told.incident and told.incident.postmortem and telling.record.responded_at:
        target = f"PM-{told.incident.postmortem:04d}"
        at = (telling.record.resolved_at or telling.record.responded_at) + 60 * _MINUTE
        telling.link(target, Relation.RELATED, at, "Quality lead")


def _same(told: Told) -> str:
    """What later calls about the same matter have in common."""
    if told.incident:
        return f"incident {told.incident.title}"
    return f"{told.matter.component} {told.title.removesuffix(_SECOND_CALL)} {told.branch}"
