"""Addresses typed by hand: those of buttons, and those of others."""

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


@pytest.mark.one_database
def test_the_log_names_who_tried_an_address(
    tax: Client, trade: Client, caplog: pytest.LogCaptureFixture
) -> None:
    address = reverse("desk:file_case", args=[uuid.uuid4()])
    with caplog.at_level("WARNING", logger="rathaus.desk"):
        assert tax.get(address).status_code == 404
        assert trade.get(reverse("desk:disposal")).status_code == 403
    said = [record.getMessage() for record in caplog.records if record.name == "rathaus.desk"]
    assert said == [
        f"404 {address} for eilert.janssen",
        f"403 {reverse('desk:disposal')} for insa.cordes",
    ]
