"""Hiding parts of a document: begin, mark areas, make the new document."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.organisation.models import StaffMember
from rathaus.records.models import DocumentVersion
from rathaus.records.work import jobs
from rathaus.records.work.errors import Moved, Unfit
from rathaus.records.work.models import (
    Redaction,
    RedactionBox,
    RedactionReason,
    RedactionState,
)
from rathaus.records.work.redaction import finding, pages

MOST_BOXES = 2000
FULL = 10_000


def begin_redaction(*, version: DocumentVersion, staff: StaffMember) -> Redaction:
    """Have the pages of a version prepared; one's own that is under way is returned again.

    Raises: Unfit for a file that has no pages.
    """
    if not pages.has_pages(version):
        raise Unfit(
            _("Diese Datei hat keine Seiten. Schwärzen lassen sich PDF-Dateien und Bilder.")
        )
    moment = now()
    with transaction.atomic():
        under_way = Redaction.objects.filter(
            version=version, staff=staff, state__in=[RedactionState.PREPARING, RedactionState.OPEN]
        ).first()
        if under_way is not None:
            return under_way
        row = Redaction.objects.create(
            version=version, staff=staff, created_at=moment, touched_at=moment
        )
        enqueue(jobs.prepare_redaction, redaction_id=row.pk)
    return row


def add_box(
    *, redaction: Redaction, page: int, corners: tuple[float, float, float, float], reason: str
) -> RedactionBox:
    """Hide an area; `corners` are left, top, right, bottom as parts of the page (0 to 1).

    The same area twice is one. Raises: Unfit, Moved.
    """
    if reason not in RedactionReason.values:
        raise Unfit(_("Wählen Sie einen Grund."))
    if not 1 <= page <= redaction.total:
        raise Unfit(_("Diese Seite gibt es nicht."))
    left, top, right, bottom = (round(min(max(value, 0.0), 1.0) * FULL) for value in corners)
    left, right = sorted((left, right))
    top, bottom = sorted((top, bottom))
    if left == right or top == bottom:
        raise Unfit(_("Die Fläche ist leer. Breite und Höhe müssen größer als null sein."))
    with transaction.atomic():
        _touch(redaction)
        if redaction.boxes.count() >= MOST_BOXES:
            raise Unfit(_("Mehr als 2.000 Flächen sind in einem Dokument nicht möglich."))
        row, _new = RedactionBox.objects.get_or_create(
            redaction=redaction,
            page=page,
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            defaults={"reason": reason},
        )
    return row


def find_areas(
    *, redaction: Redaction, patterns: Sequence[str], words: Sequence[str], reason: str
) -> int:
    """Hide everything that the patterns (`finding.PATTERNS`) and words find; returns how many.

    Raises: Unfit, Moved.
    """
    if reason not in RedactionReason.values:
        raise Unfit(_("Wählen Sie einen Grund."))
    searches = finding.searches(patterns, words)
    if not searches:
        raise Unfit(_("Wählen Sie, wonach gesucht werden soll, oder geben Sie Wörter ein."))
    areas = [
        RedactionBox(
            redaction=redaction,
            page=page.number,
            left=box[0],
            top=box[1],
            right=box[2],
            bottom=box[3],
            reason=reason,
            found_by=key,
        )
        for page in redaction.pages.select_related("words")
        for key, box in finding.areas(pages.words_of(page), searches)
    ]
    with transaction.atomic():
        _touch(redaction)
        before = redaction.boxes.count()
        if before + len(areas) > MOST_BOXES:
            raise Unfit(_("Mehr als 2.000 Flächen sind in einem Dokument nicht möglich."))
        RedactionBox.objects.bulk_create(areas, ignore_conflicts=True)
        return redaction.boxes.count() - before


def remove_boxes(*, redaction: Redaction, keys: Sequence[int]) -> int:
    """Take areas away again; returns how many. Raises: Moved."""
    with transaction.atomic():
        _touch(redaction)
        return redaction.boxes.filter(pk__in=keys).delete()[0]


def make_redaction(*, redaction: Redaction, title: str, staff: StaffMember) -> None:
    """Have the new document made and filed by a job. Raises: Unfit, Moved."""
    title = " ".join(title.split())
    if not title:
        raise Unfit(_("Geben Sie der geschwärzten Fassung einen Titel."))
    if not redaction.boxes.exists():
        raise Unfit(_("Markieren Sie zuerst mindestens eine Fläche."))
    with transaction.atomic():
        rows = Redaction.objects.filter(pk=redaction.pk, state=RedactionState.OPEN)
        changed = rows.update(
            state=RedactionState.MAKING, title=title[:250], staff=staff, done=0, touched_at=now()
        )
        if not changed:
            raise _moved()
        enqueue(jobs.make_redaction, redaction_id=redaction.pk)


def drop_redaction(*, redaction: Redaction) -> None:
    """Throw the work away; pictures and words of the pages go. Raises: Moved."""
    with transaction.atomic():
        rows = Redaction.objects.filter(
            pk=redaction.pk,
            state__in=[RedactionState.PREPARING, RedactionState.OPEN, RedactionState.FAILED],
        )
        if not rows.update(state=RedactionState.DROPPED, touched_at=now()):
            raise _moved()
        pages.forget(redaction)


def _touch(redaction: Redaction) -> None:
    """Only while it is open; keeps it from being cleaned up."""
    rows = Redaction.objects.filter(pk=redaction.pk, state=RedactionState.OPEN)
    if not rows.update(touched_at=now()):
        raise _moved()


def _moved() -> Moved:
    return Moved(_("Diese Schwärzung wird gerade erstellt oder ist schon beendet."))
