"""Renditions: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views.renditions import document, links, queue

DOCUMENT = "akten/fassung/<uuid:ident>/"
QUEUE = "betrieb/wiedergaben/"

__all__ = ["links", "urlpatterns"]  # importing `links` registers its panel

urlpatterns: list[URLPattern] = [
    page(DOCUMENT, document.show, "document", needs="records.view"),
    page(
        DOCUMENT + "seite/<int:number>/",
        document.picture,
        "document_picture",
        needs="records.view",
    ),
    page(DOCUMENT + "vorschau/", document.thumb, "document_thumb", needs="records.view"),
    page(DOCUMENT + "pdf-a/", document.archive, "document_archive", needs="records.view"),
    page(DOCUMENT + "neu/", document.remake, "document_remake", needs="records.file"),
    page(QUEUE, queue.index, "renditions", needs="jobs.view"),
    page(QUEUE + "neu/", queue.retry_failed, "renditions_retry", needs="jobs.retry"),
    page(QUEUE + "neu/<int:pk>/", queue.retry, "rendition_retry", needs="jobs.retry"),
]
