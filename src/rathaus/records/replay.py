"""The record as its events tell it, to be compared with the rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rathaus.core.models import Chain, Event
from rathaus.records.events import label_digest
from rathaus.records.models import Case, Document, DocumentVersion
from rathaus.records.states import CaseState

Difference = tuple[str, object, object]
"""What differs, as filed, as found."""

_TYPES = (
    "case.opened",
    "case.closed",
    "case.reopened",
    "case.renamed",
    "case.refiled",
    "document.filed",
    "document.version_added",
    "document.renamed",
    "document.moved_out",
    "document.moved_in",
    "rendition.added",
)


@dataclass(frozen=True)
class Filed:
    """A version as it was filed."""

    version_id: str
    kind: str
    direction: str
    sha256: str
    size: int
    label_digest: str

    def compare(self, document: Document, version: DocumentVersion) -> Iterator[Difference]:
        """How the rows differ from what was filed."""
        if str(version.public_id) != self.version_id:
            yield "id of version changed", self.version_id, version.public_id
        if version.blob.sha256 != self.sha256:
            yield "content exchanged", f"sha256 {self.sha256}", f"sha256 {version.blob.sha256}"
        if version.blob.size != self.size:
            yield "size changed", self.size, version.blob.size
        if document.kind != self.kind:
            yield "kind changed", self.kind, document.kind
        if document.direction != self.direction:
            yield "direction changed", self.direction, document.direction
        digest = label_digest(
            version.salt,
            document.title,
            document.kind,
            document.direction,
            version.name,
            version.content_type,
        )
        if digest != self.label_digest:
            yield (
                "title, file name or type changed",
                f"digest {self.label_digest}",
                f"„{document.title}“, {version.name}, {version.content_type}",
            )


@dataclass(frozen=True)
class Moved:
    """A document that went to, or came from, the case of another chain."""

    document_id: str
    chain: str
    versions: dict[int, Filed]


@dataclass
class Story:
    """All that a chain says about a case."""

    opened: dict[str, Any] | None = None
    closed: dict[str, Any] | None = None
    documents: dict[str, dict[int, Filed]] = field(default_factory=dict)
    renditions: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """Number of each document in the case; none for what was filed before numbers were given."""
    left: list[Moved] = field(default_factory=list)
    arrived: list[Moved] = field(default_factory=list)

    def compare_case(self, case: Case, codes: Collection[str] = ()) -> Iterator[Difference]:
        """How the case's row differs from its events.

        `codes` are the places of the plan at which its dossier was, besides the present one.
        """
        if self.opened is None:
            yield "event of opening missing", "case.opened", "no event"
            return
        found = {
            "reference": case.reference,
            "filing_code": case.dossier.filing_plan_entry.code,
            "dossier": case.dossier.reference,
            "office": case.office.key,
        }
        for key, value in found.items():
            if key == "filing_code" and self.opened.get(key) in codes:
                continue
            if self.opened.get(key) != value:
                yield f"{key} changed", self.opened.get(key), value
        if self.opened.get("label_digest") != label_digest(case.salt, case.title):
            yield "title changed", f"digest {self.opened.get('label_digest')}", f"„{case.title}“"
        state = CaseState.OPEN if self.closed is None else CaseState.CLOSED
        if case.state != state:
            yield "state changed", state.value, case.state
        until = self.closed["retention_until"] if self.closed else "None"
        row = case.retention_until.isoformat() if case.retention_until else "None"
        if row != until:
            yield "end of retention changed", until, row


def replay(chain: Chain) -> Story:
    """Read the events of a case in order. Damaged events are the chain check's matter."""
    story = Story()
    events = Event.objects.filter(chain=chain, type__in=_TYPES).order_by("seq")
    for name, data in events.values_list("type", "data"):
        try:
            _apply(story, name, data)
        except (KeyError, TypeError, ValueError):
            continue
    return story


def _apply(story: Story, name: str, data: dict[str, Any]) -> None:
    if name == "case.opened":
        story.opened = data
    elif name == "case.closed":
        story.closed = {"retention_until": data["retention_until"]}
    elif name == "case.reopened":
        story.closed = None
    elif name == "case.renamed" and story.opened is not None:
        story.opened = {**story.opened, "label_digest": data["label_digest"]}
    elif name == "case.refiled" and story.opened is not None:
        place = {key: data[key] for key in ("dossier", "filing_code", "office")}
        story.opened = {**story.opened, **place}
        if story.closed is not None and data["retention_until"]:
            story.closed = {"retention_until": data["retention_until"]}
    elif name == "rendition.added":
        story.renditions[data["version_id"], data["kind"]] = data["sha256"]
    elif name in _MOVES:
        _MOVES[name](story, data)
    elif name in {"document.filed", "document.version_added"}:
        versions = story.documents.setdefault(data["document_id"], {})
        first = versions.get(1)
        number = 1 if name == "document.filed" else int(data["number"])
        versions[number] = Filed(
            version_id=data["version_id"],
            kind=data["kind"] if first is None else first.kind,
            direction=data["direction"] if first is None else first.direction,
            sha256=data["sha256"],
            size=int(data["size"]),
            label_digest=data["label_digest"],
        )
        if data.get("number") and name == "document.filed":
            story.numbers[data["document_id"]] = int(data["number"])


def _rename(story: Story, data: dict[str, Any]) -> None:
    versions = story.documents[data["document_id"]]
    for number, digest in data["label_digests"].items():
        versions[int(number)] = replace(versions[int(number)], label_digest=digest)


def _move_out(story: Story, data: dict[str, Any]) -> None:
    versions = story.documents.pop(data["document_id"])
    story.numbers.pop(data["document_id"], None)
    story.left.append(Moved(data["document_id"], data["to_chain"], versions))


def _move_in(story: Story, data: dict[str, Any]) -> None:
    versions = {
        int(one["number"]): Filed(
            version_id=one["version_id"],
            kind=data["kind"],
            direction=data["direction"],
            sha256=one["sha256"],
            size=int(one["size"]),
            label_digest=one["label_digest"],
        )
        for one in data["versions"]
    }
    story.documents[data["document_id"]] = dict(versions)
    story.numbers[data["document_id"]] = int(data["number"])
    story.arrived.append(Moved(data["document_id"], data["from_chain"], versions))
    for one in data["renditions"]:
        story.renditions[one["version_id"], one["kind"]] = one["sha256"]


_MOVES = {
    "document.renamed": _rename,
    "document.moved_out": _move_out,
    "document.moved_in": _move_in,
}
