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


def of_one(request: HttpRequest, document: Document) -> Mapping[str, Any] | None:
    """Link from the page about a document to its pages and text; nothing when one is there."""
    url = reverse("desk:document", args=[document.current.public_id])
    return None if request.path == url else {"url": url}


panels.register("document_links", "desk/renditions/link.html", of_each, order=5)
panels.register("document_actions", "desk/renditions/action.html", of_one, order=5)
