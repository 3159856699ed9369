"""Tables of replacement scanning."""

from rathaus.records.scanning.models.batches import (
    BatchQuerySet,
    FileState,
    ScanBatch,
    ScanFile,
    ScanPage,
)
from rathaus.records.scanning.models.checks import SampleCheck, SampleItem
from rathaus.records.scanning.models.paper import PaperDestruction, ProcedureVersion
from rathaus.records.scanning.models.profiles import ProfileVersion, ScanProfile

__all__ = [
    "BatchQuerySet",
    "FileState",
    "PaperDestruction",
    "ProcedureVersion",
    "ProfileVersion",
    "SampleCheck",
    "SampleItem",
    "ScanBatch",
    "ScanFile",
    "ScanPage",
    "ScanProfile",
]
