"""Makes handoff packs, tells whether a PDF is one of them, and what two of them differ in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from hypercare_desk.domain.article import Article
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import DeskError, Invalid, Unavailable
from hypercare_desk.domain.exit_criteria import Verdict
from hypercare_desk.domain.feedback_fields import read_instant
from hypercare_desk.domain.handoff import BuiltPack, Pack, PackDiff, Verification, section_of
from hypercare_desk.domain.statistics import Statistics
from hypercare_desk.services.handoff_control import Identity
from hypercare_desk.services.handoff_facts import PackFacts, read_facts
from hypercare_desk.services.handoff_manifest import compare, digest, parts, read_manifest
from hypercare_desk.services.handoff_snapshot import Frozen, core, core_digest, freeze
from hypercare_desk.services.ports import ArticleStore, Clock, Database, PackRenderer, Renderer
from hypercare_desk.services.progress import Progress, Report, heard
from hypercare_desk.services.workspace_rules import calendar_of, targets_of
from hypercare_desk.settings import WorkspacePaths, WorkspaceSettings

_PREFIX = "HP"


class Evaluator(Protocol):
    """What packs need of ``ExitCriteriaService``."""

    def evaluate(self, as_of: datetime | None = None, keep: bool = True) -> Verdict:
        """All criteria at one instant."""
        ...

    def statistics(self, since: date | None = None, as_of: datetime | None = None) -> Statistics:
        """The numbers of the hypercare up to one instant."""
        ...


class HandoffService:
    """Packs of one workspace. Every build is recorded with its manifest, so that a copy can be checked years later."""

    def __init__(
        self,
        *,
        database: Database,
        store: ArticleStore,
        renderer: Renderer,
        pack_renderer: PackRenderer,
        criteria: Evaluator,
        settings: WorkspaceSettings,
        paths: WorkspacePaths,
        clock: Clock,
        user: str,
        announce: Callable[[Changes], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._store = store
        self._renderer = renderer
        self._pack_renderer = pack_renderer
        self._criteria = criteria
        self._settings = settings
        self._paths = paths
        self._clock = clock
        self._user = user
        self._announce = announce
        self._calendar = calendar_of(settings)

    def build(
        self, out: Path | str, as_of: datetime | None = None, progress: Progress | Report | None = None
    ) -> BuiltPack:
        """Write a draft pack to ``out`` and record it; the same content gives the same pack, byte for byte.

        ``as_of`` (UTC-aware) is the instant of the records' state. ``SOURCE_DATE_EPOCH``, where it is set, dates the
        file, and is the default for ``as_of`` if it lies between go-live and now; else that is now.
        Raises ``Invalid`` for a time without zone or a target that is an issued pack, ``Unavailable`` when the disk,
        the database or the PDF library does not answer, ``Cancelled``; the old file is whole in every case.
        """
        return self._make(Path(out), as_of, heard(progress), issued=False)

    def issue(self, as_of: datetime | None = None, progress: Progress | Report | None = None) -> BuiltPack:
        """Write a pack without the draft mark into ``packs/``, never to be overwritten; it supersedes older ones."""
        return self._make(None, as_of, heard(progress), issued=True)

    def verify(self, pdf: Path | str) -> Verification:
        """Whether ``pdf`` is a pack of this workspace and whole, and what has changed here since it was built.

        Raises ``NotFound`` and ``Invalid`` if there is no such file or it is no PDF.
        """
        pdf = Path(pdf)
        fingerprint = self._pack_renderer.fingerprint(pdf)
        attached = self._pack_renderer.attachments(pdf).get("manifest.json")
        try:
            manifest = read_manifest(attached)
        except Invalid as fault:
            return Verification(False, False, fault.message)
        pack_id = str(manifest["pack"].get("id", ""))
        recorded = next((p for p in self.packs() if p.id == pack_id), None)
        if recorded is None:
            return Verification(
                False,
                False,
                f"This pack calls itself {pack_id or 'nothing'}; this workspace has none of that name.",
            )
        if digest((attached or b"").decode("utf-8", "replace")) != recorded.manifest_sha256:
            return Verification(
                False, False, f"This is not {pack_id} as it was built here: its manifest is another one."
            )
        changed = self._changed_since(recorded)
        if fingerprint != recorded.sha256:
            words = f"This calls itself {pack_id} and carries its manifest, but its bytes were altered since."
            return Verification(True, False, words, changed)
        kind = "issued" if recorded.issued_at else "built as a draft"
        words = f"This is {pack_id}, version {recorded.version}, {kind} on {recorded.built_at:%d %b %Y}"
        words += f" by {recorded.who}, and it is whole."
        if recorded.superseded_by:
            words += f" It was superseded by {recorded.superseded_by}."
        return Verification(True, True, words, changed)

    def diff(self, old: Path | str, new: Path | str) -> PackDiff:
        """What the pack ``new`` added, removed and changed against ``old``, by their attached manifests."""
        manifests = [
            read_manifest(self._pack_renderer.attachments(Path(pdf)).get("manifest.json"))
            for pdf in (old, new)
        ]
        return compare(manifests[0], manifests[1])

    def packs(self) -> Sequence[Pack]:
        """Every pack that was built here, oldest first."""
        with self._database.view() as unit:
            return unit.packs.all()

    def assemble(self, as_of: datetime | None = None, progress: Progress | None = None) -> str:
        """The frozen snapshot (canonical JSON) that a draft built now would be made from; records nothing."""
        facts, document = self._gather(self._instant(as_of), progress)
        identity = self._identity(f"{_PREFIX}-0000", facts.packs, issued=False)
        return freeze(
            document, facts, self._settings, identity, facts.packs, "pack.pdf", _source_date()
        ).document

    def _make(
        self, out: Path | None, as_of: datetime | None, progress: Progress | None, *, issued: bool
    ) -> BuiltPack:
        if self._database.read_only:
            raise Unavailable(f"A pack cannot be recorded: {self._database.read_only}", code="read_only")
        if out is not None:
            self._check_target(out)
        facts, document = self._gather(self._instant(as_of), progress)
        recorded, frozen, identity = self._frozen(facts, document, issued=issued)
        target = out or self._paths.packs / f"{identity.id}-v{identity.version}.pdf"
        if out is None:
            self._check_target(target)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"The folder {target.parent} cannot be made ({error.strerror}): name another place for the pack."
            ) from error
        pages = self._pack_renderer.render(frozen.document, target, progress)
        sha256 = self._pack_renderer.fingerprint(target)
        if recorded is None or recorded.sha256 != sha256:
            self._record(self._row(identity, facts, frozen, target, sha256), recorded)
        return BuiltPack(str(target), pages, sha256, frozen.manifest_sha256, frozen.missing)

    def _check_target(self, out: Path) -> None:
        """Nothing under ``packs/`` is ever written over; a folder cannot be written to."""
        if out.is_dir():
            raise Invalid(
                f"{out} is a folder; name the PDF to write, e.g. {out / 'pack.pdf'}.", code="out_is_folder"
            )
        inside = out.absolute().resolve().is_relative_to(self._paths.packs.absolute().resolve())
        if inside and out.exists():
            raise Invalid(
                f"{out} is there already, and packs are never overwritten; choose another name.",
                code="pack_exists",
            )

    def _instant(self, as_of: datetime | None) -> datetime:
        """Now, or the instant asked for. ``SOURCE_DATE_EPOCH`` stands for now if it falls into the hypercare."""
        now = self._clock.now()
        epoch = _source_date()
        if as_of is None and epoch and self._calendar.start_of(self._settings.go_live) <= epoch <= now:
            now = epoch
        # A second belongs to the pack as a whole: what was recorded a moment ago must not be left out.
        return read_instant("the pack", as_of) or now.astimezone(UTC).replace(microsecond=999_999)

    def _gather(self, as_of: datetime, progress: Progress | None) -> tuple[PackFacts, dict[str, object]]:
        facts = self._facts(as_of, progress)
        html = self._renderer.html_many(
            [a.body for a in facts.articles],
            progress,
            resolve=_link_targets(facts.articles),
            bases=[a.link_base for a in facts.articles],
        )
        targets = targets_of(self._settings)
        return facts, core(facts, html, self._settings, self._calendar, targets, self._pack_renderer.pictures)

    def _facts(self, as_of: datetime, progress: Progress | None = None) -> PackFacts:
        verdict = self._criteria.evaluate(as_of, keep=False)
        numbers = self._criteria.statistics(as_of=as_of)
        facts = read_facts(self._database, self._store, verdict, numbers, as_of, self._calendar, progress)
        left_out = {key for key, own in self._settings.pack_sections.items() if not own.include}
        printed = (a for a in facts.articles if section_of(a.kind, a.fields.tags).key not in left_out)
        return replace(facts, articles=tuple(printed))

    def _frozen(
        self, facts: PackFacts, document: dict[str, object], *, issued: bool
    ) -> tuple[Pack | None, Frozen, Identity]:
        """The snapshot as a new pack, or as the recorded one that had exactly this content."""
        identity = self._identity("", facts.packs, issued=issued)
        content = core_digest(document, identity)
        same = None if issued else next((p for p in facts.packs if _content_of(p) == content), None)
        if same:
            identity = replace(identity, id=same.id, version=same.version)
            earlier = facts.packs[: facts.packs.index(same)]
        else:
            with self._database.work() as unit:
                identity = replace(identity, id=unit.next_id(_PREFIX)[0])
                unit.commit()
            earlier = facts.packs
        file = f"{identity.id}-v{identity.version}.pdf"
        return (
            same,
            freeze(document, facts, self._settings, identity, earlier, file, _source_date()),
            identity,
        )

    def _identity(self, pack_id: str, packs: Sequence[Pack], *, issued: bool) -> Identity:
        """Drafts count up behind the last issued version: 0.1, 0.2, 1.0, 1.1, 2.0."""
        from hypercare_desk import __version__

        major = sum(p.issued_at is not None for p in packs)
        last = max((n for n, p in enumerate(packs) if p.issued_at is not None), default=-1)
        version = f"{major + 1}.0" if issued else f"{major}.{len(packs) - last}"
        return Identity(pack_id, version, issued, self._user, __version__)

    def _row(self, identity: Identity, facts: PackFacts, frozen: Frozen, target: Path, sha256: str) -> Pack:
        return Pack(
            id=identity.id,
            version=identity.version,
            built_at=self._clock.now(),
            as_of=facts.as_of,
            who=self._user,
            path=str(target),
            sha256=sha256,
            manifest_sha256=frozen.manifest_sha256,
            manifest=frozen.manifest,
            issued_at=self._clock.now() if identity.issued else None,
        )

    def _record(self, pack: Pack, instead_of: Pack | None) -> None:
        try:
            with self._database.work() as unit:
                if instead_of:
                    unit.packs.remove(instead_of.id)
                if pack.issued_at:
                    for old in unit.packs.all():
                        if old.issued_at and not old.superseded_by:
                            unit.packs.remove(old.id)
                            unit.packs.add(replace(old, superseded_by=pack.id))
                unit.packs.add(pack)
                unit.commit()
        except DeskError as fault:
            raise Unavailable(
                f"The PDF was written to {pack.path}, but it could not be recorded, so it cannot be verified later:"
                f" {fault.message}",
                code="pack_unrecorded",
            ) from fault
        self._announce(Changes(packs=frozenset({pack.id})))

    def _changed_since(self, pack: Pack) -> tuple[str, ...]:
        """Sentences on what of the pack's content is otherwise in the workspace now."""
        diff = compare(json.loads(pack.manifest), parts(self._facts(self._clock.now())))
        return (
            *(f"{i} was added." for i in diff.added),
            *(f"{i} was changed." for i in diff.changed),
            *(f"{i} was removed." for i in diff.removed),
            *(f"Criterion {words}." for words in diff.criteria),
        )


def _link_targets(articles: Sequence[Article]) -> dict[str, str]:
    """Where links between articles lead: those to articles by id, and to imported files that have become articles."""
    targets: dict[str, str] = {}
    for article in articles:
        origin = article.fields.imported_from
        targets[article.id] = f"desk:article/{article.id}"
        targets[f"attachments/{origin}" if origin else article.path] = targets[article.id]
    return targets


def _source_date() -> datetime | None:
    """The date that reproducible builds are to carry, where the surroundings name one."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (
        datetime.fromtimestamp(int(epoch), UTC)
        if epoch.isascii() and epoch.isdigit() and len(epoch) < 12
        else None
    )


def _content_of(pack: Pack) -> str:
    try:
        return str(json.loads(pack.manifest).get("content_sha256", ""))
    except ValueError:
        return ""
