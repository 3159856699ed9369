"""E-mails read as if a person had written them."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import translation

import rathaus

FOLDERS = sorted(Path(rathaus.__file__).parent.glob("*/templates/*/mail"))
NAMES = [
    f"{folder.parent.name}/mail/{path.name}"
    for folder in FOLDERS
    for path in sorted(folder.glob("*.txt"))
]
NOBODY = SimpleNamespace(full_name="Stadt", name="Amt", phone="1", email="a@example.org")


@pytest.mark.parametrize("name", NAMES)
def test_after_the_greeting_and_its_comma_a_sentence_goes_on_in_lower_case(name: str) -> None:
    with translation.override("de"):
        text = render_to_string(name, {"town": NOBODY, "office": NOBODY, "reference": "WM-1"})
    found = re.search(r"Guten Tag.*,\n\n(?P<first>\w+)", text)
    if found is None:
        return
    polite = re.fullmatch(r"Sie|Ihre?[mnrs]?", found["first"])
    assert polite or found["first"][0].islower(), found["first"]
