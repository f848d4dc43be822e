"""What is found, and in which order."""

from collections.abc import Callable

import pytest

from hypercare_desk.adapters.search import WhooshIndex
from tests.unit.adapters.search.conftest import document

Indexed = Callable[..., WhooshIndex]


def test_a_saved_document_is_found_at_once(indexed: Indexed) -> None:
    index = indexed(document(1, "Printer is offline"))
    index.update([document(2, "Scanner is offline")])
    assert [hit.id for hit in index.find("scanner").hits] == ["KI-0002"]
