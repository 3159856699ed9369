"""Old cases of the demo town: some are due, one process runs, one ended with its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.clock import BERLIN
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import actions as records
from rathaus.records.disposal import actions, queries
from rathaus.records.disposal.models import Archive, Process
from rathaus.records.models import Case
from rathaus.simulation.archive import engine
from rathaus.simulation.archive.models import ArchivedProcess
from rathaus.simulation.demo.times import Almanac

ARCHIVE = "Kreisarchiv Aurich (simuliert)"
LATER = timedelta(seconds=4)


@dataclass(frozen=True)
class Old:
    """A case of former years; `ago` counts years before today."""

    key: str
    code: str
    office: str
    ago: int
    title: str
    documents: tuple[tuple[str, str], ...]


def _letter(subject: str, text: str) -> tuple[str, str]:
    return subject, f"Stadt Wiesmoor\n\n{subject}\n\n{text}\n"


PAST: tuple[Old, ...] = (
    Old("rat", "10.20", "zentrale-dienste", 33, "Ratssitzung über den Bau der Blumenhalle",
        (_letter("Niederschrift", "Der Rat beschließt einstimmig den Umbau der Blumenhalle."),
         _letter("Anwesenheitsliste", "Anwesend waren 27 Ratsmitglieder."))),
    Old("markt", "41.30", "zentrale-dienste", 13, "Herbstmarkt am Bahnhof",
        (_letter("Bewerbungen", "42 Bewerbungen, 31 Zusagen."),)),
    Old("meld1", "33.20", "buergerbuero", 5, "Meldebescheinigung für Focko Aden",
        (_letter("Antrag", "Antrag auf eine Meldebescheinigung."),)),
    Old("gewerbe1", "32.10", "gewerbeamt", 14, "Gewerbeanmeldung Teestube Alte Post",
        (_letter("Anmeldung", "Angemeldet wird der Betrieb einer Teestube."),
         _letter("Bescheinigung", "Der Empfang der Anmeldung wird bescheinigt."))),
    Old("gewerbe2", "32.10", "gewerbeamt", 13, "Gewerbeabmeldung Fahrradhaus Meyer",
        (_letter("Abmeldung", "Der Betrieb wird aufgegeben."),)),
    Old("chronik", "13.10", "zentrale-dienste", 15, "Presse zur Einweihung des Torfmuseums",
        (_letter("Pressemitteilung", "Das Museum öffnet am Sonntag."),)),
    Old("feuer1", "32.40", "ordnungsamt", 7, "Osterfeuer der Dorfgemeinschaft Mullberg",
        (_letter("Anzeige", "Angezeigt wird ein Osterfeuer."),)),
    Old("feuer2", "32.40", "ordnungsamt", 6, "Osterfeuer Hinrichsfehn",
        (_letter("Anzeige", "Angezeigt wird ein Osterfeuer."),)),
    Old("fund", "32.50", "ordnungsamt", 6, "Fundsache: rotes Damenfahrrad",
        (_letter("Fundanzeige", "Gefunden am Kanal."),)),
    Old("meld2", "33.20", "buergerbuero", 6, "Meldebescheinigung für Taalke Boomgaarden",
        (_letter("Antrag", "Antrag auf eine Meldebescheinigung."),)),
    Old("meld3", "33.20", "buergerbuero", 5, "Meldebescheinigung für Enno Wübbena",
        (_letter("Antrag", "Antrag auf eine Meldebescheinigung."),)),
    Old("sondernutzung", "32.30", "ordnungsamt", 9, "Sondernutzung Gerüst Hauptstraße 12",
        (_letter("Erlaubnis", "Die Sondernutzung wird erlaubt."),
         _letter("Widerspruch", "Gegen die Gebühr wird Widerspruch erhoben."))),
    Old("foerderung", "20.40", "zentrale-dienste", 14, "Zuschuss Heimatverein 2012",
        (_letter("Bewilligung", "Der Zuschuss wird bewilligt."),)),
)  # fmt: skip
FINISHED = ("rat", "markt", "meld1")
RUNNING = ("gewerbe1", "gewerbe2", "chronik")
HELD, ASKED = "sondernutzung", "meld3"


def furnish(almanac: Almanac) -> None:
    """Put the old cases and their stories into the town."""
    today = almanac.day(1)
    cases = {old.key: _past(old, today.year) for old in PAST}
    run_pending()
    meike, gerd = _person("meike.ulrichs"), _person("gerd.harms")
    with clock.shifted(almanac.moment("49 09:30")):
        archive = _archive(meike)
    _finished(almanac, [cases[key] for key in FINISHED], archive, meike, gerd)
    _running(almanac, [cases[key] for key in RUNNING], archive, meike)
    with clock.shifted(almanac.moment("21 14:05")):
        reason = "Klage gegen die Gebühr beim Verwaltungsgericht, Aktenzeichen 5 A 77/26"
        actions.set_hold(case=_fresh(cases[HELD]), reason=reason, actor=_person("habbo.freese"))
    with clock.shifted(almanac.moment("6 10:40")):
        actions.request_erasure(
            case=_fresh(cases[ASKED]),
            received_on=almanac.day(7),
            note="Brief von Herrn Wübbena",
            actor=_person("wiebke.onken"),
        )
    run_pending()


def _past(old: Old, year: int) -> Case:
    actor = Actor.system("demo")
    opened = datetime(year - old.ago, 4, 12, 9, 15, tzinfo=BERLIN)
    with clock.shifted(opened):
        case = records.open_case(
            filing_code=old.code,
            title=old.title,
            office=Office.objects.get(key=old.office),
            actor=actor,
        )
        for name, text in old.documents:
            records.file_document(
                case=case,
                title=name,
                kind="letter",
                content=f"{case.reference}\n{text}".encode(),
                name=f"{name.lower()}.txt",
                content_type="text/plain",
                direction="internal",
                actor=actor,
            )
    with clock.shifted(opened + timedelta(days=63)):
        records.close_case(case=case, actor=actor)
    return case


def _archive(meike: Actor) -> Archive:
    values = {
        "name": ARCHIVE,
        "key": "KA-AUR",
        "version": "4.0.0",
        "kind": "full",
        "unappraised": "ask",
        "folder": "kreisarchiv",
        "answer_days": 90,
    }
    return actions.save_archive(archive=None, values=values, actor=meike)


def _finished(
    almanac: Almanac, cases: list[Case], archive: Archive, meike: Actor, gerd: Actor
) -> None:
    """From the offer to the protocol, with the archive's answers."""
    process = _offer(almanac, "46 10:10", cases, archive, meike)
    _archive_says(almanac, "44 08:50", process, "0504", "0502")
    with clock.shifted(almanac.moment("43 09:20")):
        actions.transfer(process=_again(process), actor=meike)
        run_pending()
    _archive_says(almanac, "38 15:15", process, "0507", "0506")
    with clock.shifted(almanac.moment("37 09:05")):
        actions.propose(process=_again(process), actor=meike)
    with clock.shifted(almanac.moment("37 11:30")):
        actions.release(process=_again(process), actor=gerd)
    with clock.shifted(almanac.moment("37 11:30") + LATER):
        run_pending()


