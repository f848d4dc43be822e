"""Ports: what the services need of the world, as protocols. Adapters implement them; tests have fakes.

Belongs here: protocols and the values they pass, in the words of the product. Does not belong here: anything that runs.
"""

from hypercare_desk.services.ports.knowledge import (
    ArticleStore,
    DraftFiles,
    History,
    Incoming,
    MarkdownFolders,
    Prepared,
    Renderer,
)
from hypercare_desk.services.ports.machine import (
    Clock,
    Machine,
    PackRenderer,
)
from hypercare_desk.services.ports.records import (
    Archives,
    Database,
    EvaluationRows,
    FeedbackRows,
    ImportRows,
    LinkRows,
    LogRows,
    Rows,
    UnitOfWork,
)
from hypercare_desk.services.ports.search import (
    SearchIndex,
)

__all__ = [
    "Archives",
    "ArticleStore",
    "Clock",
    "Database",
    "DraftFiles",
    "EvaluationRows",
    "FeedbackRows",
    "History",
    "ImportRows",
    "Incoming",
    "LinkRows",
    "LogRows",
    "Machine",
    "MarkdownFolders",
    "PackRenderer",
    "Prepared",
    "Renderer",
    "Rows",
    "SearchIndex",
    "UnitOfWork",
]
