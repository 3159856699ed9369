"""One table for everything that can be found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """Something that can be found: a service, a case, a document.

    `position` orders entries by `at` and is unique, so newest first, paging and the index
    of the database all run on one number. The full-text index itself is filled by triggers
    (SQLite: table ``search_index``; PostgreSQL: column ``terms``).
    """

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    scope = models.CharField(max_length=80)
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
