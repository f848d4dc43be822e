"""Which kind a foreign text most likely is. With care: what fits no pattern is a reference."""

from __future__ import annotations

import re

from hypercare_desk.domain.article import Kind

_HEADING = re.compile(r"^#{2,4}[ \t]+(.{1,200}?)[ \t]*#*[ \t]*$", re.MULTILINE)
_STEP = re.compile(r"^[ \t]{0,3}\d{1,3}[.)][ \t]+\S", re.MULTILINE)
_SEEN = re.compile(r"\b(?:symptoms?|error|errors|problem|issue)\b", re.IGNORECASE)
_CAUSE = re.compile(r"\b(?:causes?|root cause|reason)\b", re.IGNORECASE)
_ANSWER = re.compile(
    r"\b(?:resolutions?|solutions?|workarounds?|fix|more information|status)\b", re.IGNORECASE
)
_RUNBOOK = re.compile(
    r"\b(?:diagnosis|mitigation|remediation|runbook|procedure|steps|rollback|verification)\b", re.I
)
_TOPICS = {
    "troubleshooting": Kind.KNOWN_ISSUE,
    "troubleshooting-problem-resolution": Kind.KNOWN_ISSUE,
    "troubleshooting-known-issue": Kind.KNOWN_ISSUE,
    "how-to": Kind.HOW_TO,
    "howto": Kind.HOW_TO,
    "faq": Kind.FAQ,
}


def guessed_kind(title: str, path: str, body: str, topic: str) -> Kind:
    """From the headings first, then the topic its publisher gave it, then its title and name."""
    headings = [found.group(1) for found in _HEADING.finditer(body[:200_000])]
    seen = any(_SEEN.search(heading) for heading in headings)
    answered = any(_ANSWER.search(heading) or _CAUSE.search(heading) for heading in headings)
    if any(_RUNBOOK.search(heading) for heading in headings) and not seen:
        return Kind.HOW_TO
    if seen and answered:
        return Kind.KNOWN_ISSUE
    if topic.casefold() in _TOPICS:
        return _TOPICS[topic.casefold()]
    if title.rstrip().endswith("?") or re.search(r"(?:^|[/_\-])faqs?(?:[._\-/]|$)", path, re.IGNORECASE):
        return Kind.FAQ
    if re.match(r"how (?:to|do i|can i)\b", title, re.IGNORECASE) or len(_STEP.findall(body[:200_000])) >= 3:
        return Kind.HOW_TO
    return Kind.REFERENCE
