"""Keeping the index: saves, rebuilds beside it, several processes, damage, sudden death."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hypercare_desk.adapters.search import WhooshIndex
from hypercare_desk.domain.errors import Cancelled, Unavailable
from hypercare_desk.domain.search import Document
from hypercare_desk.services.progress import Token
from tests.unit.adapters.search.conftest import document

Indexed = Callable[..., WhooshIndex]

WORDS = (
    "order",
    "printer",
    "invoice",
    "queue",
    "server",
    "broker",
    "payment",
    "stock",
    "truck",
    "label",
    "batch",
)


def _documents(count: int, seed: int = 1) -> list[Document]:
    rng = random.Random(seed)
    return [
        document(n, " ".join(rng.sample(WORDS, 3)), " ".join(rng.choices(WORDS, k=40)) + f" own{n}word")
        for n in range(count)
    ]


def _answers(index: WhooshIndex) -> list[tuple[str, list[str], int]]:
    asked = [*WORDS, "order printer", "own7word", "pay", '"order printer"', "kind:known-issue stock"]
    return [(q, sorted(h.id for h in index.find(q, limit=500).hits), index.find(q).total) for q in asked]


def test_many_small_saves_answer_like_one_build(tmp_path: Path) -> None:
    documents = _documents(60)
    built = WhooshIndex(tmp_path / "a", tmp_path)
    built.rebuild(documents)
    grown = WhooshIndex(tmp_path / "b", tmp_path)
    for one in documents:
        grown.update([replace(one, body="old words")])
        grown.update([one])
    grown.update([document(999, "gone")])
    grown.update([], [document(999, "gone").key])
    assert _answers(grown) == _answers(built)
    assert grown.status().documents == 60
    assert len(list((tmp_path / "b").glob("index-*/*.arr"))) <= 8


def test_nothing_is_found_of_what_was_removed_or_replaced(indexed: Indexed) -> None:
    index = indexed(document(1, "First wording"), document(2, "Other"))
    index.update([document(1, "Second wording")], [document(2, "").key])
    assert index.find("first").total == 0
    assert index.find("other").total == 0
    assert index.find("second").hits[0].id == "KI-0001"
    assert index.status().documents == 1


def test_another_process_sees_a_commit(indexed: Indexed, tmp_path: Path) -> None:
    here = indexed(document(1, "One"))
    there = WhooshIndex(tmp_path / "index", tmp_path / "kb")
    assert there.find("two").total == 0
    here.update([document(2, "Two")])
    there._looked = 0.0
    assert there.find("two").total == 1


def test_a_save_during_a_rebuild_is_kept(indexed: Indexed, tmp_path: Path) -> None:
    index = indexed(*_documents(20))
    other = WhooshIndex(tmp_path / "index", tmp_path / "kb")

    def slowly() -> object:
        for number, one in enumerate(_documents(20)):
            if number == 10:
                other.update([document(777, "Saved meanwhile")], [_documents(20)[3].key])
                assert index.find("own5word").total == 1
            yield one

    index.rebuild(slowly())  # type: ignore[arg-type]
    assert [hit.id for hit in index.find("meanwhile").hits] == ["KI-0777"]
    assert index.find("own3word").total == 0
    assert index.status().documents == 20
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def test_a_cancelled_rebuild_leaves_the_old_index(indexed: Indexed, tmp_path: Path) -> None:
    index = indexed(*_documents(20))
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        index.rebuild(_documents(5), token)
    assert index.status().documents == 20
    assert len(list((tmp_path / "index").glob("index-*"))) == 1
    index.update([document(1, "Still writable")])


def test_marks_live_and_die_with_the_index(indexed: Indexed, tmp_path: Path) -> None:
    index = indexed(document(1, "One"))
    index.remember({"a.md": (1, 2, "x"), "b.md": (3, 4, "y")})
    index.remember({"a.md": (5, 6, "z")}, ["b.md"])
    assert index.marks() == {"a.md": (5, 6, "z")}
    for n in range(1500):
        index.remember({"a.md": (n, n, "q")})
    assert index.marks() == {"a.md": (1499, 1499, "q")}
    assert next(tmp_path.glob("index/index-*/marks.tsv")).stat().st_size < 40_000
    index.rebuild([document(1, "One")])
    assert index.marks() == {}


def test_the_folder_is_private(indexed: Indexed, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir(mode=0o755)
    indexed(document(1, "One"))
    if os.name == "posix":
        assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700


def test_no_index_yet_answers_with_nothing_and_says_so(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "none", tmp_path)
    assert index.find("anything").hits == ()
    assert not index.status().healthy
    assert "built" in index.status().note
    assert not (tmp_path / "none").exists()


def test_an_index_that_began_with_a_save_is_not_called_whole(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "i", tmp_path)
    index.update([document(1, "First")])
    assert index.find("first").total == 1
    assert not index.status().healthy
    index.rebuild([document(1, "First")])
    index.update([document(2, "Second")])
    assert index.status().healthy


def test_a_bulk_update_drops_what_it_replaced(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "i", tmp_path)
    index.rebuild(_documents(300))
    size = index.status().bytes
    index.update([replace(one, body=f"{one.body} again") for one in _documents(300)])
    assert index.status().bytes < 1.5 * size
    assert index.find("again").total == 300


def test_an_index_of_another_language_is_built_again(indexed: Indexed, tmp_path: Path) -> None:
    indexed(document(1, "Connections"))
    german = WhooshIndex(tmp_path / "index", tmp_path / "kb", "de")
    assert german.find("connections").total == 0
    assert not german.status().healthy
    german.rebuild([document(1, "Connections")])
    assert german.find("connections").total == 1


def test_finds_from_many_threads_while_saving(indexed: Indexed) -> None:
    index = indexed(*_documents(50))
    faults: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(60):
                assert index.find("order printer").total > 0
        except BaseException as fault:  # noqa: BLE001 - handed to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(15):
        index.update([document(500 + n, "Order printer")])
    for thread in threads:
        thread.join()
    assert faults == []


# --- damage --------------------------------------------------------------------------------------------------


def _damage(path: Path, rng: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    how = rng.choice(("flip", "cut", "zero", "empty", "remove"))
    if how == "remove":
        path.unlink()
        return
    if how == "flip" and raw:
        for _ in range(rng.choice((1, 1, 5))):
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    elif how == "zero" and raw:
        at = rng.randrange(len(raw))
        raw[at : at + 512] = bytes(len(raw[at : at + 512]))
    elif how == "cut":
        del raw[rng.randrange(len(raw) + 1) :]
    else:
        raw.clear()
    path.write_bytes(raw)


@pytest.mark.slow
@pytest.mark.parametrize("opened_before", [False, True])
def test_a_damaged_index_answers_rightly_or_is_set_aside(tmp_path: Path, opened_before: bool) -> None:
    rng = random.Random(20261102)
    documents = _documents(40)
    index = WhooshIndex(tmp_path / "i", tmp_path)
    index.rebuild(documents)
    index.update([replace(documents[0], title="order printer changed")])
    right = _answers(index)
    kept = {p.relative_to(tmp_path): p.read_bytes() for p in (tmp_path / "i").rglob("*") if p.is_file()}
    for _ in range(60):
        for path in (tmp_path / "i").rglob("*"):
            if path.is_file():
                path.unlink()
        for name, raw in kept.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(raw)
        index = WhooshIndex(tmp_path / "i", tmp_path)
        if opened_before:
            index.find("order")
        files = [
            p
            for p in sorted((tmp_path / "i").rglob("*"))
            if p.is_file() and p.suffix != ".lock" and p.stat().st_size
        ]
        _damage(rng.choice(files), rng)
        if _answers(index) != right:
            assert not index.status().healthy
            assert index.marks() == {}
        index.update([document(888, "Afterwards")])
        assert index.find("afterwards").hits[0].id == "KI-0888"
    assert len(list((tmp_path / "i").glob("damaged-*"))) <= 2


# --- sudden death --------------------------------------------------------------------------------------------

_WRITER = """
import sys
from pathlib import Path
from hypercare_desk.adapters.search import WhooshIndex
from hypercare_desk.domain.search import Document
index = WhooshIndex(Path(sys.argv[1]), Path(sys.argv[1]))
if not index.status().healthy:
    index.rebuild([])
