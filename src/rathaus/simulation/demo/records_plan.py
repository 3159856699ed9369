"""Dossiers that no application made: a contract, council papers, personnel, a hybrid on loan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rathaus.core import clock
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records import actions
from rathaus.records.models import Case, Dossier, FilingPlanEntry
from rathaus.records.states import Medium
from rathaus.simulation.demo import files, times
from rathaus.simulation.demo.cast import Cast


class Desk:
    """One person of the town hall who keeps a dossier."""

    def __init__(self, cast: Cast, almanac: times.Almanac, login: str, office: str) -> None:
        self.almanac = almanac
        self.staff = cast.staff(login)
        self.office = Office.objects.get(key=office)
        self.actor = cast.actor(login, self.office)

    def dossier(self, mark: str, code: str, title: str, **more: Any) -> Dossier:
        """Open a dossier at that time."""
        with clock.shifted(self.almanac.moment(mark)):
            return actions.open_dossier(
                title=title,
                entry=FilingPlanEntry.objects.get(code=code),
                office=self.office,
                staff=self.staff,
                actor=self.actor,
                **more,
            )

    def case(self, mark: str, dossier: Dossier, title: str) -> Case:
        """Open a case in it."""
        with clock.shifted(self.almanac.moment(mark)):
            return actions.open_case(dossier=dossier, title=title, actor=self.actor)

    def file(
        self, mark: str, case: Case, title: str, *lines: str, direction: str = "in", kind: str = ""
    ) -> None:
        """File a PDF with a few lines."""
        with clock.shifted(self.almanac.moment(mark)):
            actions.file_document(
                case=case,
                title=title,
                kind=kind or "letter",
                content=_pdf(title, lines),
                name=f"{title.lower().replace(' ', '-').replace('/', '-')}.pdf",
                content_type="application/pdf",
                direction=direction,
                actor=self.actor,
            )

    def note(self, mark: str, case: Case, text: str) -> None:
        """A note in the case."""
        with clock.shifted(self.almanac.moment(mark)):
            actions.file_document(
                case=case,
                title="Vermerk",
                kind="note",
                content=text.encode(),
                name="vermerk.txt",
                content_type="text/plain; charset=utf-8",
                direction="internal",
                actor=self.actor,
            )


def furnish(almanac: times.Almanac) -> None:
    """Make the dossiers, each at its time."""
    cast = Cast()
    _contract(cast, almanac)
    _council(cast, almanac)
    _personnel(cast, almanac)
    _hybrid(cast, almanac)
    run_pending()


def _contract(cast: Cast, almanac: times.Almanac) -> None:
    desk = Desk(cast, almanac, "gerd.harms", "zentrale-dienste")
    dossier = desk.dossier("44 09:10", "23.20", "Pachtvertrag Kiosk am Ottermeer")
    case = desk.case("44 09:20", dossier, "Abschluss des Pachtvertrags")
    desk.file("44 09:25", case, "Bewerbung Familie Ubben", "Wir möchten den Kiosk pachten.")
    desk.file("38 11:00", case, "Pachtvertrag", "Pacht: 420 Euro im Monat", "Laufzeit: 5 Jahre",
              direction="out")  # fmt: skip
    desk.note("37 14:30", case, "Schlüssel übergeben, Zählerstand 4711.")
    running = desk.case("12 10:05", dossier, "Anpassung der Pacht")
    desk.file("12 10:10", running, "Schreiben der Pächterin", "Bitte um Stundung im Winter.")
    with clock.shifted(almanac.moment("6 15:20")):
        actions.create_draft(
            case=running,
            title="Antwort zur Stundung",
            content=_pdf("Antwort zur Stundung", ["Sehr geehrte Frau Ubben,", "wir stunden …"]),
            name="antwort-stundung.pdf",
            content_type="application/pdf",
            staff=desk.staff,
            actor=desk.actor,
        )
    inner = desk.dossier("30 08:45", "23.20", "Nebenkosten", parent=dossier)
    bills = desk.case("30 08:50", inner, "Abrechnung des ersten Jahres")
    desk.file("30 08:55", bills, "Abrechnung Strom und Wasser", "Summe: 1.184,20 Euro")


def _council(cast: Cast, almanac: times.Almanac) -> None:
    desk = Desk(cast, almanac, "hilke.tammena", "rathaus")
    dossier = desk.dossier("50 10:00", "10.20", "Ratssitzungen", own_access="town")
    for mark, day in (("41 09:00", "Sitzung im Herbst"), ("20 09:00", "Sitzung zum Haushalt")):
        case = desk.case(mark, dossier, day)
        desk.file(mark, case, "Einladung", "Öffentliche Sitzung im Rathaus", direction="out")
        desk.file(mark, case, "Vorlage 1", "Beschluss über die Hundesteuersatzung",
                  direction="internal")  # fmt: skip
        desk.file(mark, case, "Niederschrift", "Der Rat beschließt einstimmig.",
                  direction="internal")  # fmt: skip


def _personnel(cast: Cast, almanac: times.Almanac) -> None:
    desk = Desk(cast, almanac, "gerd.harms", "zentrale-dienste")
    dossier = desk.dossier("48 13:00", "11.10", "Personalakte Deharde, Jan")
    case = desk.case("48 13:05", dossier, "Einstellung")
    desk.file("48 13:10", case, "Arbeitsvertrag", "Beginn: 1. April", direction="out")
    desk.file("48 13:15", case, "Zeugnis der Fachhochschule", "Bachelor of Arts")
    with clock.shifted(almanac.moment("15 09:30")):
        actions.give(
            dossier=dossier,
            staff=cast.staff("wiebke.onken"),
            until=clock.today() + timedelta(days=90),
            reason="Beurteilung durch die Vorgesetzte",
            actor=desk.actor,
        )


def _hybrid(cast: Cast, almanac: times.Almanac) -> None:
    desk = Desk(cast, almanac, "meike.ulrichs", "archiv")
    dossier = desk.dossier(
        "46 09:00",
        "13.30",
        "Chronik der Moorkolonisation",
        medium=Medium.HYBRID,
        location="Archiv, Regal 7, Fach 3",
        note_text="Fotos und Karten nur im Original, Findliste elektronisch.",
    )
    case = desk.case("46 09:10", dossier, "Findliste")
    desk.file("46 09:15", case, "Findliste", "214 Fotos, 36 Karten", direction="internal")
    with clock.shifted(almanac.moment("25 11:00")):
        actions.lend(
            dossier=dossier,
            borrower_name="Heimatverein Wiesmoor, Frau Taden",
            due=almanac.day(4),
            purpose="Ausstellung im Torf- und Siedlungsmuseum",
            actor=desk.actor,
        )


def _pdf(title: str, lines: Any) -> bytes:
    return files.make({"name": "x.pdf", "title": title, "lines": list(lines)}).getvalue()
