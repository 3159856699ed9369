"""Filling in a page of a form in the browser from answers as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page

from rathaus.forms.definition import Field, FieldType

File = Path | FilePayload
Files = Mapping[str, File]


def fill_step(
    page: Page, fields: Sequence[Field], answers: Mapping[str, Any], files: Files
) -> None:
    """Type every answer that has a visible field on this page; `files` are uploads by key."""
    for field in fields:
        if field.type == FieldType.UPLOAD:
            control = page.locator(f'input[type=file][name="{field.key}"]')
            if field.key in files and _is_shown(control):
                control.set_input_files(files[field.key])
        elif answers.get(field.key) is not None:
            _fill(page, field, field.key, answers[field.key])


def _fill(page: Page, field: Field, name: str, value: Any) -> None:
    if field.type == FieldType.GROUP:
        _fill_group(page, field, name, value)
    elif isinstance(value, bool):
        _tick(page, name, "yes" if value else "no")
    elif field.type == FieldType.DATE:
        fill_date(page, name, value)
    elif isinstance(value, dict):
        for part, inner in value.items():
            if part == "birth_date":
                fill_date(page, f"{name}.{part}", inner)
            else:
                _plain(page, f"{name}.{part}", str(inner))
    elif isinstance(value, list):
        for item in value:
            _tick(page, name, item)
    elif field.type == FieldType.MONEY:
        _plain(page, name, f"{value / 100:.2f}".replace(".", ","))
    else:
        text = str(value)
        _plain(page, name, text.replace(".", ",") if isinstance(value, float) else text)


def _fill_group(page: Page, field: Field, name: str, items: list[dict[str, Any]]) -> None:
    for index, item in enumerate(items):
        if not page.locator(f'[name^="{name}.{index}."]').count():
            page.locator(f'button[name="_add"][value="{name}"]').click()
        for child in field.fields:
            if item.get(child.key) is not None:
                _fill(page, child, f"{name}.{index}.{child.key}", item[child.key])


def fill_date(page: Page, name: str, value: str) -> None:
    """Type a date as YYYY-MM-DD into its three fields; it may be a day that does not exist."""
    year, month, day = value.split("-")
    for part, text in (("day", day), ("month", month), ("year", year)):
        control = page.locator(f'[name="{name}.{part}"]')
        if _is_shown(control):
            control.fill(text)


def _tick(page: Page, name: str, value: str) -> None:
    control = page.locator(f'input[name="{name}"][value="{value}"]')
    if _is_shown(control):
        control.check()


def _plain(page: Page, name: str, value: str) -> None:
    control = page.locator(f'input[name="{name}"], select[name="{name}"], textarea[name="{name}"]')
    if not _is_shown(control):
        return
    kind = control.first.get_attribute("type")
    if kind in {"radio", "checkbox"}:
        _tick(page, name, value)
    elif page.locator(f'select[name="{name}"]').count():
        control.first.select_option(value)
    else:
        control.first.fill(value)


def _is_shown(control: Locator) -> bool:
    """Whether a person can use it now: fields that do not apply yet are in the page, hidden."""
    return control.count() > 0 and control.first.is_visible()
