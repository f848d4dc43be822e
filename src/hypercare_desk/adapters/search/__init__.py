"""Search: a Whoosh index whose segments are arrays, ranked by NumPy.

Belongs here: analysis, building, storage and reading of the index, query parsing, ranking, typos, snippets.
Does not belong here: what is indexed when (services/search.py), reading front matter (adapters/kb).

The way through: ``index`` (the port) → ``searcher`` (one question) → ``query``, ``matching``, ``phrases``,
``ranking``, ``feedback_terms`` → ``view`` (a generation) → ``segment`` → ``blocks`` (checked files), and back through
``hits``. For writing: ``writer`` (Whoosh's writer) → ``builder`` or ``merging`` → ``parts`` → ``blocks``; ``manifest``
is the commit. ``codec`` shows Whoosh the same files; besides it only ``writer`` knows Whoosh. Changing ``fields``,
``analysis`` or the files' layout: raise ``manifest.FORMAT``, and old indexes are built again by themselves.
"""

from hypercare_desk.adapters.search.index import WhooshIndex
from hypercare_desk.adapters.search.synonyms import read_synonyms

__all__ = ["WhooshIndex", "read_synonyms"]
