"""Invented content for the style guide and its sample pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404

from rathaus.core import clock
from rathaus.theme import brand
from rathaus.theme.build import icon_names

Facts = dict[str, Any]

NAV: list[Facts] = [
    {"label": "Leistungen", "url": "#", "key": "services", "icon": "apps"},
    {"label": "Meine Vorgänge", "url": "#", "key": "cases", "icon": "folder_open"},
    {"label": "Rathaus", "url": "#", "key": "town", "icon": "account_balance"},
    {"label": "Hilfe", "url": "#", "key": "help", "icon": "help"},
]
SHELL: Facts = {
    "nav": NAV,
    "nav_action": {"label": "Anmelden", "url": "#", "icon": "account_circle"},
    "meta_links": [
        {"label": "Leichte Sprache", "url": "#", "icon": "menu_book", "lang": ""},
        {"label": "Gebärdensprache", "url": "#", "icon": "sign_language", "lang": ""},
        {"label": "English", "url": "#", "icon": "language", "lang": "en"},
    ],
    "footer_columns": [
        {
            "title": "Rathaus",
            "links": [
                {"label": "Öffnungszeiten", "url": "#"},
                {"label": "Ämter und Ansprechpersonen", "url": "#"},
            ],
        },
        {
            "title": "Online-Dienste",
            "links": [
                {"label": "Vorgang verfolgen", "url": "#"},
                {"label": "Beleg auf Echtheit prüfen", "url": "#"},
                {"label": "Antrag fortsetzen", "url": "#"},
            ],
        },
        {
            "title": "Hilfe",
            "links": [
                {"label": "Leichte Sprache", "url": "#"},
                {"label": "Barriere melden", "url": "#"},
            ],
        },
    ],
    "footer_links": [
        {"label": label, "url": "#"}
        for label in ("Impressum", "Datenschutz", "Erklärung zur Barrierefreiheit", "Quelltext")
    ],
    "open_status": {"is_open": True, "text": "Rathaus geöffnet bis 12:30 Uhr"},
    "simulation": True,
    "simulation_url": "#",
}
TOPICS: list[Facts] = [
    {"title": "Wohnen und Umzug", "icon": "home", "text": "Bescheinigung, Auskunft, Ummelden"},
    {"title": "Ausweise", "icon": "badge", "text": "Personalausweis, Reisepass"},
    {"title": "Gewerbe", "icon": "storefront", "text": "Anmelden, ummelden, abmelden"},
    {"title": "Familie und Urkunden", "icon": "family_restroom", "text": "Geburt, Ehe, Sterbefall"},
    {"title": "Hund und Steuern", "icon": "pets", "text": "Hundesteuer, Abgaben"},
    {"title": "Feuer und Feste", "icon": "local_fire_department", "text": "Osterfeuer, Märkte"},
    {"title": "Auto und Verkehr", "icon": "directions_car", "text": "Zulassung, Parken"},
    {"title": "Bauen und Garten", "icon": "construction", "text": "Auskunft, Baumfällung"},
]


def _service(title: str, summary: str, fee: str, minutes: str, **more: str) -> Facts:
    return {
        "title": title,
        "url": "#",
        "summary": summary,
        "tag": more.get("tag", "Ganz online"),
        "tag_icon": more.get("icon", "check_circle"),
        "tag_tone": more.get("tone", ""),
        "facts": [{"icon": "euro", "text": fee}, {"icon": "timer", "text": minutes}],
    }


SERVICES: list[Facts] = [
    _service(
        "Gewerbe anmelden",
        "Sie fangen neu an, übernehmen einen Betrieb oder eröffnen eine Zweigstelle.",
        "26,00 €",
        "etwa 10 Minuten",
    ),
    _service(
        "Meldebescheinigung",
        "Nachweis, unter welcher Anschrift Sie gemeldet sind.",
        "10,00 €",
        "etwa 3 Minuten",
    ),
    _service(
        "Hund anmelden",
        "Für die Hundesteuer. Die Marke kommt mit der Post.",
        "gebührenfrei",
        "etwa 5 Minuten",
    ),
    _service(
        "Geburtsurkunde",
        "Für Geburten, die in unserem Standesamt beurkundet sind.",
        "15,00 €",
        "etwa 5 Minuten",
    ),
    _service(
        "Personalausweis",
        "Sie kommen selbst ins Rathaus. Hier steht, was Sie mitbringen.",
        "46,00 €",
        "mit Termin",
        tag="Im Rathaus",
        icon="calendar_month",
        tone="accent",
    ),
    _service(
        "Auto zulassen",
        "Das macht der Landkreis. Wir zeigen Ihnen den Weg.",
        "je nach Fall",
        "beim Landkreis",
        tag="Landkreis",
        icon="open_in_new",
        tone="accent",
    ),
]
HOURS: list[Facts] = [
    {"day": "Montag", "text": "8:30 – 12:30 Uhr", "is_today": True},
    {"day": "Dienstag", "text": "8:30 – 12:30, 14:00 – 16:00 Uhr"},
    {"day": "Mittwoch", "text": "geschlossen"},
    {"day": "Donnerstag", "text": "8:30 – 12:30, 14:00 – 18:00 Uhr"},
    {"day": "Freitag", "text": "8:30 – 12:30 Uhr"},
]
KEY_FACTS: list[Facts] = [
    {"icon": "euro", "label": "Gebühr", "value": "26,00 €"},
    {"icon": "timer", "label": "Ausfüllen", "value": "etwa 10 Minuten"},
    {"icon": "hourglass_top", "label": "Bearbeitung", "value": "3 Werktage"},
    {"icon": "lock_open", "label": "Anmeldung", "value": "nicht nötig"},
]
TIMELINE: list[Facts] = [
    {
        "state": "done",
        "icon": "check",
        "title": "Eingegangen",
        "when": "4. März, 10:58 Uhr",
        "text": "Ihre Anmeldung ist vollständig bei uns.",
    },
    {
        "state": "done",
        "icon": "euro",
        "title": "Bezahlt",
        "when": "4. März, 10:59 Uhr",
        "text": "26,00 € mit PayPal.",
    },
    {
        "state": "now",
        "icon": "person_search",
        "title": "In Prüfung",
        "when": "seit 5. März",
        "text": "Ordnungsamt, Frau Janssen.",
    },
    {
        "state": "next",
        "icon": "history_edu",
        "title": "Bescheinigung",
        "text": "Sie bekommen sie hier als PDF.",
    },
    {
        "state": "next",
        "icon": "flag",
        "title": "Abgeschlossen",
        "text": "Finanzamt und Kammer sind informiert.",
    },
]
FILES: list[Facts] = [
    {"title": "Ihr Antrag", "url": "#", "kind": "PDF", "size": 84_200, "icon": "description"},
    {"title": "Zahlungsbeleg", "url": "#", "kind": "PDF", "size": 31_000, "icon": "receipt_long"},
]
STEPS: list[Facts] = [
    {"title": "Zur Person", "state": "done", "url": "#"},
    {"title": "Zum Betrieb", "state": "now", "url": ""},
    {"title": "Unterlagen", "state": "next", "url": ""},
    {"title": "Prüfen", "state": "next", "url": ""},
    {"title": "Bezahlen", "state": "next", "url": ""},
]
RAIL: list[Facts] = [
    {
        "title": "",
        "items": [
            {"label": "Eingang", "url": "#", "key": "basket", "icon": "inbox", "count": 12},
            {"label": "Meine Vorgänge", "url": "#", "key": "mine", "icon": "task_alt", "count": 7},
            {
                "label": "Wiedervorlage",
                "url": "#",
                "key": "due",
                "icon": "alarm",
                "count": 3,
                "late": True,
            },
            {"label": "Suche", "url": "#", "key": "search", "icon": "search"},
        ],
    },
    {
        "title": "Nachschlagen",
        "items": [
            {"label": "E-Akten", "url": "#", "key": "records", "icon": "folder_open"},
            {"label": "Kasse", "url": "#", "key": "cash", "icon": "payments"},
            {"label": "Leistungen", "url": "#", "key": "services", "icon": "library_books"},
            {"label": "Betrieb", "url": "#", "key": "ops", "icon": "monitoring"},
        ],
    },
]
DESK: Facts = {
    "rail": RAIL,
    "nav_current": "basket",
    "staff_name": "Meike Janssen",
    "staff_role": "Ordnungsamt",
    "logout_url": "#",
    "simulation": True,
}


def _rows() -> list[Facts]:
    today = clock.today()
    table = [
        ("Gewerbe anmelden", "00184", "Blumenwerkstatt Ostfriesland", "work", "In Prüfung", 1),
        ("Hund anmelden", "00172", "Karsten Eilers", "wait", "Rückfrage offen", -1),
        ("Meldebescheinigung", "00188", "Alicja Kowalczyk", "new", "Neu", 4),
        ("Geburtsurkunde", "00191", "Familie Saathoff", "new", "Neu", 5),
        ("Gewerbe abmelden", "00166", "Imbiss am Markt", "work", "Mitzeichnung", 6),
        ("Osterfeuer anzeigen", "00190", "Schützenverein e. V.", "work", "In Prüfung", 7),
        ("Gewerbe ummelden", "00161", "Tischlerei Bohlen GmbH", "done", "Entschieden", 0),
    ]
    people = ("Meike Janssen", "Tjark Behrends", "")
    pay = ("bezahlt", "gebührenfrei", "bezahlt", "offen", "offen", "gebührenfrei", "bezahlt")
    return [
        {
            "service": service,
            "reference": f"WM-2027-{number}",
            "applicant": applicant,
            "tone": tone,
            "state": state,
            "due": None if tone == "done" else today + timedelta(days=days),
            "late": days < 0,
            "payment": pay[index],
            "person": people[index % 3],
        }
        for index, (service, number, applicant, tone, state, days) in enumerate(table)
    ]


PAGES: dict[str, tuple[str, Facts]] = {
    "start": ("start", {"nav_current": "services"}),
    "leistung": ("leistung", {"nav_current": "services"}),
    "formular": ("formular", {"nav_current": "services", "simulation": False}),
    "pruefen": ("pruefen", {"nav_current": "services", "simulation": False}),
    "bestaetigung": ("bestaetigung", {"nav_current": "cases"}),
    "status": ("status", {"nav_current": "cases"}),
    "eingang": ("eingang", DESK),
    "vorgang": ("vorgang", DESK),
}
ERRORS = ("400", "403", "403_csrf", "404", "413", "429", "500", "503")


def _content() -> Facts:
    return {
        "topics": TOPICS,
        "services": SERVICES,
        "hours": HOURS,
        "key_facts": KEY_FACTS,
        "timeline": TIMELINE,
        "timeline_short": TIMELINE[:3],
        "files": FILES,
        "steps": STEPS,
        "rows": _rows(),
        "now": clock.now(),
        "bars": [
            {"label": "Gewerbe anmelden", "value": 42},
            {"label": "Meldebescheinigung", "value": 31},
            {"label": "Hund anmelden", "value": 12},
        ],
    }


def page(name: str) -> tuple[str, Facts]:
    """Template and context of a sample page. Raises: Http404."""
    if name.startswith("fehler-") and name[7:].replace("-", "_") in ERRORS:
        code = name[7:].replace("-", "_")
        static = {"static_page": True, "error_shell": "theme/plain.html"}
        return f"{code}.html", {**SHELL, **(static if code in ("500", "503") else {})}
    if name not in PAGES:
        raise Http404
    template, more = PAGES[name]
    return f"theme/stilbuch/{template}.html", {**SHELL, **_content(), **more}


PARTS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("typo", "Schrift", "Fira Sans 400 und 600, 18 Pixel.", (("", "typo"),)),
    ("knoepfe", "Knöpfe", "Ein Hauptknopf je Seite, er steht zuerst.", (("", "knoepfe"),)),
    ("marken", "Marken und Zustände", "", (("", "marken"),)),
    (
        "hinweise",
        "Hinweise",
        "Die Rolle „alert“ nur für das, was gerade passiert ist.",
        (("", "hinweise"),),
    ),
    ("suche", "Suche und Auswahl", "", (("", "suche"),)),
    ("kacheln", "Themen", "Auf dem Telefon zwei Spalten ohne Untertitel.", (("", "kacheln"),)),
    ("karten", "Leistungen", "Die ganze Karte ist der Link.", (("", "karten"),)),
    ("kennzahlen", "Kennzahlen der Leistung", "", (("", "kennzahlen"),)),
    (
        "bausteine",
        "Seiten von Leistungen",
        "",
        (
            ("Ablauf", "schritte"),
            ("Zum Aufklappen", "klappen"),
            ("Das legen Sie bereit", "liste"),
            ("Kontakt", "kontakt"),
        ),
    ),
    (
        "formulare",
        "Formulare",
        "Fehlerliste über der Überschrift, gleiche Worte wie am Feld.",
        (("Fehlerliste", "fehlerliste"), ("Fortschritt", "fortschritt"), ("Felder", "felder")),
    ),
    (
        "pruefen",
        "Prüfen und bezahlen",
        "",
        (("Antworten", "antworten"), ("Gebühren", "summe"), ("Wege zu bezahlen", "bezahlen")),
    ),
    ("jetzt", "Was jetzt", "Was jetzt, bis wann, muss ich etwas tun?", (("", "jetzt"),)),
    ("verlauf", "Verlauf", "", (("Groß", "verlauf"), ("Kompakt", "verlauf_kurz"))),
    (
        "post",
        "Dokumente und Nachrichten",
        "",
        (("Dokumente", "dateien"), ("Nachrichten", "nachrichten")),
    ),
    ("codes", "Aktenzeichen und Bestätigung", "", (("Code", "code"), ("Bestätigung", "fertig"))),
    ("leer", "Nichts da", "Sagt, warum, und wie es weitergeht.", (("", "leer"),)),
    (
        "arbeit",
        "Arbeitsplatz",
        "",
        (("Zahlen", "zahlen"), ("Balken", "balken"), ("Liste mit Auswahl und Filter", "tabelle")),
    ),
)


def style_guide() -> Facts:
    """Context of the style guide."""
    parts = [
        {
            "key": key,
            "title": title,
            "text": text,
            "examples": [
                {"title": name, "template": f"theme/stilbuch/teile/{file}.html"}
                for name, file in examples
            ],
        }
        for key, title, text, examples in PARTS
    ]
    return {
        **SHELL,
        **_content(),
        "nav_current": "",
        "simulation": False,
        "parts": parts,
        "icon_names": icon_names(),
        "pages": list(PAGES) + [f"fehler-{code.replace('_', '-')}" for code in ERRORS],
        "brand_steps": ("100", "300", "500", "700", "800", "900", "950"),
        "roles": ("page", "surface", "tint", "tint-2", "line", "ink", "mute", "action", "focus"),
        "hue": brand.current().hue,
    }
