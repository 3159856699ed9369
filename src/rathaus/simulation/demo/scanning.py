"""The scan place of the demo town: profiles, batches in every state, shelves of three offices."""

from __future__ import annotations

import io
import random
from datetime import timedelta
from typing import Any

import pikepdf

from rathaus.core import clock
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records.legacy import actions as legacy
from rathaus.records.legacy.models import Shelf
from rathaus.records.models import Case
from rathaus.records.scanning import actions
from rathaus.records.scanning.models import ScanBatch, ScanProfile
from rathaus.simulation.demo import times
from rathaus.simulation.demo.cast import Cast

DEVICE = "Kyocera 4054ci, Erdgeschoss, Zimmer 12"
A4 = (595, 842)
"""In points."""
WORDS = (
    *("Hundesteuer", "Anmeldung", "Rasse", "Chip", "Nummer", "Halterin", "Wiesmoor", "Bescheid"),
    *("Betrag", "Euro", "Frist", "Konto", "Adresse", "Unterschrift", "Datum", "Abmeldung"),
    *("Nachweis", "Impfung", "Haftpflicht", "Versicherung", "Antrag"),
)
SEED = "0123456789abcdef0123456789abcdef"
PROFILES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "steueramt",
        "Hundesteuer, Altakten",
        {"device": DEVICE, "resolution": 300, "duplex": False, "paper_count": 3, "colour": "grey"},
    ),
    (
        "buergerbuero",
        "Posteingang",
        {"device": "Fujitsu fi-7160, Bürgerbüro", "resolution": 300, "duplex": True},
    ),
    (
        "standesamt",
        "Sammelakten",
        {
            "device": DEVICE,
            "resolution": 400,
            "duplex": False,
            "integrity": "very_high",
            "confidentiality": "high",
            "sample_percent": 100,
            "excluded": ["Urkunden", "Apostillen"],
            "note": "Urkunden liegen in der roten Mappe. Sie kommen nach dem Scannen zurück.",
        },
    ),
)
SHELVES: tuple[tuple[str, str, str, str, int, int], ...] = (
    ("steueramt", "Keller 2", "Regal 1", "Hundesteuer 1992 bis 2005", 180, 1),
    ("steueramt", "Keller 2", "Regal 2", "Hundesteuer 2006 bis 2018", 240, 1),
    ("steueramt", "Keller 2", "Regal 3", "Grundsteuer A bis K", 420, 2),
    ("buergerbuero", "Zimmer 4", "Schrank links", "Meldescheine bis 2012", 360, 2),
    ("buergerbuero", "Zimmer 4", "Schrank rechts", "Ausweisanträge", 300, 3),
    ("standesamt", "Tresorraum", "Fach A", "Sammelakten 1950 bis 1979", 520, 2),
    ("standesamt", "Tresorraum", "Fach B", "Sammelakten 1980 bis 2008", 610, 3),
)
WORKS = (("Regal 1", 70, 100), ("Regal 1", 60, 80), ("Regal 2", 45, 38), ("Schrank links", 95, 60),
         ("Schrank links", 30, 45), ("Fach A", 40, 30))  # fmt: skip
"""Shelf, centimetres, calendar days before today."""


def furnish(almanac: times.Almanac) -> None:
    """Set the scan place up; call it after the cases, deterministic for a day."""
    place = _Place(almanac)
    with clock.shifted(almanac.moment("45 09:10")):
        place.profiles()
    place.destroyed()
    place.waiting()
    place.open()
    place.shelves()


