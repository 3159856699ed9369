"""From conditions in words to what the search understands; what does not fit is explained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rathaus.core.clock import today
from rathaus.organisation import queries as organisation
from rathaus.records.finding import dates, marks
from rathaus.records.finding.syntax import Condition
from rathaus.records.finding.wanted import Wanted
from rathaus.records.models import Direction, DocumentKind, FilingPlanEntry, FormerCode
from rathaus.records.states import CaseState
from rathaus.records.work.models import Tag
from rathaus.search import actions as search
from rathaus.search import language
from rathaus.search.filters import Filter
from rathaus.search.question import Question, parse

Group = dict[str, list[str]]
_SIZE = re.compile(r"(?P<sign>[<>]=?)?(?P<number>\d{1,6})(?P<unit>kb|mb)", re.IGNORECASE)


class Unfit(ValueError):
    """A value that a field does not have; says in German what would be right."""


@dataclass
class Resolved:
    """The search, and what could not be used of it."""

    filter: Filter
    question: Question
    problems: list[str] = field(default_factory=list)
    impossible: bool = False
    """A condition cannot be met by anything, so nothing is found."""


def resolve(wanted: Wanted, scopes: list[str]) -> Resolved:
    """Everything `wanted` says, as one condition within `scopes`. Never raises."""
    typed = wanted.typed
    work = _Work(problems=list(typed.problems))
    for condition in wanted.conditions:
        try:
            _HANDLERS[condition.field.key](work, condition)
        except Unfit as error:
            work.problems.append(str(error))
            work.impossible = True
    question = parse(typed.words)
    words = {name: parse(" ".join(texts), unfinished=False) for name, texts in work.words.items()}
    low = search.first_position(work.first) if work.first else None
    high = search.first_position(work.after) - 1 if work.after else None
    if low is not None and high is not None and low > high:
        work.problems.append(_("„von“ liegt nach „bis“. So passt kein Tag dazu."))
    found = Filter.of(
        question,
        scopes=scopes,
        any_of=work.groups,
        none_of=work.against,
        fields=words,
        low=low,
        high=high,
    )
    return Resolved(found, question, list(dict.fromkeys(work.problems)), work.impossible)


@dataclass
class _Work:
    problems: list[str] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    against: list[Group] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=dict)
    first: datetime | None = None
    after: datetime | None = None
    impossible: bool = False
    """A condition fits nothing."""

    def mark(self, condition: Condition, group: Group) -> None:
        """One of these marks, or with a minus none of them."""
        (self.against if condition.without else self.groups).append(group)

    def between(self, first: date | None, last: date | None) -> None:
        """Narrow the days."""
        if first is not None:
            moment = _midnight(first)
            self.first = max(self.first, moment) if self.first else moment
        if last is not None:
            moment = _midnight(last + timedelta(days=1))
            self.after = min(self.after, moment) if self.after else moment


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _positive(condition: Condition) -> None:
    if condition.without:
        text = _("Vor „{name}:“ geht kein Minus.")
        raise Unfit(text.format(name=condition.field.names[0]))


def _reference(work: _Work, condition: Condition) -> None:
    value = marks.reference(condition.value)
    if not value:
        raise Unfit(_("Ein Aktenzeichen besteht aus Zahlen, etwa az:33.20/2026-0007."))
    work.mark(condition, {marks.REFERENCE: [value]})


def _words(name: str) -> Callable[[_Work, Condition], None]:
    def take(work: _Work, condition: Condition) -> None:
        _positive(condition)
        if not parse(condition.value, unfinished=False):
            text = _("„{value}“ enthält kein Wort, nach dem gesucht werden kann.")
            raise Unfit(text.format(value=condition.value))
        work.words.setdefault(name, []).append(condition.value)

    return take


def _place(work: _Work, condition: Condition) -> None:
    value = condition.value.split()[0]
    entries = list(
        FilingPlanEntry.objects.filter(Q(code=value)).values_list("pk", flat=True)
    ) or list(FormerCode.objects.filter(code=value).values_list("entry_id", flat=True))
    if not entries:
        folded = language.fold("".join(language.raw_words(condition.value)))
        entries = [
            entry.pk
            for entry in FilingPlanEntry.objects.all()
            if folded and folded in language.fold("".join(language.raw_words(entry.title)))
        ]
    if not entries:
        text = _("Im Aktenplan gibt es „{value}“ nicht. Nennen Sie die Nummer, etwa plan:33.")
        raise Unfit(text.format(value=condition.value))
    work.mark(condition, {marks.PLACE: [str(entry) for entry in entries[:200]]})


def _office(work: _Work, condition: Condition) -> None:
    wanted = _folded(condition.value)
    offices = organisation.offices()
    found = [o for o in offices if wanted in {_folded(o.key), _folded(o.name), _folded(o.label)}]
    found = found or [o for o in offices if wanted and wanted in _folded(o.name)]
    if not found:
        text = _("Ein Amt „{value}“ gibt es nicht. Wählen Sie es in der Liste aus.")
        raise Unfit(text.format(value=condition.value))
    work.mark(condition, {marks.OFFICE: [str(office.pk) for office in found]})


def _days(part: str) -> Callable[[_Work, Condition], None]:
    def take(work: _Work, condition: Condition) -> None:
        _positive(condition)
        span = dates.span(condition.value, today())
        if span is None:
            text = _("„{value}“ ist kein Datum. Schreiben Sie 1.3.2026, 3.2026, 2026 oder heute.")
            raise Unfit(text.format(value=condition.value))
        first, last = span
        work.between(
            first if part in {"von", "zeit"} else None, last if part in {"bis", "zeit"} else None
        )

    return take


def _choice(
    name: str, choices: Callable[[], dict[str, tuple[str | Promise, ...]]]
) -> Callable[[_Work, Condition], None]:
    """A field of few values, each known by its key and by words for it."""

    def take(work: _Work, condition: Condition) -> None:
        wanted = _folded(condition.value)
        known = choices()
        found = [key for key, words in known.items() if wanted in {_folded(key), *_said(words)}]
        if not found:
            # Searches are shared: German words count in whatever language the pages are.
            with translation.override("de"):
                found = [key for key, words in choices().items() if wanted in _said(words)]
        if not found:
            text = _("„{value}“ gibt es bei „{name}:“ nicht. Es gibt: {choices}.")
            raise Unfit(
                text.format(
                    value=condition.value,
                    name=condition.field.names[0],
                    choices=", ".join(str(words[0]) for words in known.values()),
                )
            )
        work.mark(condition, {name: found})

    return take


def _said(words: Iterable[str | Promise]) -> set[str]:
    return {_folded(str(word)) for word in words}


def _size(work: _Work, condition: Condition) -> None:
    keys = [key for key, _end, _label in marks.SIZES]
    match = _SIZE.fullmatch("".join(condition.value.split()))
    if condition.value in keys:
        found = [condition.value]
    elif match is None:
        raise Unfit(_("Schreiben Sie die Größe so: groesse:>1MB oder groesse:<100KB."))
    else:
        size = int(match["number"]) * (1000 if match["unit"].lower() == "kb" else 1_000_000)
        place = keys.index(marks.size_class(size))
        smaller = (match["sign"] or "").startswith("<")
        if smaller and size in {end for _key, end, _label in marks.SIZES}:
            place -= 1
        found = keys[: place + 1] if smaller else keys[place:]
    work.mark(condition, {marks.SIZE: found})


def _tag(work: _Work, condition: Condition) -> None:
    found = Tag.objects.filter(folded=condition.value.casefold()[:60])
    keys = [str(pk) for pk in found.values_list("pk", flat=True)]
    if not keys:
        text = _("Ein Schlagwort „{value}“ gibt es nicht.")
        raise Unfit(text.format(value=condition.value))
    work.mark(condition, {marks.TAG: keys})


def _folded(text: str) -> str:
    return "".join(map(language.fold, language.raw_words(text)))


_HANDLERS: dict[str, Callable[[_Work, Condition], None]] = {
    "az": _reference,
    "titel": _words(marks.TITLE),
    "plan": _place,
    "amt": _office,
    "von": _days("von"),
    "bis": _days("bis"),
    "zeit": _days("zeit"),
    "person": _words(marks.PERSON),
    "durch": _words(marks.CLERK),
    "art": _choice(
        marks.DOCUMENT_KIND, lambda: {key: (label,) for key, label in DocumentKind.choices}
    ),
    "richtung": _choice(
        marks.DIRECTION, lambda: {key: (label,) for key, label in Direction.choices}
    ),
    "stand": _choice(
        marks.STATE,
        lambda: {
            CaseState.OPEN: (_("offen"), CaseState.OPEN.label),
            CaseState.CLOSED: (_("abgeschlossen"), "zu"),
        },
    ),
    "typ": _choice(marks.FILE, lambda: {one.key: (one.label, *one.endings) for one in marks.FILES}),
    "groesse": _size,
    "tag": _tag,
    "in": _choice(
        "k",
        lambda: {
            "case": (_("Vorgänge"), "Vorgang", "Vorgängen"),
            "document": (_("Dokumente"), "Dokument", "Dokumenten"),
        },
    ),
}
