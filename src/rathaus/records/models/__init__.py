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
from rathaus.records.models.dossiers import (
    DOSSIER_LEVELS,
    MAX_DEPTH,
    AccessGrant,
    AccessGrantQuerySet,
    Dossier,
    DossierQuerySet,
    Loan,
)
from rathaus.records.models.drafts import DraftDocument, FormerReference
from rathaus.records.models.plan import (
    FilingPlanEntry,
    FormerCode,
    NumberPatterns,
    PlanChain,
)
from rathaus.records.models.salt import new_salt

__all__ = [
    "DOSSIER_LEVELS",
    "MAX_DEPTH",
    "AccessGrant",
    "AccessGrantQuerySet",
    "Case",
    "CaseQuerySet",
    "Direction",
    "Document",
    "DocumentKind",
    "DocumentQuerySet",
    "DocumentVersion",
    "DocumentVersionQuerySet",
    "Dossier",
    "DossierQuerySet",
    "DraftDocument",
    "FilingPlanEntry",
    "FormerCode",
    "FormerReference",
    "Immutable",
    "Loan",
    "NumberPatterns",
    "PlanChain",
    "Rendition",
    "RenditionKind",
    "new_salt",
]
