"""What lies in the staging areas of two offices: letters, a scan stack, mails, a zip file.

Everything arrives through `rathaus.records.intake.actions.receive`, at fixed times before the
day of the demo, and its jobs run as they would.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO

import segno
from PIL import Image, ImageDraw, ImageFont

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.core.models import Job, JobState
from rathaus.core.virus import EICAR
from rathaus.organisation import queries as organisation
from rathaus.records.intake import actions
from rathaus.records.intake.models import Item
from rathaus.records.intake.reading.barcodes import code_for
from rathaus.records.intake.states import Source
from rathaus.records.intake.suggesting import similar
from rathaus.records.models import Case
from rathaus.simulation.demo import files, times

TAX, TRADE = "steueramt", "gewerbeamt"
ACTOR = Actor.system("demo")
PAGE = (826, 1169)
"""A4 at 100 dots per inch."""


@dataclass(frozen=True)
class Arrival:
    """Something that comes in: when, where, from whom, and its bytes."""

    at: str
    office: str
    source: str
    name: str
    content: bytes
    sender: str = ""
    title: str = ""
    detail: str = ""


def furnish(almanac: times.Almanac) -> int:
    """Fill the staging areas once; returns how many items arrived."""
    if Item.objects.exists():
        return 0
    arrivals = [*_tax(), *_trade()]
    moments = [(almanac.moment(one.at), one) for one in arrivals]
    for key in (TAX, TRADE):
        similar.learn_office(organisation.office(key).pk)
    _rules()
    for moment, one in sorted(moments, key=lambda pair: pair[0]):
        with clock.shifted(moment):
            actions.receive(
                office=organisation.office(one.office),
                source=one.source,
                name=one.name,
                content=one.content,
                actor=ACTOR,
                sender=one.sender,
                subject=one.title,
                source_detail=one.detail,
            )
            run_pending()
        _leave_scans_unread()
    return len(arrivals)


def _leave_scans_unread() -> None:
    """Reading scans takes seconds per page; theirs are suggested by the separator sheets."""
    Job.objects.filter(name="intake.read", state=JobState.READY).delete()


def _tax() -> list[Arrival]:
    case = Case.objects.filter(office__key=TAX, state="open").order_by("pk").first()
    reference = case.reference if case else ""
    dogs = [
        "Sehr geehrte Damen und Herren,",
        "unsere Hündin Frieda ist am 12. November gestorben. Ich melde sie hiermit ab und",
        "bitte um Erstattung der Hundesteuer für die restlichen Monate des Jahres.",
        "Die Steuermarke 2411 lege ich bei.",
        "Mit freundlichen Grüßen",
        "Gesine Boekhoff, Mühlenstraße 14, 26639 Wiesmoor",
    ]
    answer = [
        f"Ihr Zeichen: {reference}",
        "Sehr geehrter Herr Janssen,",
        "zu Ihrem Schreiben reiche ich den Nachweis über die Haltung meines Hundes nach.",
        "Bitte bestätigen Sie mir kurz den Eingang.",
        "Mit freundlichen Grüßen, Onno Rademacher",
    ]
    scan = "/srv/scan/steueramt"
    return [
        Arrival("4 09:12", TAX, Source.UPLOAD, "abmeldung-hund-boekhoff.pdf",
                _letter("Abmeldung eines Hundes", dogs), "Gesine Boekhoff",
                "Abmeldung der Hündin Frieda"),
        Arrival("3 08:05", TAX, Source.SCAN, "scan-0412.pdf", _stack(reference),
                title="Posteingang, Stapel vom Morgen", detail=f"{scan}/scan-0412.pdf"),
        Arrival("3 10:41", TAX, Source.MAIL, "nachricht.eml", _mail(reference, answer),
                detail="steueramt@wiesmoor.example, INBOX"),
        Arrival("2 11:20", TAX, Source.PRINT, "Grundsteuer-Uebersicht.pdf",
                _letter("Übersicht Grundsteuer 2026",
                        ["Hebesatz A: 420 v. H.", "Hebesatz B: 455 v. H.", "Stand: Oktober"]),
                title="Übersicht Grundsteuer 2026", detail="/srv/druck/steueramt"),
        Arrival("1 09:30", TAX, Source.UPLOAD, "abmeldung-hund-boekhoff (1).pdf",
                _letter("Abmeldung eines Hundes", dogs), "Gesine Boekhoff",
                "Abmeldung Hund, noch einmal"),
        Arrival("1 13:02", TAX, Source.MAIL, "pruefdatei.eml",
                _message("IT-Betrieb <it@wiesmoor.example>", "Prüfdatei für den Virenscanner",
                         "Nur zum Ausprobieren der Quarantäne.",
                         ("eicar.txt", EICAR, "text/plain")),
                detail="steueramt@wiesmoor.example, INBOX"),
    ]  # fmt: skip


def _trade() -> list[Arrival]:
    contract = [
        "zwischen der Stadt Wiesmoor und der Firma Reinders Gebäudedienste",
        "§ 1 Gegenstand: Reinigung der Räume des Gewerbeamts, Hauptstraße 193",
        "§ 2 Laufzeit: 1. Januar 2027 bis 31. Dezember 2029",
        "§ 3 Vergütung: 412,00 Euro im Monat",
    ]
    market = [
        "Sehr geehrte Damen und Herren,",
        "wir möchten am 12. und 13. Dezember auf dem Marktplatz gebrannte Mandeln verkaufen",
        "und bitten um eine Reisegewerbekarte und die Festsetzung als Spezialmarkt.",
        "Mit freundlichen Grüßen, Schaustellerbetrieb Ehmen, Aurich",
    ]
    return [
        Arrival("4 14:50", TRADE, Source.UPLOAD, "Vertrag_Reinigung_2027.pdf",
                _letter("Vertrag über die Gebäudereinigung", contract), "Reinders Gebäudedienste",
                "Vertrag Gebäudereinigung 2027 bis 2029"),
        Arrival("3 15:33", TRADE, Source.MAIL, "nachricht.eml",
                _message("Schaustellerbetrieb Ehmen <post@ehmen.example>",
                         "Antrag Weihnachtsmarkt", "\n".join(market),
                         ("Versicherung.pdf", _letter("Haftpflichtversicherung",
                          ["Versicherungsnehmer: Schaustellerbetrieb Ehmen"]), "application/pdf"),
                         ("Stand.jpg", _photo("Stand 4 x 2 m"), "image/jpeg")),
                detail="gewerbeamt@wiesmoor.example, INBOX"),
        Arrival("2 08:45", TRADE, Source.API, "IHK-Liste-November.csv",
                b"Betrieb;Ort;Meldung\nBackhaus Freese;Wiesmoor;Ummeldung\n",
                "IHK für Ostfriesland und Papenburg", "Liste der IHK, November",
                "Datenaustausch IHK"),
        Arrival("2 16:10", TRADE, Source.UPLOAD, "Unterlagen Gaststätte.zip", _archive(),
                "Taalke Aden", "Unterlagen zur Gaststätte Zum Torfkahn"),
        Arrival("1 10:15", TRADE, Source.UPLOAD, "Antrag.docm", _macro(), "unbekannt",
                "Antrag mit Makros"),
        Arrival("1 11:48", TRADE, Source.SCAN, "scan-0077.jpg", _photo("Quittung 31,00 EUR"),
                title="Quittung vom Schalter", detail="/srv/scan/gewerbeamt/scan-0077.jpg"),
    ]  # fmt: skip


def _rules() -> None:
    from rathaus.records.models import FilingPlanEntry

    entry = FilingPlanEntry.objects.filter(title__icontains="hundesteuer").order_by("-code").first()
    if entry is not None:
        actions.save_rule(
            office=organisation.office(TAX), name="Abmeldungen von Hunden", sender="",
            words="Hundesteuer", source="", place=entry, actor=ACTOR,
        )  # fmt: skip


def _letter(title: str, lines: list[str]) -> bytes:
    return files.make({"name": "x.pdf", "title": title, "lines": lines}).read()


def _photo(title: str) -> bytes:
    spec = {"name": "x.jpg", "title": title, "lines": ["Wiesmoor"]}
    return files.make(spec).read()


def _stack(reference: str) -> bytes:
    """Two letters behind separator sheets, the second for a case."""
    pages = [
        _sheet(""),
        _page("Widerspruch", ["Gegen den Bescheid über die Zweitwohnungssteuer", "lege ich "
              "Widerspruch ein. Eine Begründung reiche ich nach.", "Helmer Siefken"]),
        _page("Begründung", ["Die Wohnung in der Kanalstraße ist seit Mai", "vermietet."]),
        _sheet(reference),
        _page("Nachweis", ["Bescheinigung der Hundeschule Großefehn,",
              "Sachkundenachweis"]),
    ]  # fmt: skip
    out = BytesIO()
    fixed = {"creationDate": None, "modDate": None, "producer": ""}
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=100, **fixed)
    return out.getvalue()


def _sheet(reference: str) -> Image.Image:
    sheet = Image.new("L", PAGE, 255)
    drawn = BytesIO()
    segno.make(code_for(reference), error="h", micro=False).save(drawn, "png", scale=9, border=4)
    code = Image.open(drawn).convert("L")
    sheet.paste(code, ((PAGE[0] - code.width) // 2, 320))
    label = f"Trennblatt {reference}".strip()
    font = ImageFont.load_default(size=34)
    ImageDraw.Draw(sheet).text((PAGE[0] // 2, 220), label, fill=0, font=font, anchor="mm")
    return sheet


def _page(title: str, lines: list[str]) -> Image.Image:
    sheet = Image.new("L", PAGE, 250)
    draw = ImageDraw.Draw(sheet)
    draw.text((90, 150), title, fill=30, font=ImageFont.load_default(size=34))
    for number, line in enumerate(lines):
        at = (90, 240 + 40 * number)
        draw.text(at, line, fill=40, font=ImageFont.load_default(size=22))
    return sheet.rotate(0.4, fillcolor=250)


def _mail(reference: str, lines: list[str]) -> bytes:
    proof = _letter("Nachweis der Haltung", ["Tierarztpraxis Dr. Oltmanns, Wiesmoor"])
    subject = f"Ihr Zeichen {reference}: Nachweis"
    sender = "Onno Rademacher <onno.rademacher@post.example>"
    return _message(sender, subject, "\n\n".join(lines), ("Nachweis.pdf", proof, "application/pdf"))


def _message(sender: str, subject: str, text: str, *attachments: tuple[str, bytes, str]) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = sender, subject
    message["To"] = "rathaus@wiesmoor.example"
    message["Message-ID"] = f"<{len(text)}.{len(subject)}@post.example>"
    message.set_content(text)
    for name, content, kind in attachments:
        main, _sep, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    if attachments:
        message.set_boundary("wiesmoor-demo-boundary")
    return message.as_bytes()


def _archive() -> bytes:
    plan = _letter("Grundriss der Gaststätte", ["Gastraum 62 m²", "Küche 18 m²"])
    lease = _letter("Pachtvertrag", ["Gaststätte Zum Torfkahn", "Pächterin: Taalke Aden"])
    return _zip({"Grundriss.pdf": plan, "Vertraege/Pachtvertrag.pdf": lease})


def _macro() -> bytes:
    return _zip({
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": b"<document/>",
        "word/vbaProject.bin": b"Sub AutoOpen()",
    })  # fmt: skip


def _zip(content: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 9, 0, 0)), data)
    return out.getvalue()
