"""Packages: a bound PDF with contents and numbers, and a zip of originals."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pypdf
import pytest
from PIL import Image

from rathaus.core import clock, secrets, storage
from rathaus.records import verify
from rathaus.records.work import actions, jobs, packages, queries
from rathaus.records.work.models import ExportOrder, ExportState
from tests.records import conftest as records
from tests.records.work.conftest import House, acting, newest, pdf


def ordered(house: House, format: str, scope: Any = None) -> ExportOrder:
    order = actions.order_export(
        scope=scope or house.case, format=format, staff=house.anke, actor=acting(house.anke)
    )
    jobs.make_export(order_id=order.pk)
    order.refresh_from_db()
    return order


def content(order: ExportOrder) -> bytes:
    assert order.state == ExportState.READY, order.problem
    return b"".join(packages.content(order))


def test_a_case_as_one_pdf(house: House) -> None:
    picture = BytesIO()
    Image.new("RGB", (300, 200), (10, 90, 40)).save(picture, "PNG")
    house.pdf("Erste Seite", title="Antrag")
    house.file(picture.getvalue(), name="foto.png", content_type="image/png", title="Foto")
    house.file(b"Nur Text\nzweite Zeile", title="Notiz")
    house.file(b"\x00\x01", name="modell.dwg", content_type="application/acad", title="Plan")
    turned = pikepdf.open(BytesIO(pdf("Quer")))
    turned.pages[0].Rotate = 90
    out = BytesIO()
    turned.save(out)
    house.file(out.getvalue(), name="q.pdf", content_type="application/pdf", title="Quer (1) \\")
    broken = house.file(b"%PDF-1.4 kaputt", name="k.pdf", content_type="application/pdf",
                        title="Kaputt")  # fmt: skip
    order = ordered(house, "pdf")
    data = content(order)
    reader = pypdf.PdfReader(BytesIO(data))
    texts = [page.extract_text() for page in reader.pages]
    front = texts[0]
    for title in ("Antrag", "Foto", "Notiz", "Plan", "Quer", "Nicht druckbar"):
        assert title in front
    assert newest(broken).blob.sha256[:20] in front.replace("\u200b", "").replace("\n", "")
    total = len(texts)
    assert all(f"{number} / {total}" in text for number, text in enumerate(texts, 1))
    place = next(number for number, text in enumerate(texts, 1) if "Erste Seite" in text)
    items = reader.outline
    assert reader.get_destination_page_number(items[0]) == 0  # type: ignore[arg-type]
    names = [one.title for one in _flat(items)]
    assert "Antrag" in names
    assert "Plan" not in names
    target = next(one for one in _flat(items) if one.title == "Antrag")
    assert reader.get_destination_page_number(target) == place - 1
    assert order.sha256 == hashlib.sha256(data).hexdigest()
    assert verify.run_case(house.case).ok


def _flat(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in items:
        found += _flat(item) if isinstance(item, list) else [item]
    return found


def test_a_dossier_as_zip_holds_only_what_may_be_seen(house: House) -> None:
    document = house.file(b"Original")
    other = records.open_case(house.offices["buergerbuero"], title="Zweiter")
    records.file(other, b"Auch")
    order = ordered(house, "zip", house.case.dossier)
    with zipfile.ZipFile(io.BytesIO(content(order))) as package:
        names = set(package.namelist())
        facts = json.loads(package.read("akte.json"))
        folder = house.case.reference.replace("/", "-")
        original = next(n for n in names if n.startswith(f"{folder}/dokumente/"))
        assert package.read(original) == newest(document).read()
        assert f"{folder}/LIESMICH.txt" in names
    assert {one["reference"] for one in facts["cases"]} == {house.case.reference, other.reference}
    assert set(order.cases) == {house.case.pk, other.pk}
    for case in (house.case, other):
        assert case.chain.events.filter(type="export.made").count() == 1
    # Somebody of another office orders the same dossier: nothing of it goes in.
    foreign = actions.order_export(
        scope=house.case.dossier, format="zip", staff=house.other, actor=acting(house.other)
    )
    jobs.make_export(order_id=foreign.pk)
    foreign.refresh_from_db()
    assert foreign.cases == []
    assert not queries.exports_of(house.other).exists()


def test_ordered_twice_made_once_and_gone_after_seven_days(house: House) -> None:
    house.file()
    first = actions.order_export(
        scope=house.case, format="zip", staff=house.anke, actor=acting(house.anke)
    )
    assert first == actions.order_export(
        scope=house.case, format="zip", staff=house.anke, actor=acting(house.anke)
    )
    jobs.make_export(order_id=first.pk)
    jobs.make_export(order_id=first.pk)
    assert house.case.chain.events.filter(type="export.made").count() == 1
    first.refresh_from_db()
    assert _raw(first).startswith(b"RF1")
    with clock.shifted(clock.now() + timedelta(days=8)):
        jobs.clean_up()
        assert not queries.exports_of(house.anke).exists()
    first.refresh_from_db()
    assert (first.state, first.key_sealed) == (ExportState.GONE, "")


def _raw(order: ExportOrder) -> bytes:
    from django.core.files.storage import storages

    with storages["records"].open(order.name, "rb") as file:
        return bytes(file.read())


def test_a_document_that_is_gone_fails_the_package_with_a_reason(house: House) -> None:
    document = house.file(b"x" * 20_000)
    storage.shred(newest(document).blob)
    order = ordered(house, "zip")
    assert order.state == ExportState.FAILED
    assert "nicht lesbar" in order.problem
    with pytest.raises(secrets.SealBroken):
        list(packages.content(order))


def test_nothing_of_a_destroyed_case_outlives_it(house: House) -> None:
    from rathaus.core.models import Blob
    from rathaus.records.disposal import removal

    document = house.pdf("Nur hier")
    before = Blob.objects.count()
    order = ordered(house, "zip")
    row = actions.begin_redaction(version=newest(document), staff=house.anke)
    jobs.prepare_redaction(redaction_id=row.pk)
    assert Blob.objects.count() == before + 2
    assert removal.run_registered(house.case)["work.files"] == 2
    assert Blob.objects.count() == before
    order.refresh_from_db()
    assert order.state == ExportState.GONE