def _running(almanac: Almanac, cases: list[Case], archive: Archive, meike: Actor) -> None:
    """Offered; the archive has it and has not decided yet."""
    process = _offer(almanac, "12 13:40", cases, archive, meike)
    _archive_says(almanac, "11 09:10", process, "0504")


def _offer(
    almanac: Almanac, mark: str, cases: list[Case], archive: Archive, actor: Actor
) -> Process:
    with clock.shifted(almanac.moment(mark)):
        fresh = [_fresh(case) for case in cases]
        process = actions.begin(cases=fresh, archive=archive, actor=actor)
        actions.offer(process=process, actor=actor)
    with clock.shifted(almanac.moment(mark) + LATER):
        run_pending()
    return process


def _archive_says(almanac: Almanac, mark: str, process: Process, *codes: str) -> None:
    """The simulated archive looks into its folder and answers."""
    with clock.shifted(almanac.moment(mark)):
        engine.look_into_folders()
        theirs = ArchivedProcess.objects.get(process=process.public_id)
        for code in codes:
            if code == "0502":
                engine.appraise_by_rule(theirs)
            engine.answer(theirs, code)
            run_pending()
            theirs.refresh_from_db()


def _person(login: str) -> Actor:
    staff = StaffMember.objects.select_related("user").get(user__login=login)
    office = Office.objects.filter(memberships__staff=staff).order_by("position").first()
    return Actor.staff(str(staff.user_id), staff.name, office.label if office else "")


def _fresh(case: Case) -> Case:
    rows = Case.objects.select_related("chain", "office", "dossier__filing_plan_entry")
    return rows.get(pk=case.pk)


def _again(process: Process) -> Process:
    return queries.process_of(process.public_id)
