"""Knowledge on disk: Markdown articles with front matter, attachments, templates, and their history in git.

Belongs here: everything that reads or writes below ``kb/`` (files, front matter, lock, git).
Does not belong here: rendering (adapters/markdown), searching (adapters/search), importing foreign trees
(adapters/intake).
"""

from __future__ import annotations

from pathlib import Path

from hypercare_desk.adapters.kb.history import GitHistory
from hypercare_desk.adapters.kb.store import FileStore
from hypercare_desk.services.ports import Clock


def open_store(kb: Path, templates: Path | None = None, cache: Path | None = None) -> FileStore:
    """The articles under ``kb``; sweeps what a killed save left behind.

    ``templates`` is another folder of shipped templates, ``cache`` a folder (outside the workspace, disposable) where
    what is known of the files is kept for the next process.
    """
    store = FileStore(kb, templates, cache / "articles.json" if cache else None)
    store.sweep()
    return store


def open_history(kb: Path, user: str = "", clock: Clock | None = None) -> GitHistory:
    """The git history of ``kb``; ``user`` signs commits that name nobody, ``clock`` dates them (else the machine's).
    Faults come at the first commit, not here."""
    return GitHistory(kb, user, clock)
