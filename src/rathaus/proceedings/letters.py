"""Filling letter templates: ``[[path]]`` is replaced by data, nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.catalogue.definition import Letter as Template
from rathaus.core.clock import local, today
from rathaus.core.money import Money
from rathaus.forms import engine
from rathaus.payments import fees
from rathaus.proceedings import owing
from rathaus.proceedings.models import Application
from rathaus.theme import formats

PLACEHOLDER = re.compile(r"\[\[\s*([a-z0-9_.]+)\s*\]\]")
_ALONE = re.compile(r"(?P<lead>(- [^\[\]]*: )?)\[\[\s*antrag\.(?P<path>[a-z0-9_.]+)\s*\]\]$")
"""A line or list item with one answer and nothing after it."""


@dataclass(frozen=True)
class LetterText:
    """A letter as the clerk sees it before sending, and may change it."""

    template_key: str
    title: str
    """The name of the document, as the record and the resident know it."""
    subject: str
    body: str
    remedy: str


def fill(application: Application, template: Template, *, reason: str = "") -> LetterText:
    """The template with everything known filled in.

    A placeholder without data keeps its brackets, so that the clerk sees it; one for an
    optional answer becomes "keine Angabe", and a list item about such answers is left out.
    The letter is German (§ 23 VwVfG), whatever language the clerk reads.
    """
    with translation.override("de"):
        values = _values(application, reason, granted=template.outcome == "granted")
        return LetterText(
            template_key=template.key,
            title=template.document_name,
            subject=_replace(template.subject, values, application),
            body=_replace(template.body, values, application),
            remedy=_replace(template.remedy, values, application),
        )


def placeholders(*texts: str) -> list[str]:
    """All placeholders that are still in the texts."""
    return [match for text in texts for match in PLACEHOLDER.findall(text)]


def _values(application: Application, reason: str, *, granted: bool) -> dict[str, str]:
    case, service = application.case, application.service
    values = {
        "aktenzeichen": case.reference,
        "name": application.applicant_name,
        "leistung": service.title,
        "eingang": formats.day(local(application.submitted_at).date()),
        "datum": formats.day(today()),
        "amt": case.office.name,
        "gebuehr": _fee(application, granted=granted),
        "stadt": _town_name(),
    }
    if reason:
        values["grund"] = reason
    return {key: value for key, value in values.items() if value}


def _fee(application: Application, *, granted: bool) -> str:
    """As it was set, or as this decision sets it."""
    if application.claim is not None:
        return Money(application.claim.amount_cents).format()
    lines = owing.due_once_granted(application) if granted else []
    return fees.total(lines).format() if lines else _("keine")


def _town_name() -> str:
    from rathaus.organisation import queries

    return queries.town().full_name


def _replace(text: str, values: dict[str, str], application: Application) -> str:
    form = application.service.form
    rows = (
        [row for part in engine.summary(form, application.answers) for row in part.rows]
        if form
        else []
    )

    lines = (_line(line, values, rows) for line in text.split("\n"))
    return "\n".join(line for line in lines if line is not None)


def _line(line: str, values: dict[str, str], rows: Sequence[engine.SummaryRow]) -> str | None:
    """One line filled in; None for a list item that only repeats answers nobody gave."""
    alone = _ALONE.match(line)
    if alone and (repetitions := _repetitions(rows, alone["path"])):
        return _spread(alone["lead"], repetitions)
    paths = set(PLACEHOLDER.findall(line))
    answers = {
        path: _answer(rows, path.removeprefix("antrag."))
        for path in paths
        if path.startswith("antrag.")
    }
    if line.startswith("- ") and paths and paths == set(answers) and not any(answers.values()):
        return None

    def one(match: re.Match[str]) -> str:
        path = match[1]
        if path in answers:
            return answers[path] or _("keine Angabe")
        return values.get(path, match[0])

    return PLACEHOLDER.sub(one, line)


def _spread(lead: str, repetitions: Sequence[Repetition]) -> str:
    """A group that has its line for itself: lists, or one item for each repetition."""
    if lead and _plain(repetitions):
        return lead + _in_a_row(repetitions)
    if lead:
        name = lead.removesuffix(": ")
        return "\n".join(f"{name}, {one.heading}: {one.text}" for one in repetitions)
    if len(repetitions) == 1:
        return repetitions[0].items
    return "\n\n".join(f"**{one.heading}**\n\n{one.items}" for one in repetitions)


def _in_a_row(repetitions: Sequence[Repetition]) -> str:
    if _plain(repetitions):
        return "; ".join(one.text for one in repetitions)
    return "; ".join(f"{one.heading}: {one.text}" for one in repetitions)


def _plain(repetitions: Sequence[Repetition]) -> bool:
    """Whether nobody needs to be told which repetition a value belongs to."""
    return len(repetitions) == 1 or not any(one.labelled for one in repetitions)


def _answer(rows: Sequence[engine.SummaryRow], path: str) -> str:
    """One answer as text, empty if there is none; the repetitions of a group stand in a row."""
    if repetitions := _repetitions(rows, path):
        return _in_a_row(repetitions)
    parts = [row for row in rows if row.path == path or row.path.startswith(f"{path}.")]
    return " ".join(", ".join(row.lines) for row in parts if row.answered)


@dataclass(frozen=True)
class Repetition:
    """One dog, one person: what was answered of it."""

    heading: str
    values: tuple[str, ...]
    labelled: bool

    @property
    def text(self) -> str:
        """In one line. Values hold commas, so they do not part them."""
        return "; ".join(self.values)

    @property
    def items(self) -> str:
        """As a list."""
        return "\n".join(f"- {value}" for value in self.values)


def _repetitions(rows: Sequence[engine.SummaryRow], path: str) -> list[Repetition]:
    """The repetitions of the group at `path`; none for another field or an empty group."""
    found: dict[str, list[engine.SummaryRow]] = {}
    for row in rows:
        if row.answered and row.path.startswith(f"{path}."):
            number = row.path.removeprefix(f"{path}.").partition(".")[0]
            if number.isdigit():
                found.setdefault(number, []).append(row)
    return [_repetition(answered) for answered in found.values()]


def _repetition(rows: Sequence[engine.SummaryRow]) -> Repetition:
    """A lone value is clear from what stands before it; of several each has its label."""
    labelled = len(rows) > 1
    values = tuple(_labelled(row) if labelled else ", ".join(row.lines) for row in rows)
    return Repetition(rows[0].group, values, labelled)


def _labelled(row: engine.SummaryRow) -> str:
    mark = "" if row.short_label.endswith("?") else ":"
    return f"{row.short_label}{mark} {', '.join(row.lines)}"
