"""Search: a Whoosh index whose segments are arrays, ranked by NumPy.

Belongs here: analysis, building, storage and reading of the index, query parsing, ranking, typos, snippets.
Does not belong here: what is indexed when (services/search.py), reading front matter (adapters/kb).

The way through: ``index`` (the port) → ``searcher`` (one question) → ``query``, ``matching``, ``phrases``,
``ranking`` → ``view`` (a generation) → ``segment`` → ``blocks`` (checked files); and for writing ``writer`` (Whoosh's
writer) → ``builder`` or ``merging`` → ``parts`` → ``blocks``. ``codec`` is the only file that knows Whoosh inside.
"""

from hypercare_desk.adapters.search.index import WhooshIndex
from hypercare_desk.adapters.search.synonyms import read_synonyms

__all__ = ["WhooshIndex", "read_synonyms"]
