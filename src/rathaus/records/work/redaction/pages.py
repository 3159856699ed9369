"""Pictures and words of the pages while somebody works on a redaction."""

from __future__ import annotations

import json
from dataclasses import astuple
from io import BytesIO

from django.db.models import ProtectedError

from rathaus.core import storage
from rathaus.core.models import Blob
from rathaus.records.work.models import Redaction, RedactionPage
from rathaus.records.work.redaction import sources
from rathaus.records.work.redaction.sources import Word, has_pages

__all__ = ["forget", "has_pages", "prepare", "words_of"]

DPI = 110


def prepare(redaction: Redaction) -> None:
    """Draw and read every page that is not there yet; `done` counts them.

    Raises: NoPages, StorageDamaged, StorageShredded.
    """
    known = set(redaction.pages.values_list("number", flat=True))
    row = Redaction.objects.filter(pk=redaction.pk)
    with sources.opened(redaction.version) as source:
        row.update(total=source.count)
        for index in range(source.count):
            if index + 1 not in known:
                _store(redaction, source, index)
            row.update(done=index + 1)


def _store(redaction: Redaction, source: sources.Source, index: int) -> None:
    width, height = source.size(index)
    out = BytesIO()
    source.draw(index, DPI).save(out, "JPEG", quality=75)
    words = json.dumps([astuple(word) for word in source.words(index)], ensure_ascii=False)
    RedactionPage.objects.create(
        redaction=redaction,
        number=index + 1,
        width=max(1, round(width)),
        height=max(1, round(height)),
        picture=storage.put(out.getvalue()),
        words=storage.put(words.encode()),
    )


def words_of(page: RedactionPage) -> list[Word]:
    """The words of a page with their places. Raises: StorageDamaged."""
    return [Word(*values) for values in json.loads(page.words.read())]


def forget(redaction: Redaction) -> None:
    """Remove pictures and words; what something else still uses stays."""
    rows = list(redaction.pages.select_related("picture", "words"))
    redaction.pages.all().delete()
    for blob in {blob.pk: blob for row in rows for blob in (row.picture, row.words)}.values():
        _remove(blob)


def _remove(blob: Blob) -> None:
    try:
        storage.remove(blob)
    except ProtectedError:
        return  # the same bytes are filed somewhere, or another redaction shows the same page
