"""Likeness to what the office filed before: BM25 over a bounded sample of its documents.

Of each document only its most telling stems are kept. The sample is the newest `SAMPLE`
documents per office, so that neither time nor memory grows with the record.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db import transaction

from rathaus.core import storage
from rathaus.records import extraction
from rathaus.records.intake.models import Habit, Item
from rathaus.records.models import (
    Case,
    Direction,
    Document,
    DocumentKind,
    DocumentVersion,
    Rendition,
    RenditionKind,
)
from rathaus.search.language import tokens

SAMPLE = 400
PER_RUN = 100
TERMS = 50
K1, B = 1.2, 0.75
LEAST = 0.2
"""Part of the score of the text with itself below which nothing is called alike."""
_LEFT_OUT = (DocumentKind.APPLICATION_DATA, DocumentKind.PAYMENT_RECEIPT, DocumentKind.NOTE)


@dataclass(frozen=True)
class Alike:
    """A case with the number of documents in it that are alike, and how alike (0 to 1)."""

    case_id: int
    count: int
    score: float


def profile(text: str) -> tuple[dict[str, int], int]:
    """The most frequent stems with their counts, and the number of all stems."""
    stems = [stem for stem in tokens(text[:60_000]) if not stem.isdigit() and len(stem) > 2]
    return dict(Counter(stems).most_common(TERMS)), len(stems)


def find(office_id: int, text: str) -> list[Alike]:
    """Cases of the office with documents like `text`, the most alike first."""
    terms, length = profile(text)
    rows = Habit.objects.filter(office_id=office_id).order_by("-document")[:SAMPLE]
    known = list(rows.values_list("case_id", "terms", "length"))
    if not terms or not known:
        return []
    average = sum(size for _, _, size in known) / len(known)
    often: Counter[str] = Counter()
    for _, its_terms, _ in known:
        often.update(its_terms.keys() & terms.keys())
    rare = {t: math.log(1 + (len(known) - n + 0.5) / (n + 0.5)) for t, n in often.items()}
    unseen = math.log(1 + (len(known) + 0.5) / 0.5)
    ideal = sum(rare.get(t, unseen) * _weight(n, length, average) for t, n in terms.items())
    found: defaultdict[int, list[float]] = defaultdict(list)
    for case_id, its_terms, size in known:
        shared = its_terms.keys() & terms.keys()
        score = sum(rare[t] * _weight(its_terms[t], size, average) for t in shared) / ideal
        if score >= LEAST:
            found[case_id].append(min(1.0, score))
    ranked = [Alike(pk, len(scores), max(scores)) for pk, scores in found.items()]
    return sorted(ranked, key=lambda one: (-one.score - 0.02 * min(one.count, 5), -one.case_id))


def _weight(times: int, length: int, average: float) -> float:
    return times * (K1 + 1) / (times + K1 * (1 - B + B * length / max(average, 1.0)))


def learn(item_id: int) -> None:
    """Remember one filed item."""
    item = Item.objects.select_related("document__case").filter(pk=item_id).first()
    if item is not None and item.document is not None:
        text = item.text or _text(item.document)
        remember(item.document, f"{item.subject}\n{text}")


def learn_office(office_id: int) -> int:
    """Read some documents of the office that are not remembered yet; returns how many."""
    rows = Document.objects.filter(case__office_id=office_id, direction=Direction.IN)
    newest = rows.exclude(kind__in=_LEFT_OUT).order_by("-pk").values_list("pk", flat=True)[:SAMPLE]
    wanted = list(newest)
    known = set(Habit.objects.filter(document__in=wanted).values_list("document_id", flat=True))
    missing = [pk for pk in wanted if pk not in known][:PER_RUN]
    for document in Document.objects.filter(pk__in=missing).select_related("case"):
        remember(document, f"{document.title}\n{_text(document)}")
    _forget_old(office_id)
    return len(missing)


def remember(document: Document, text: str) -> None:
    """Keep the telling stems of a document; one without text counts as read."""
    terms, length = profile(text)
    case: Case = document.case
    with transaction.atomic():
        Habit.objects.update_or_create(
            document=document,
            defaults={
                "office_id": case.office_id,
                "case_id": case.pk,
                "terms": terms,
                "length": length,
            },
        )


def _forget_old(office_id: int) -> None:
    rows = Habit.objects.filter(office_id=office_id).order_by("-document")
    last = rows.values_list("document_id", flat=True)[SAMPLE - 1 : SAMPLE].first()
    if last is not None:
        rows.filter(document_id__lt=last).delete()


def _text(document: Document) -> str:
    version = (
        DocumentVersion.objects.filter(document=document, number=document.latest)
        .select_related("blob")
        .first()
    )
    if version is None:
        return ""
    try:
        made = Rendition.objects.filter(version=version, kind=RenditionKind.TEXT)
        for rendition in made.select_related("blob"):
            return rendition.blob.read().decode("utf-8", "replace")
        return extraction.text_of(version.blob.read(), version.content_type)
    except (storage.StorageDamaged, storage.StorageShredded):
        return ""
