"""Uploaded files. Raw is a list of answers of files already stored."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.forms.kinds.base import JSON, Context, Invalid, Kind, Node

NAMES = {"pdf": "PDF", "jpeg": "JPG", "png": "PNG"}
KEYS = ("id", "name", "size", "sha256", "content_type")


def file_size(size: int) -> str:
    """``1,4 MB``, ``312 KB``."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f}".replace(".", ",") + "\u00a0MB"
    return f"{max(1, round(size / 1000))}\u00a0KB"


def formats(accept: tuple[str, ...]) -> str:
    """``PDF, JPG oder PNG``."""
    names = [NAMES[name] for name in accept]
    if len(names) == 1:
        return names[0]
    return _("%(first)s oder %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


class UploadKind(Kind):
    """Files; the binder hands new ones to the upload box and passes what is stored."""

    template = "upload"

    def raw(self, node: Node, value: JSON) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            return []
        return [item for item in value if isinstance(item, dict) and set(item) == set(KEYS)]

    @staticmethod
    def too_many(most: int) -> str:
        """What to say when more files came than the field takes."""
        return (
            ngettext(
                "Sie können hier höchstens %d Datei hochladen. Entfernen Sie die übrigen.",
                "Sie können hier höchstens %d Dateien hochladen. Entfernen Sie die übrigen.",
                most,
            )
            % most
        )

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        if len(raw) > node.field.max_files:
            raise Invalid(self.too_many(node.field.max_files))
        return raw

    def missing(self, node: Node) -> Invalid:
        default = _("Laden Sie eine Datei hoch: %s.") % node.field.label
        return Invalid(node.field.missing_message or default)

    def display(self, node: Node, value: JSON) -> list[str]:
        return [f"{item['name']} ({file_size(item['size'])})" for item in value]

    def schema(self, node: Node) -> dict[str, Any]:
        item = {
            "type": "object",
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "name": {"type": "string", "maxLength": 200},
                "size": {"type": "integer", "minimum": 1},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "content_type": {"type": "string"},
            },
            "required": list(KEYS),
            "additionalProperties": False,
        }
        return {"type": "array", "items": item, "minItems": 1, "maxItems": node.field.max_files}
