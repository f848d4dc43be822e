"""What the reading pane shows, made ready off the GUI thread: an article, a record or a post-mortem."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from hypercare_desk.domain.article import Article, sections
from hypercare_desk.domain.feedback import Feedback
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.services.knowledge import KnowledgeService

_SAY = ("steps to read to the caller", "say to the caller")


@dataclass(frozen=True, slots=True)
class Reading:
    """An article: its HTML without the caller's steps, and those steps as HTML and text."""

    article: Article
    html: str
    steps_html: str = ""
    steps_text: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    """A record or a post-mortem, to be read; ``told`` is said beside its id."""

    id: str
    kind: str
    title: str
    told: str
    html: str


def read_article(knowledge: KnowledgeService, article: Article) -> Reading:
    """An article made ready to show."""
    steps, rest = caller_steps(article.body)
    html = knowledge.preview(rest, article)
    return Reading(article, html, knowledge.preview(steps, article) if steps else "", _plain(steps))


def plain_record(record: Feedback) -> Plain:
    """A feedback record: what the caller said, and what became of it."""
    parts = [("", record.description), ("Root cause", record.root_cause), ("Solution", record.resolution)]
    told = [record.state.value.replace("-", " ").capitalize(), record.component, record.reporter]
    if record.priority:
        told.insert(0, record.priority.value)
    return Plain(record.id, "feedback", record.title, _joined(told), _html(parts))


def plain_postmortem(item: Postmortem) -> Plain:
    """A post-mortem: its summary, impact and lessons."""
    parts = [("", item.summary), ("Impact", item.impact), ("Lessons", "\n".join(item.lessons))]
    told = [item.severity, item.status.value.replace("-", " ").capitalize()]
    return Plain(item.id, "post-mortem", item.title, _joined(told), _html(parts))


def caller_steps(body: str) -> tuple[str, str]:
    """The section to read to the caller, and the body without it; both Markdown, the first empty if there is none."""
    for part in sections(body):
        if part.heading.casefold() in _SAY:
            lines = body.splitlines()
            start = part.line - 1
            end = start + 1
            while end < len(lines) and not lines[end].startswith("## "):
                end += 1
            return part.text.strip(), "\n".join((*lines[:start], *lines[end:]))
    return "", body


def _plain(markdown: str) -> str:
    """Steps as they are pasted into a chat: numbered lines without Markdown's marks."""
    return re.sub(r"(\*\*|__|`|\*(?=\S)|(?<=\S)\*)", "", markdown).strip()


def _joined(words: list[str]) -> str:
    return " · ".join(word for word in words if word)


def _html(parts: list[tuple[str, str]]) -> str:
    shown: list[str] = []
    for head, text in parts:
        if text.strip():
            shown.append(f"<h2>{escape(head)}</h2>" if head else "")
            shown += [f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip()]
    return "".join(shown) or "<p>Nothing more was written down.</p>"
