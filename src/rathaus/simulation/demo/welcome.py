"""What the terminal says once the demo town is open."""

from __future__ import annotations

from django.db.models import Q

from rathaus.accounts.models import Account
from rathaus.organisation.models import StaffMember
from rathaus.proceedings.models import Application, Draft
from rathaus.proceedings.states import State
from rathaus.simulation.demo import story

PASSWORD = "rathaus-demo-2026"  # noqa: S105
"""The same for everybody in the demo town; anybody may know it."""

ROLES = {
    "insa.cordes": "Gewerbeamt, bearbeitet Anzeigen",
    "wiebke.onken": "Bürgerbüro, Leitung",
    "fenna.wilken": "Standesamt",
    "eilert.janssen": "Steueramt, Hundesteuer",
    "habbo.freese": "Ordnungsamt, Leitung",
    "theda.saathoff": "Stadtkasse, Zahlungen und Erstattungen",
    "meike.ulrichs": "Archiv, Akten und Prüfung",
    "lars.poppinga": "Digitalisierung und Betrieb",
    "hilke.tammena": "Bürgermeisterin",
}
RULE = "─" * 74


def welcome(base_url: str) -> str:
    """Addresses, log-ins and examples, in German."""
    base = base_url.rstrip("/")
    lines = [
        "",
        RULE,
        "  Offenes Rathaus: Das Rathaus ist geöffnet. (Demo: alle Personen sind erfunden.)",
        RULE,
        "",
        *_table(
            ("Bürgerportal", f"{base}/"),
            ("Arbeitsplatz", f"{base}/arbeit/"),
            (
                "Simulation",
                f"{base}/simulation/   (PayPal, BundID und Post: nichts verlässt den Rechner)",
            ),
            ("Stilbuch", f"{base}/stilbuch/"),
        ),
        "",
        f"  Anmelden am Arbeitsplatz, Kennwort für alle: {PASSWORD}",
        f"  Danach der Code aus der Anmelde-App (hier für alle zu sehen): {base}/simulation/codes/",
        "",
        *_table(*_logins()),
        *_residents(base),
        *_examples(base),
        "",
        "  Beenden mit Strg+C.",
        RULE,
    ]
    return "\n".join(lines)


def _logins() -> list[tuple[str, str]]:
    known = set(StaffMember.objects.values_list("user__login", flat=True))
    return [(login, role) for login, role in ROLES.items() if login in known]


def _residents(base: str) -> list[str]:
    """Accounts with a password, and those that open through BundID only."""
    known = set(Account.objects.values_list("contact_email", flat=True))
    rows = [
        (str(story.people()[one.who]["email"]), one.role, one.local) for one in story.residents()
    ]
    rows = [row for row in rows if row[0] in known]
    if not rows:
        return []
    return [
        "",
        f"  Als Einwohnerin oder Einwohner mit Konto, dasselbe Kennwort: {base}/konto/anmelden/",
        "",
        *_table(*((email, role) for email, role, local in rows if local)),
        "",
        "  Oder mit BundID, dem Konto des Landes oder Mein Unternehmenskonto (simuliert): dort",
        "  genügt es, eine Person auszuwählen.",
    ]


def _examples(base: str) -> list[str]:
    online = Application.objects.filter(channel="online", account=None).select_related("case")
    question = online.filter(state=State.AWAITING_RESIDENT).order_by("submitted_at").first()
    letter = (
        online.filter(Q(state=State.DECIDED) & Q(letters__document__isnull=False))
        .order_by("submitted_at")
        .first()
    )
    unpaid = online.filter(state=State.AWAITING_PAYMENT).order_by("-submitted_at").first()
    draft = (
        Draft.objects.filter(state="open", account=None)
        .exclude(code_sealed="")
        .order_by("pk")
        .first()
    )
    rows = [
        ("Rückfrage offen", question),
        ("Erledigt, mit Schreiben", letter),
        ("Noch zu bezahlen", unpaid),
    ]
    table = [
        (label, f"Aktenzeichen {row.reference}   Zugangscode {row.code}")
        for label, row in rows
        if row is not None
    ]
    lines = ["", f"  Ohne Konto, mit Aktenzeichen und Code: {base}/vorgang/", "", *_table(*table)]
    if not table:
        lines = []
    if draft is not None:
        lines += [
            "",
            f"  Entwurf fortsetzen: {base}/fortsetzen/?antrag={draft.public_id}",
            "",
            *_table(("Begonnener Antrag", f"Code {draft.code}")),
        ]
    return lines


def _table(*rows: tuple[str, str]) -> list[str]:
    width = max((len(left) for left, _ in rows), default=0)
    return [f"    {left.ljust(width)}   {right}" for left, right in rows]
