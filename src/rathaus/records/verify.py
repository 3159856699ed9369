"""Prove that nothing was changed: chains, rows, files, against each other.

The chain of a case says what was filed; the rows have to say the same; the stored bytes
have to have the digests of both. Whoever changes one of them without the others is noticed
here, and named. What cannot be seen from inside, a whole chain rewritten from its first
event on, is the matter of time stamps from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Prefetch

from rathaus.core import storage
from rathaus.core.clock import now
from rathaus.core.events import verify_chain
from rathaus.core.models import Blob, Chain, Counter, Event
from rathaus.core.references import free_numbers
from rathaus.records.disposal import checks
from rathaus.records.models import Case, Document, DocumentVersion, Rendition
from rathaus.records.replay import Filed, Moved, replay
from rathaus.records.replay_dossiers import DossierCheck

Progress = Callable[[int, int], None]
BATCH = 200


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was filed."""

    object: str
    what: str
    expected: str = ""
    found: str = ""


@dataclass
class Report:
    """Result of a run. `ok` means everything is as it was filed."""

    started: datetime
    finished: datetime | None = None
    cases: int = 0
    chains: int = 0
    documents: int = 0
    versions: int = 0
    renditions: int = 0
    files: int = 0
    size: int = 0
    destroyed: int = 0
    """Cases that were destroyed after their retention and left a tombstone."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        data = asdict(self)
        data["started"] = self.started.isoformat()
        data["finished"] = self.finished.isoformat() if self.finished else None
        return {"ok": self.ok, **data}


def run(progress: Progress | None = None) -> Report:
    """Check the whole record; `progress(done, total)` is called with numbers of cases."""
    return Verification(progress).run()


def run_case(case: Case) -> Report:
    """Check one case, e.g. for the page that shows it."""
    check = Verification(None)
    check.case(_load([case.pk])[0])
    check.report.finished = now()
    return check.report


class Verification:
    """One run over the record."""

    def __init__(self, progress: Progress | None) -> None:
        self.report = Report(started=now())
        self._progress = progress
        self._blobs: dict[int, str] = {}
        self._dossiers = DossierCheck(self.add)

    def run(self) -> Report:
        """All cases, then what is left over."""
        total = Case.objects.count()
        done, last = 0, 0
        while keys := list(
            Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
        ):
            for case in _load(keys):
                self.case(case)
                done += 1
                if self._progress:
                    self._progress(done, total)
            last = keys[-1]
        self._other_chains()
        self._numbers()
        self._disposal()
        self.report.finished = now()
        return self.report

    def add(self, where: str, what: str, expected: object = "", found: object = "") -> None:
        """Note a finding."""
        self.report.findings.append(Finding(where, what, str(expected), str(found)))

    def case(self, case: Case) -> None:
        """A case with its chain, documents and files."""
        self.report.cases += 1
        self._chain(case.chain, f"Vorgang {case.reference}")
        story = replay(case.chain)
        where = f"Vorgang {case.reference}"
        codes = self._dossiers.codes(case.dossier)
        for what, expected, found in story.compare_case(case, codes):
            self.add(where, what, expected, found)
        rows = {str(document.public_id): document for document in case.documents.all()}
        for document_id, filed in story.documents.items():
            document = rows.pop(document_id, None)
            if document is None:
                first = filed[min(filed)]
                self.add(
                    f"{where}, Dokument {document_id}",
                    "document missing",
                    f"{first.kind}, sha256 {first.sha256}",
                    "no row",
                )
                continue
            self._document(where, document, filed, story.renditions)
            number = story.numbers.get(document_id, document.number)
            if document.number != number:
                place = f"{where}, {_label(document)}"
                self.add(place, "number of document changed", number, document.number)
        for moved in story.arrived:
            self._arrival(where, case, moved)
        for document in rows.values():
            self.add(f"{where}, {_label(document)}", "document was never filed", "no row", "a row")

    def _arrival(self, where: str, case: Case, moved: Moved) -> None:
        """What a moved document was here has to be what it was when it left the other case."""
        left = replay(Chain(pk=moved.chain)).left
        if Moved(moved.document_id, str(case.chain_id), moved.versions) not in left:
            place = f"{where}, Dokument {moved.document_id}"
            self.add(place, "other case tells it differently", moved.chain, "")

    def _document(
        self,
        case: str,
        document: Document,
        filed: dict[int, Filed],
        renditions: dict[tuple[str, str], str],
    ) -> None:
        self.report.documents += 1
        where = f"{case}, {_label(document)}"
        versions = {version.number: version for version in document.versions.all()}
        if document.latest != max(filed):
            self.add(where, "number of newest version changed", max(filed), document.latest)
        for number, expected in filed.items():
            version = versions.pop(number, None)
            place = f"{where}, Fassung {number}"
            if version is None:
                self.add(place, "version missing", f"sha256 {expected.sha256}", "no row")
                continue
            self.report.versions += 1
            for what, was, found in expected.compare(document, version):
                self.add(place, what, was, found)
            self._blob(place, version.blob)
            self._renditions(place, version, renditions)
        for number in versions:
            self.add(f"{where}, Fassung {number}", "version was never filed", "no row", "a row")

    def _renditions(
        self, place: str, version: DocumentVersion, made: dict[tuple[str, str], str]
    ) -> None:
        kinds = {
            kind: sha for (owner, kind), sha in made.items() if owner == str(version.public_id)
        }
        for rendition in version.renditions.all():
            self.report.renditions += 1
            where = f"{place}, Wiedergabe {rendition.kind}"
            sha256 = kinds.pop(rendition.kind, None)
            if sha256 is None:
                self.add(where, "rendition was never made", "no row", "a row")
            elif sha256 != rendition.blob.sha256:
                self.add(where, "rendition exchanged", sha256, rendition.blob.sha256)
            self._blob(where, rendition.blob)
        for kind, sha256 in kinds.items():
            self.add(f"{place}, Wiedergabe {kind}", "rendition missing", sha256, "no row")

    def _blob(self, where: str, blob: Blob) -> None:
        """Decrypt and digest each file once; damage is told at every place that uses it."""
        if blob.pk not in self._blobs:
            self._blobs[blob.pk] = self._read(blob)
        if problem := self._blobs[blob.pk]:
            self.add(where, "stored file damaged", f"sha256 {blob.sha256}", problem)

    def _read(self, blob: Blob) -> str:
        self.report.files += 1
        try:
            content = blob.read()
        except storage.StorageShredded:
            return "destroyed"
        except (storage.StorageDamaged, OSError) as error:
            return str(error)
        self.report.size += len(content)
        return "" if len(content) == blob.size else f"{len(content)} bytes, not {blob.size}"

    def _chain(self, chain: Chain, where: str) -> None:
        self.report.chains += 1
        for problem in verify_chain(chain):
            _, _, event = problem.where.partition(", ")
            self.add(
                f"{where}, {event}" if event else where,
                problem.what,
                problem.expected,
                problem.found,
            )

    def _other_chains(self, after: str = "", limit: int | None = None) -> str:
        """Histories of no case behind the one with the key `after`, at most so many.

        Returns the key of the last one where there may be more, else "".
        """
        others = Chain.objects.filter(records_case__isnull=True).select_related(
            "tombstone", "dossier_tombstone"
        )
        others = others.order_by("pk")
        if after:
            others = others.filter(pk__gt=after)
        seen, last = 0, ""
        for chain in others[:limit].iterator(chunk_size=BATCH):
            seen, last = seen + 1, str(chain.pk)
            self._other_chain(chain)
        return last if seen == limit else ""

    def _other_chain(self, chain: Chain) -> None:
        self._chain(chain, f"Kette {chain.kind} {chain.pk}")
        if chain.kind == "dossier":
            self._dossiers.check(chain)
        if chain.kind != "case" or hasattr(chain, "tombstone"):
            return  # a destroyed case left a tombstone, which is checked elsewhere
        opened = Event.objects.filter(chain=chain, type="case.opened").first()
        name = opened.data.get("reference", chain.pk) if opened else chain.pk
        self.add(f"Vorgang {name}", "case missing", f"case of chain {chain.pk}", "no row")

    def _numbers(self) -> None:
        """Numbers are given without gaps, so a case that vanished with its chain leaves one."""
        for counter in Counter.objects.filter(series__startswith="case:").order_by("series"):
            used = Case.objects.filter(series=counter.series)
            seen = used.aggregate(count=Count("pk"), top=Max("number"))
            last = max(counter.last, seen["top"] or 0)
            if seen["count"] == last == counter.last:
                continue
            numbers = free_numbers(counter.series)  # first: one may be taken meanwhile
            numbers |= {number for number in used.values_list("number", flat=True) if number}
            numbers |= checks.numbers_buried(counter.series)
            missing = [str(n) for n in range(1, last + 1) if n not in numbers]
            if not missing and max(numbers, default=0) <= counter.last == last:
                continue
            self.add(
                f"Nummernkreis {counter.series.removeprefix('case:')}",
                "numbers missing" if missing else "counter set back",
                f"1 to {last}",
                ", ".join(missing[:20]) or f"counter at {counter.last}",
            )

    def _disposal(self) -> None:
        """What was destroyed lawfully, and the guards of the database themselves."""
        self._tombstones()
        self._guards()

    def _tombstones(self, after: int = 0, limit: int | None = None) -> int:
        """Proofs of destroyed cases behind the one with this key; the last key, 0 at the end."""
        seen, last = checks.verify_tombstones(self.add, after, limit)
        self.report.destroyed += seen
        return last if seen == limit else 0

    def _guards(self) -> None:
        checks.verify_dossier_tombstones(self.add)
        for name in checks.missing_guards():
            self.add(f"Schutzregel {name}", "guard missing", "in place", "missing or changed")


def _label(document: Document) -> str:
    return f"Dokument „{document.title}“ ({document.public_id})"


def _load(keys: list[int]) -> list[Case]:
    renditions = Rendition.objects.select_related("blob")
    versions = DocumentVersion.objects.select_related("blob").prefetch_related(
        Prefetch("renditions", renditions)
    )
    documents = Document.objects.prefetch_related(Prefetch("versions", versions))
    return list(
        Case.objects.filter(pk__in=keys)
        .select_related("chain", "office", "dossier__filing_plan_entry")
        .prefetch_related(Prefetch("documents", documents))
        .order_by("pk")
    )
