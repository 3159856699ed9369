"""The journey that is measured, and what a page weighs."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import yaml

from bench.resident import JourneyFailed, Resident
from rathaus.catalogue import library
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.forms import engine
from rathaus.forms.definition import Field, FieldType

SERVICE = "meldebescheinigung-einfach"
ASSET = re.compile(r'(?:href|src)="(/(?:static|marke)[^"]+)"')
FONT = re.compile(r"url\(([^)]+\.woff2)\)")


def load_case() -> tuple[ServiceDefinition, dict[str, Any]]:
    """The service and plausible answers for it."""
    shipped = next(d for d in library.load_all().services if d.slug == SERVICE)
    definition = _in_three_steps(shipped)
    text = (library.SHIPPED / SERVICE / "cases.yaml").read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    cases = loaded["cases"] if isinstance(loaded, dict) else loaded
    answers = next(case["answers"] for case in cases if case["expect"] == "valid")
    return definition, answers


def _in_three_steps(service: ServiceDefinition) -> ServiceDefinition:
    form = service.online_form
    first, second, *rest = form.steps
    last = rest[0].model_copy(
        update={
            "fields": tuple(field for step in rest for field in step.fields),
            "rules": tuple(rule for step in rest for rule in step.rules),
        }
    )
    return service.model_copy(
        update={"form": form.model_copy(update={"steps": (first, second, last)})}
    )


def form_fields(fields: tuple[Field, ...], answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Answers as a browser sends them (flat field names; no groups, no files)."""
    sent: list[tuple[str, str]] = []
    for field in fields:
        value = answers.get(field.key)
        if value is None:
            continue
        key = field.key
        if field.type == FieldType.DATE:
            year, month, day = str(value).split("-")
            sent += [(f"{key}.day", day), (f"{key}.month", month), (f"{key}.year", year)]
        elif isinstance(value, bool):
            sent.append((key, "yes" if value else "no"))
        elif isinstance(value, dict):
            for part, inner in value.items():
                if part == "birth_date":
                    year, month, day = str(inner).split("-")
                    sent += [(f"{key}.{part}.day", day), (f"{key}.{part}.month", month)]
                    sent.append((f"{key}.{part}.year", year))
                else:
                    sent.append((f"{key}.{part}", str(inner)))
        elif isinstance(value, list):
            sent += [(key, str(item)) for item in value]
        else:
            sent.append((key, str(value)))
    return sent


def walk(resident: Resident, definition: ServiceDefinition, answers: dict[str, Any]) -> None:
    """Open the service, fill in, check, submit with payment by invoice."""
    resident.forget()
    form = definition.form
    assert form is not None
    page = resident.get("service", f"/leistungen/{definition.slug}/")
    page = resident.post("begin", f"/antrag/beginnen/{definition.slug}/", page, [])
    for number, step in enumerate(engine.visible_steps(form, answers), 1):
        fields = form_fields(step.fields, answers)
        page = resident.post(f"step {number}", resident.path, page, fields)
    if not resident.path.endswith("/pruefen/"):
        raise JourneyFailed(f"the check page was expected, not {resident.path}")
    resident.post("submit", resident.path, page, [("zahlung", "transfer")])
    if "/vorgang/" not in resident.path:
        raise JourneyFailed(f"the application was expected, not {resident.path}")


def weigh(resident: Resident, path: str) -> int:
    """Bytes on the wire of a first visit: page, styles, scripts, pictures, fonts in use."""
    before = len(resident.timings)
    page = resident.get("weigh", path)
    seen = set(ASSET.findall(page))
    for asset in sorted(seen):
        if not asset.endswith(".css"):
            resident.fetch("asset", asset)
            continue
        for font in FONT.findall(resident.get("asset", asset)):
            address = urljoin(asset, font.strip("'\""))
            if "latin-" in address and "latin-ext" not in address and address not in seen:
                seen.add(address)
                resident.fetch("asset", address)
    total = sum(timing.size for timing in resident.timings[before:])
    del resident.timings[before:]
    return total
