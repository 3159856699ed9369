"""The record: filing plan, dossier, case, document, version, rendition.

Names follow xdomea 4.0 where it has one (Aktenplaneinheit, Akte, Vorgang, Dokument,
Aufbewahrungsdauer, Aussonderungsart).
"""

from rathaus.records.models.cases import Case, CaseQuerySet
from rathaus.records.models.documents import (
    Direction,
    Document,
    DocumentKind,
    DocumentQuerySet,
    DocumentVersion,
    DocumentVersionQuerySet,
    Immutable,
    Rendition,
    RenditionKind,
)
from rathaus.records.models.plan import Dossier, FilingPlanEntry
from rathaus.records.models.salt import new_salt

__all__ = [
    "Case",
    "CaseQuerySet",
    "Direction",
    "Document",
    "DocumentKind",
    "DocumentQuerySet",
    "DocumentVersion",
    "DocumentVersionQuerySet",
    "Dossier",
    "FilingPlanEntry",
    "Immutable",
    "Rendition",
    "RenditionKind",
    "new_salt",
]
