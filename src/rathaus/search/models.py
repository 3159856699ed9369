"""One table for everything that can be found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """Something that can be found: a service, a case, a document.

    `position` orders entries by `at` and is unique, so newest first, paging and the index
    of the database all run on one number. The full-text index itself (``search_index``) is
    filled by triggers. `scope` lists who may find it, with blanks between.
    """

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    scope = models.CharField(max_length=400)
    at = models.DateTimeField()
    position = models.BigIntegerField(unique=True)
    title = models.TextField()
    body = models.TextField(blank=True, default="")
    tokens = models.TextField()

    class Meta:
        db_table = "search_entry"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "key"], name="search_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Word(models.Model):
    """A word that stands in some entry; see `vocabulary`."""

    term = models.CharField(max_length=40, primary_key=True)
    """Folded, or a stem, or a part of a compound: a term of the index."""
    written = models.CharField(max_length=40, blank=True, default="")
    """As somebody wrote it; empty for what is a stem or a part only."""
    weight = models.PositiveIntegerField(default=1)
    """In how many entries it is, as last counted."""

    class Meta:
        db_table = "search_word"

    def __str__(self) -> str:
        return self.term
