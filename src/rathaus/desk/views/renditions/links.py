"""The way from a list of documents to the page of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from rathaus.desk import panels
from rathaus.records.models import Document


def of_each(_request: HttpRequest, documents: Sequence[Document]) -> Mapping[int, dict[str, Any]]:
    """Link to the newest version of each document; no query after `with_versions`."""
    return {
        document.pk: {
            "url": reverse("desk:document", args=[document.current.public_id]),
            "title": document.title,
        }
        for document in documents
    }


panels.register("document", "desk/renditions/link.html", of_each, order=5)
