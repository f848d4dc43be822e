"""History in git: each save is a commit by the user, through libgit2 (which runs no hooks).

A repository that already tracks the folder (``kb/`` itself or one above) is used; one is made in ``kb/`` only where
there is none, or where the one above ignores ``kb/``. Trees are built from the last commit, never from what somebody
has staged, so other people's half-made commits stay theirs; the index file is kept in step for the paths saved.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hypercare_desk.adapters.kb.files import sync_file_system, writing
from hypercare_desk.adapters.kb.git_locks import own_locks
from hypercare_desk.domain.article import Revision, slug
from hypercare_desk.domain.errors import DeskError, NotFound, Unavailable
from hypercare_desk.services.ports import Clock

if TYPE_CHECKING:
    import pygit2

_MANY = 64
INDEX_TRIES = 40
_bulk_guard = threading.Lock()


class GitHistory:
    """``services.ports.History``. Any fault is ``Unavailable``: a save never depends on its history."""

    def __init__(self, kb: Path, user: str = "", clock: Clock | None = None) -> None:
        self._kb = kb
        self._user = user
        self._clock = clock

    def commit(self, paths: Sequence[str], message: str, who: str = "") -> str:
        """Record ``paths`` (relative to ``kb/``; gone ones as removed) as one commit; returns its id.

        Nothing changed: the last commit's id. Raises ``Unavailable`` with a sentence.
        """
        with (
            _git_faults("The change is saved, but its history could not be written"),
            writing(self._kb),
            ExitStack() as stack,
        ):
            repository, prefix = self._repository(make=True)
            place = Path(repository.path)
            stack.enter_context(own_locks(place))
            with _synced_at_the_end(place, len(paths)):
                blobs = _take_up(repository, [prefix + path for path in dict.fromkeys(paths)])
                head = _head(repository)
                tree, entries = _tree(repository, head.tree if head else None, blobs)
            if head and tree == head.tree.id:
                return str(head.id)
            if not head and not entries:
                return ""
            now = self._clock.now() if self._clock else datetime.now(UTC)
            signature = _signature(repository, who or self._user, now)
            parents = [head.id] if head else []
            return str(repository.create_commit("HEAD", signature, signature, message, tree, parents))

    def log(self, path: str) -> Sequence[Revision]:
        """Commits that changed the file, newest first by descent (never by clock); empty without history."""
        with _git_faults("The history cannot be read"):
            if not self._kb.is_dir():
                return []
            try:
                repository, prefix = self._repository(make=False)
            except NotFound:
                return []
            return list(_revisions(repository, prefix + path))

    def read(self, path: str, revision: str) -> bytes:
        """The file's bytes at a revision; raises ``NotFound`` or ``Unavailable``."""
        import pygit2

        with _git_faults("The history cannot be read"):
            repository, prefix = self._repository(make=False)
            try:
                commit = repository.revparse_single(revision)
                blob = cast("Any", commit.peel(pygit2.Commit).tree[prefix + path])
                return bytes(blob.data)
            except (KeyError, ValueError, pygit2.InvalidSpecError):
                raise NotFound(
                    f"{path} has no revision {revision:.40}.", path=path, revision=revision
                ) from None

    def _repository(self, *, make: bool) -> tuple[pygit2.Repository, str]:
        """The repository that tracks ``kb/``, and the prefix of ``kb/`` in it; made if wanted and missing."""
        import pygit2
        from pygit2.enums import Option

        pygit2.option(Option.ENABLE_FSYNC_GITDIR, True)
        # Shared folders belong to somebody else. Git refuses them because their settings could run programs;
        # libgit2 runs none.
        pygit2.option(Option.SET_OWNER_VALIDATION, False)
        kb = self._kb.resolve()
        found = pygit2.discover_repository(str(kb))
        if found:
            repository = pygit2.Repository(found)
            prefix = _prefix(repository, kb)
            if prefix is not None and not (prefix and repository.path_is_ignored(prefix)):
                _refuse_half_done(repository)
                return repository, prefix
        if not make:
            raise NotFound("There is no history yet.")
        repository = pygit2.init_repository(str(kb), initial_head="main")
        # Articles are kept byte for byte, whatever this machine's line-end setting is.
        attributes = Path(repository.path, "info", "attributes")
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text("* -text\n", encoding="utf-8")
        return repository, ""


def _prefix(repository: pygit2.Repository, kb: Path) -> str | None:
    """Where ``kb`` lies in the work tree, with a slash behind; None if the repository has none that holds it."""
    if repository.is_bare or not repository.workdir:
        return None
    work = Path(repository.workdir).resolve()
    if not kb.is_relative_to(work):
        return None
    inner = kb.relative_to(work).as_posix()
    return "" if inner == "." else f"{inner}/"


def _refuse_half_done(repository: pygit2.Repository) -> None:
    state = repository.state()
    if state:
        raise Unavailable(
            "The change is saved, but not yet in its history: somebody has begun a merge or rebase in this git "
            "repository. Finish or abort it.",
            code="git_busy",
        )


