"""Finding places of the filing plan and dossiers by words: German spelling, stems, compounds.

The plan has at most some thousand places: every process keeps their words, and one small
question to the database tells whether they are still true. Of dossiers made by hand the terms
lie in a table with an index; one that was made by itself is called like its place and year.
Only what `rathaus.records.queries` lets through is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q

from rathaus.records.finding.models import DossierTerm
from rathaus.records.models import Dossier, DossierQuerySet, FilingPlanEntry, PlanChain
from rathaus.search import language

MAX_WORDS = 6
MAX_REFERENCE = 60
_LAST = chr(0x10FFFF)


@dataclass(frozen=True, slots=True)
class _Place:
    pk: int
    code: str
    folded: str
    """Folded words with blanks between: what is typed may be in the middle of one."""
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Typed:
    """A piece of what was typed, as it is compared."""

    raw: str
    words: tuple[tuple[str, str], ...]
    """Folded form and stem of each word in it."""


_known: tuple[Any, list[_Place]] = (None, [])


def places(text: str) -> list[int]:
    """Primary keys of the places that match every word, by code; [] without words."""
    typed = _typed(text)
    return [place.pk for place in _places() if _matches(place, typed)] if typed else []


def dossiers(rows: DossierQuerySet, text: str) -> DossierQuerySet:
    """Those of `rows` whose title or reference matches every word; all of them without words."""
    typed = _typed(text)
    if not typed:
        return rows
    by_hand = Q(automatic=False)
    for piece in typed:
        by_hand &= _named(piece)
    return rows.filter(by_hand | _by_itself(typed))


def terms_of(dossier: Dossier) -> list[str]:
    """Under what a dossier is found."""
    words = language.raw_words(dossier.title)
    found = [term for word in words for term in language.terms(word)]
    return list(dict.fromkeys([dossier.reference.lower()[:MAX_REFERENCE], *found]))


def remember(dossier: Dossier) -> None:
    """Keep the terms of a dossier made by hand, in the caller's transaction."""
    wanted = set(terms_of(dossier))
    known = DossierTerm.objects.filter(dossier=dossier)
    had = set(known.values_list("term", flat=True))
    known.filter(term__in=had - wanted).delete()
    DossierTerm.objects.bulk_create(
        DossierTerm(dossier=dossier, term=term) for term in sorted(wanted - had)
    )


def _typed(text: str) -> list[_Typed]:
    found = []
    for piece in text.split()[:MAX_WORDS]:
        words = [word for word in language.raw_words(piece) if language.fold(word)]
        pairs = tuple((language.fold(word), language.stem(word)) for word in words)
        found.append(_Typed(piece.lower(), pairs))
    return found


def _places() -> list[_Place]:
    global _known
    state = FilingPlanEntry.objects.order_by().aggregate(count=Count("pk"), last=Max("pk"))
    head = PlanChain.objects.values_list("chain__head", flat=True).first()
    key = (connection.settings_dict["NAME"], head, state["count"], state["last"])
    if _known[0] != key:
        rows = FilingPlanEntry.objects.order_by("code").values_list("pk", "code", "title", "note")
        _known = (key, [_place(*row) for row in rows.iterator(chunk_size=1000)])
    return _known[1]


def forget() -> None:
    """Read the plan anew next time: after a change that left no event (loading a file)."""
    global _known
    _known = (None, [])


def _place(pk: int, code: str, title: str, note: str) -> _Place:
    words = language.raw_words(f"{title} {note}")
    terms = frozenset(term for word in words for term in language.terms(word))
    return _Place(pk, code.lower(), " ".join(language.fold(word) for word in words), terms)


def _matches(place: _Place, typed: Sequence[_Typed]) -> bool:
    return all(
        place.code.startswith(piece.raw)
        or (
            bool(piece.words)
            and all(folded in place.folded or stem in place.terms for folded, stem in piece.words)
        )
        for piece in typed
    )


def _named(piece: _Typed) -> Q:
    """The reference begins so, or every word of it is in the title."""
    found = Q()
    for folded, stem in piece.words:
        found &= Q(pk__in=_with(_begins(folded) | Q(term=stem)))
    reference = Q(pk__in=_with(_begins(piece.raw[:MAX_REFERENCE])))
    return reference | found if piece.words else reference


def _with(where: Q) -> Any:
    return DossierTerm.objects.filter(where).values("dossier")


def _begins(start: str) -> Q:
    """A prefix, in the way that each database answers from its index."""
    if connection.vendor == "sqlite":
        return Q(term__gte=start, term__lt=start + _LAST)
    return Q(term__startswith=start)


def _by_itself(typed: Sequence[_Typed]) -> Q:
    """A dossier of place and year: "33.20/2026", "Melde 2026"."""
    years, rest = Q(), []
    for piece in typed:
        code, slash, year = piece.raw.partition("/")
        if slash and year.isascii() and (year.isdigit() or not year) and len(year) <= 4:
            years &= Q(year__in=_years(year))
            rest.append(_Typed(code, piece.words[:-1] if year else piece.words))
        elif len(piece.raw) == 4 and piece.raw.isascii() and piece.raw.isdigit():
            years &= Q(year=int(piece.raw))
        else:
            rest.append(piece)
    if not rest:
        return Q(automatic=True) & years
    matching = [place.pk for place in _places() if _matches(place, rest)]
    return Q(automatic=True, filing_plan_entry__in=matching) & years


def _years(start: str) -> list[int]:
    return [year for year in range(1900, 2200) if str(year).startswith(start)]
