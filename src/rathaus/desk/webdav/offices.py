"""Addresses that open a draft in an office program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote

from django.conf import settings

from rathaus.desk.webdav import naming
from rathaus.records.models import DraftDocument

MICROSOFT = {
    "ms-word": ("Microsoft Word", {".doc", ".docx", ".docm", ".dot", ".dotx", ".rtf", ".odt"}),
    "ms-excel": ("Microsoft Excel", {".xls", ".xlsx", ".xlsm", ".xltx", ".csv", ".ods"}),
    "ms-powerpoint": ("Microsoft PowerPoint", {".ppt", ".pptx", ".pptm", ".odp"}),
}


@dataclass(frozen=True)
class Ways:
    """How a draft can be opened."""

    address: str
    program: str
    """Microsoft's program for this kind of file, "" if there is none."""
    microsoft: str
    """Address for that program ("Office URI Schemes")."""
    libreoffice: str


def root() -> str:
    """The address to connect as a network drive."""
    return f"{settings.BASE_URL}/webdav/"


def ways(draft: DraftDocument) -> Ways:
    """The addresses of a draft."""
    name = naming.file(draft.name, draft.name)
    address = f"{root()}{naming.SHORT}/{draft.public_id}/{quote(name)}"
    ending = PurePath(name).suffix.lower()
    program = microsoft = ""
    for scheme, (label, endings) in MICROSOFT.items():
        if ending in endings:
            program, microsoft = label, f"{scheme}:ofe|u|{address}"
    return Ways(address, program, microsoft, f"vnd.libreoffice.command:ofe|u|{address}")
