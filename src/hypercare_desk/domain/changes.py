"""What an operation touched, so that views refresh only if concerned."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of what was touched, by kind; ``everything`` means: do not try to be clever, refresh."""

    articles: frozenset[str] = field(default_factory=frozenset[str])
    feedback: frozenset[str] = field(default_factory=frozenset[str])
    criteria: frozenset[str] = field(default_factory=frozenset[str])
    postmortems: frozenset[str] = field(default_factory=frozenset[str])
    journal: frozenset[str] = field(default_factory=frozenset[str])
    packs: frozenset[str] = field(default_factory=frozenset[str])
    people: bool = False
    settings: bool = False
    everything: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.articles | other.articles,
            self.feedback | other.feedback,
            self.criteria | other.criteria,
            self.postmortems | other.postmortems,
            self.journal | other.journal,
            self.packs | other.packs,
            self.people or other.people,
            self.settings or other.settings,
            self.everything or other.everything,
        )

    def __bool__(self) -> bool:
        return bool(
            self.articles
            or self.feedback
            or self.criteria
            or self.postmortems
            or self.journal
            or self.packs
            or self.people
            or self.settings
            or self.everything
        )


NOTHING = Changes()
