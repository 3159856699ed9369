"""Filling in a page of a form in the browser from answers as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from rathaus.forms.definition import Field, FieldType


def fill_step(
    page: Page, fields: Sequence[Field], answers: dict[str, Any], files: dict[str, Path]
) -> None:
    """Type every answer that has a field on this page; `files` are uploads by field key."""
    for field in fields:
        if field.type == FieldType.UPLOAD:
            if field.key in files:
                page.locator(f'input[type=file][name="{field.key}"]').set_input_files(
                    files[field.key]
                )
        elif answers.get(field.key) is not None:
            _fill(page, field, field.key, answers[field.key])


def _fill(page: Page, field: Field, name: str, value: Any) -> None:
    if field.type == FieldType.GROUP:
        _fill_group(page, field, name, value)
    elif isinstance(value, bool):
        _tick(page, name, "yes" if value else "no")
    elif field.type == FieldType.DATE:
        _date(page, name, value)
    elif isinstance(value, dict):
        for part, inner in value.items():
            if part == "birth_date":
                _date(page, f"{name}.{part}", inner)
            else:
                _plain(page, f"{name}.{part}", str(inner))
    elif isinstance(value, list):
        for item in value:
            _tick(page, name, item)
    elif field.type == FieldType.MONEY:
        _plain(page, name, f"{value / 100:.2f}".replace(".", ","))
    else:
        _plain(page, name, str(value).replace(".", ",") if isinstance(value, float) else str(value))


def _fill_group(page: Page, field: Field, name: str, items: list[dict[str, Any]]) -> None:
    for index, item in enumerate(items):
        if not page.locator(f'[name^="{name}.{index}."]').count():
            page.locator(f'button[name="_add"][value="{name}"]').click()
        for child in field.fields:
            if item.get(child.key) is not None:
                _fill(page, child, f"{name}.{index}.{child.key}", item[child.key])


def _date(page: Page, name: str, value: str) -> None:
    year, month, day = value.split("-")
    for part, text in (("day", day), ("month", month), ("year", year)):
        page.locator(f'[name="{name}.{part}"]').fill(text)


def _tick(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def _plain(page: Page, name: str, value: str) -> None:
    control = page.locator(f'[name="{name}"]')
    kind = control.first.get_attribute("type")
    if kind in {"radio", "checkbox"}:
        _tick(page, name, value)
    elif control.first.evaluate("e => e.tagName") == "SELECT":
        control.first.select_option(value)
    else:
        control.first.fill(value)
