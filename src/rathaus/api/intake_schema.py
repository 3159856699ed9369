"""OpenAPI description of the intake."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from rathaus.records.intake.states import ItemState

_FIELDS: dict[str, Any] = {
    "title": {"type": "string", "maxLength": 300, "description": "Titel des Dokuments"},
    "sender": {"type": "string", "maxLength": 200, "description": "Von wem es kommt"},
    "dated_on": {"type": "string", "format": "date", "description": "Datum des Schreibens"},
}
_ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id", "state", "reason", "name", "size", "sha256", "received_at"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": list(ItemState.values)},
        "reason": {"type": "string", "description": "Warum es wartet oder gescheitert ist"},
        "name": {"type": "string"},
        "size": {"type": "integer", "minimum": 1},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "received_at": {"type": "string", "format": "date-time"},
    },
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "Was falsch ist und was zu tun ist"},
        "status": {"type": "integer"},
    },
}


def description() -> dict[str, Any]:
    """OpenAPI 3.1 as plain data."""
    errors = {str(code): _answer(text, "Problem") for code, text in _ERRORS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Eingang",
            "version": "1",
            "description": "Dokumente in den Eingangskorb eines Amtes geben.",
        },
        "servers": [{"url": settings.BASE_URL}],
        "security": [{"token": []}],
        "paths": {
            "/api/v1/eingang/": {"post": _post(errors)},
            "/api/v1/eingang/{id}/": {
                "get": {
                    "summary": "Was wurde aus einem Eingang?",
                    "parameters": [
                        {
                            "name": "id",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string", "format": "uuid"},
                        }
                    ],
                    "responses": {"200": _answer("Der Eingang", "Item"), **errors},
                }
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Item": _ITEM, "Problem": _PROBLEM},
        },
    }


_ERRORS = {
    400: "Die Anfrage ist nicht lesbar",
    401: "Der Zugang fehlt oder ist gesperrt",
    404: "Das gibt es nicht",
    409: "Der Schlüssel gehört zu einer anderen Datei",
    422: "Die Datei oder eine Angabe geht so nicht",
    429: "Zu viele Anfragen",
    507: "Auf dem Server ist kein Platz mehr frei",
}


def _post(errors: dict[str, Any]) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["file"], "properties": {"file": file, **_FIELDS}}
    return {
        "summary": "Eine Datei abgeben",
        "description": (
            "Mit demselben Idempotency-Key entsteht nie ein zweiter Eingang: Die Antwort ist dann "
            "200 statt 201. Als bloßer Inhalt gesendet, stehen die Angaben in der Adresse."
        ),
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "maxLength": 200},
            },
            {
                "name": "name",
                "in": "query",
                "description": "Dateiname, wenn die Datei als bloßer Inhalt kommt",
                "schema": {"type": "string"},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "application/octet-stream": {"schema": file},
            },
        },
        "responses": {
            "201": _answer("Angenommen", "Item"),
            "200": _answer("War schon da", "Item"),
            **errors,
        },
    }


def _answer(text: str, schema: str) -> dict[str, Any]:
    kind = "application/json" if schema == "Item" else "application/problem+json"
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": text, "content": {kind: {"schema": reference}}}
