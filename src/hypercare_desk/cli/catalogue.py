"""The commands there are, and the module of each: known without importing one."""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("init", "make a workspace for a system that goes live"),
    "demo": ("demo", "make a filled example workspace and show what can be done with it"),
    "import": ("intake", "bring articles in from a folder of Markdown files"),
    "search": ("search", "find articles, records and post-mortems"),
    "index": ("index", "look after the search index"),
    "article": ("article", "list, show, make and check articles"),
    "feedback": ("feedback", "list, show, record and triage feedback"),
    "criteria": ("criteria", "evaluate the exit criteria, and feed them"),
    "postmortem": ("postmortem", "list, show and begin post-mortems"),
    "journal": ("journal", "note and list decisions, hotfixes, announcements and wins"),
    "handoff": ("handoff", "build, verify and compare handoff packs"),
    "doctor": ("doctor", "check the workspace and the machine, and say what to do"),
    "backup": ("backup", "write the whole workspace into one file"),
    "restore": ("restore", "make a workspace again from a backup file"),
}
"""Command → (module in ``commands``, help in one line), in the order in which help shows them."""