n = index.status().documents
while True:
    n += 1
    index.update([Document(f"k{n}", f"KI-{n:04d}", "known-issue", f"Number own{n}word", "text")])
    print(n, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a matter of POSIX systems")
def test_killed_while_committing_it_answers_and_mends(tmp_path: Path) -> None:
    rng = random.Random(4)
    folder = tmp_path / "i"
    acknowledged = 0
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(rng.randrange(1, 5)):
                acknowledged = int(writer.stdout.readline())
            threading.Event().wait(rng.random() * 0.02)
            writer.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        index = WhooshIndex(folder, folder)
        assert index.status().healthy
        assert index.status().documents in (acknowledged, acknowledged + 1)
        assert index.find(f"own{acknowledged}word").total == 1


def test_one_writer_at_a_time(indexed: Indexed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hypercare_desk.adapters.search import folders
    from hypercare_desk.adapters.search import index as module

    index = indexed(document(1, "One"))
    monkeypatch.setattr(module, "_WAIT_TO_WRITE", 0.0)
    with (
        folders.locked(tmp_path / "index", "write", 0.0, "writing"),
        pytest.raises(Unavailable, match="Another process"),
    ):
        index.update([document(2, "Two")])
    index.update([document(2, "Two")])
    assert index.status().documents == 2


@pytest.mark.parametrize(
    ("step", "rebuild"), [("write_arrays", False), ("open_index", False), ("create_index", True)]
)
def test_a_full_disk_leaves_the_old_index_and_frees_the_locks(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch, step: str, rebuild: bool
) -> None:
    from hypercare_desk.adapters.search import writer

    index = indexed(document(1, "One"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(writer, step, full)
        with pytest.raises(Unavailable, match="No space left"):
            (index.rebuild if rebuild else index.update)([document(2, "Two")])
    assert index.find("one").total == 1
    index.update([document(2, "Two")])
    assert index.find("two").total == 1