def _head(repository: pygit2.Repository) -> pygit2.Commit | None:
    import pygit2

    return None if repository.head_is_unborn else repository.head.peel(pygit2.Commit)


def _take_up(repository: pygit2.Repository, paths: Sequence[str]) -> Mapping[str, Any]:
    """Write the files' blobs and note them in the index; returns path → (blob id, mode), None for gone files."""
    index = repository.index
    blobs: dict[str, Any] = {}
    for path in paths:
        if Path(repository.workdir, path).is_file():
            index.add(path)
            entry = index[path]
            blobs[path] = (entry.id, entry.mode)
        else:
            if path in index:
                index.remove(path)
            blobs[path] = None
    _write_index(index)
    return blobs


def _write_index(index: pygit2.Index) -> None:
    """Write the index, waiting a moment for another git program to let go of it."""
    import pygit2

    for attempt in range(INDEX_TRIES):
        try:
            index.write()
            return
        except pygit2.GitError as error:
            if "lock" not in str(error) or attempt == INDEX_TRIES - 1:
                raise
            time.sleep(0.05)


def _tree(
    repository: pygit2.Repository, base: pygit2.Tree | None, blobs: Mapping[str, Any]
) -> tuple[pygit2.Oid, int]:
    """``base`` with the blobs set or removed, written, and how many entries it has then. Only folders on the way are
    built anew."""
    import pygit2
    from pygit2.enums import FileMode

    builder: Any = repository.TreeBuilder(base) if base is not None else repository.TreeBuilder()
    folders: dict[str, dict[str, Any]] = {}
    for path, blob in blobs.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = blob
        elif blob is not None:
            builder.insert(name, *blob)
        elif builder.get(name) is not None:
            builder.remove(name)
    for name, inner in folders.items():
        there = base[name] if base is not None and name in base else None
        below, entries = _tree(repository, there if isinstance(there, pygit2.Tree) else None, inner)
        if entries:
            builder.insert(name, below, FileMode.TREE)
        elif builder.get(name) is not None:
            builder.remove(name)
    return builder.write(), len(builder)


def _signature(repository: pygit2.Repository, who: str, now: datetime) -> pygit2.Signature:
    import pygit2

    name = " ".join("".join(c for c in who if c not in "<>" and c.isprintable()).split()) or "unknown"
    try:
        email = repository.config["user.email"]
    except KeyError:
        email = None
    return pygit2.Signature(name, email or f"{slug(name)}@localhost", int(now.timestamp()), 0)


def _revisions(repository: pygit2.Repository, path: str) -> Iterator[Revision]:
    """A commit counts if the file differs from all its parents'."""
    from pygit2.enums import SortMode

    head = _head(repository)
    if head is None:
        return
    lookup = _Lookup(path)
    for commit in repository.walk(head.id, SortMode.TOPOLOGICAL):
        blob = lookup.blob(commit)
        before = [lookup.blob(parent) for parent in commit.parents] or [None]
        if blob not in before:
            when = datetime.fromtimestamp(max(0, commit.commit_time), UTC)
            yield Revision(str(commit.id), when, commit.author.name, commit.message.strip())


class _Lookup:
    """Which blob a path is in a commit; folders that did not change are looked up once."""

    def __init__(self, path: str) -> None:
        self._folder, _, self._name = path.rpartition("/")
        self._by_folder: dict[Any, Any] = {}
        self._by_commit: dict[Any, Any] = {}

    def blob(self, commit: pygit2.Commit) -> object:
        if commit.id not in self._by_commit:
            self._by_commit[commit.id] = self._find(commit)
        return self._by_commit[commit.id]

    def _find(self, commit: pygit2.Commit) -> object:
        tree: Any = commit.tree
        try:
            folder: Any = tree[self._folder] if self._folder else tree
        except KeyError:
            return None
        if folder.id not in self._by_folder:
            self._by_folder[folder.id] = folder[self._name].id if self._name in folder else None
        return self._by_folder[folder.id]


@contextmanager
def _synced_at_the_end(place: Path, count: int) -> Generator[None]:
    """Many objects are written out by the system together, not one by one (10,000 fsyncs take 20 s)."""
    import pygit2
    from pygit2.enums import Option

    if count < _MANY or sys.platform != "linux":
        yield
        return
    with _bulk_guard:
        pygit2.option(Option.ENABLE_FSYNC_GITDIR, False)
        try:
            yield
            sync_file_system(place)
        finally:
            pygit2.option(Option.ENABLE_FSYNC_GITDIR, True)


@contextmanager
def _git_faults(what: str) -> Generator[None]:
    """Git's faults as one sentence."""
    import pygit2

    try:
        yield
    except DeskError:
        raise
    except (pygit2.GitError, OSError, KeyError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Unavailable(
            f"{what}: {reason}. Check the git repository of the knowledge folder.", code="git"
        ) from error
