"""Finding a service: start page, A to Z, topics, search, the service itself."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rathaus.catalogue import present as texts
from rathaus.catalogue import queries
from rathaus.catalogue import search as finder
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.models import ServiceVersion, Topic
from rathaus.core import clock
from rathaus.forms.text import one_line
from rathaus.organisation import hours
from rathaus.portal import grants, present, shell
from rathaus.proceedings.models import Draft, DraftState

SEARCH_LENGTH = 200


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """ "Was möchten Sie erledigen?\""""
    office = shell.main_office()
    popular = queries.popular(6)
    facts = {
        "topics": queries.topics,
        "services": lambda: [present.card(definition) for definition in popular],
        "chips": popular[:3],
        "days": partial(week, office) if office else (),
        "catalogue_version": catalogue_version(),
    }
    return render(request, "portal/start.html", facts)


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """All services from A to Z."""
    facts = {
        "letters": queries.a_to_z(),
        "topics": queries.topics(),
        "nav_current": "services",
    }
    return render(request, "portal/services.html", facts)


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The services of one topic."""
    try:
        found, definitions = queries.topic(slug)
    except Topic.DoesNotExist:
        raise Http404 from None
    facts = {
        "topic": found,
        "services": [present.card(definition) for definition in definitions],
        "others": [entry for entry in queries.topics() if entry.slug != slug and entry.count],
        "nav_current": "services",
    }
    return render(request, "portal/topic.html", facts)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was found for ``?q=``."""
    text = one_line(request.GET.get("q", "")[: SEARCH_LENGTH * 2])[:SEARCH_LENGTH]
    result = finder.find(text) if text else None
    facts = {
        "text": text,
        "result": result,
        "services": [present.card(hit.definition) for hit in result] if result else [],
        "suggestions": [present.card(row) for row in result.suggestions] if result else [],
        "topics": queries.topics(),
        "nav_current": "services",
    }
    response = render(request, "portal/search.html", facts)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything to know before starting, and the start."""
    try:
        version = queries.current(slug)
    except ServiceVersion.DoesNotExist:
        raise Http404 from None
    definition = version.parsed
    office = queries.office_of(definition)
    facts = {
        "service": definition,
        "tag": partial(present.tag, definition),
        "key_facts": partial(present.key_facts, definition),
        "fees": partial(texts.valid_fees, definition, clock.today()),
        "topic": next(iter(queries.topics_of(definition)), None),
        "office": office,
        "office_status": hours.status(office) if office else None,
        "channels": present.channels(definition),
        "related": partial(queries.related, definition),
        "catalogue_version": catalogue_version(),
        "drafts": _open_drafts(request, definition),
        "nav_current": "services",
    }
    return render(request, "portal/service.html", facts)


def catalogue_version() -> str:
    """Changes with every change of the catalogue and every day (fees have dates)."""
    extra = queries.snapshot().extra
    return f"{extra.setdefault('portal', uuid4().hex)}{clock.today()}"


def _open_drafts(request: HttpRequest, definition: ServiceDefinition) -> list[Draft]:
    """What this browser has begun here already; asks the database only if it began anything."""
    known = grants.ids(request, grants.DRAFT)
    if not known or definition.mode != "online":
        return []
    rows = Draft.objects.filter(
        public_id__in=known,
        account=None,
        state=DraftState.OPEN,
        version__service__slug=definition.slug,
        expires_at__gt=clock.now(),
    )
    return list(rows.only("public_id", "updated_at").order_by("-updated_at")[:3])


def week(office: object) -> list[dict[str, object]]:
    """Rows for ``{% hours_table %}``."""
    return [
        {"day": row.label, "text": row.text, "is_today": row.is_today}
        for row in hours.week(office)  # type: ignore[arg-type]
    ]
