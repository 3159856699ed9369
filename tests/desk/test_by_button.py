"""An address that only a button uses, opened by hand."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.one_database
def test_it_says_what_to_do_instead_of_an_empty_page(tax: Client) -> None:
    address = reverse("desk:export_case", args=[uuid.uuid4()])
    answer = tax.get(address)
    assert answer.status_code == 405 and answer["Allow"] == "POST"
    assert "gehört zu einer Schaltfläche" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert tax.put(address).content == b""