class _Place:
    def __init__(self, almanac: times.Almanac) -> None:
        self.almanac = almanac
        self.cast = Cast()
        self.manager = self.cast.actor("meike.ulrichs")
        self.offices = {office.key: office for office in Office.objects.all()}

    def profiles(self) -> None:
        for key, name, data in PROFILES:
            office = self.offices[key]
            actions.save_profile(name=name, office=office, data=data, actor=self.manager)
        actions.record_procedure(actor=self.manager)

    def _case(self, mark: str, key: str, title: str, login: str) -> Case:
        office = self.offices[key]
        codes = {"steueramt": "22.30", "buergerbuero": "33.10"}
        with clock.shifted(self.almanac.moment(mark)):
            return records.open_case(
                filing_code=codes[key],
                title=title,
                office=office,
                actor=self.cast.actor(login, office),
            )

    def _batch(self, mark: str, case: Case, login: str, **more: Any) -> ScanBatch:
        profile = ScanProfile.objects.select_related("office").get(office=case.office)
        actor = self.cast.actor(login, case.office)
        with clock.shifted(self.almanac.moment(mark)):
            return actions.open_batch(
                profile=profile, case=case, prepared_by=actor.label, actor=actor, **more
            )

    def _scan(self, mark: str, batch: ScanBatch, login: str, *files: tuple[str, int]) -> None:
        actor = self.cast.actor(login, batch.office)
        with clock.shifted(self.almanac.moment(mark)):
            for name, pages in files:
                content = scan(f"{batch.reference} {name}", pages)
                actions.add_file(batch=batch, content=content, name=f"{name}.pdf", actor=actor)
            run_pending()

    def destroyed(self) -> None:
        """Scanned, checked by a colleague, kept for three weeks, destroyed."""
        case = self._case(
            "42 08:30", "steueramt", "Hundesteuer: Altakten A bis C", "eilert.janssen"
        )
        batch = self._batch(
            "42 09:00", case, "eilert.janssen", origin="Keller 2, Regal 1, Ordner A bis C", sheets=6
        )
        self._scan("42 09:20", batch, "eilert.janssen", ("Aden", 3), ("Broers", 2), ("Cordes", 1))
        actor = self.cast.actor("eilert.janssen", batch.office)
        with clock.shifted(self.almanac.moment("42 09:40")):
            actions.transfer(batch=batch, states_match=True, remark="", actor=actor)
        self._check("41 10:00", batch)
        batch = ScanBatch.objects.with_profile().get(pk=batch.pk)
        with clock.shifted(self.almanac.moment("20 11:00")):
            day = clock.today()
            if batch.paper_until is not None and day >= batch.paper_until:
                actions.destroy_paper(
                    batches=[batch], method="p4", detail="", done_on=day, actor=self.manager
                )
            run_pending()

    def _check(self, mark: str, batch: ScanBatch) -> None:
        with clock.shifted(self.almanac.moment(mark)):
            check = actions.start_check(batch=batch, actor=self.manager, seed=SEED)
            for item in check.items.select_related("sample__batch__chain", "page__file"):
                actions.decide_page(item=item, verdict="good", reason="", actor=self.manager)
            actions.finish_check(check=check, actor=self.manager)

    def waiting(self) -> None:
        """Handed over yesterday; a second person has not looked yet."""
        case = self._case("2 08:10", "buergerbuero", "Posteingang Bürgerbüro", "tomma.ihnen")
        batch = self._batch("2 08:30", case, "tomma.ihnen", origin="Post vom Montag", sheets=8)
        self._scan(
            "2 08:50", batch, "tomma.ihnen",
            ("Brief Lüken", 3), ("Brief Harms", 2), ("Umzug Petrenko", 4), ("Vollmacht Kaya", 3),
        )  # fmt: skip
        actor = self.cast.actor("tomma.ihnen", batch.office)
        with clock.shifted(self.almanac.moment("2 09:15")):
            actions.transfer(batch=batch, states_match=True, remark="", actor=actor)
            run_pending()

    def open(self) -> None:
        """Under way: two sheets are missing, and the software says so."""
        case = self._case("1 13:00", "steueramt", "Hundesteuer: Altakten D bis F", "eilert.janssen")
        batch = self._batch(
            "1 13:10", case, "eilert.janssen", origin="Keller 2, Regal 2, Ordner D bis F", sheets=7
        )
        self._scan("1 13:30", batch, "eilert.janssen", ("Dirksen", 3), ("Eilers", 2))

    def shelves(self) -> None:
        for key, room, name, content, length, priority in SHELVES:
            legacy.save_shelf(
                office=self.offices[key],
                room=room,
                name=name,
                content=content,
                centimetres=length,
                priority=priority,
                actor=self.manager,
            )
        for name, centimetres, days in WORKS:
            legacy.record_work(
                shelf=Shelf.objects.get(name=name),
                centimetres=centimetres,
                day=self.almanac.day(1) - timedelta(days=days),
                actor=self.manager,
            )


def scan(title: str, pages: int) -> bytes:
    """A letter as a device with text recognition delivers it, always the same bytes."""
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Courier,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=A4)
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(_text(title, number))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _text(title: str, number: int) -> bytes:
    dice = random.Random(f"{title} {number}")  # noqa: S311 - the same page each time
    lines = [f"{title}, Seite {number}", ""]
    for _line in range(dice.randrange(14, 26)):
        lines.append(" ".join(dice.choice(WORDS) for _ in range(6)))
    drawn = " ".join(f"({line}) Tj T*" for line in lines)
    return f"BT /F1 11 Tf 18 TL 64 762 Td {drawn} ET".encode("cp1252", "replace")
