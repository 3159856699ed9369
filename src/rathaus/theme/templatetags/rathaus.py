"""Template tags and filters of the design system; see /stilbuch/ for each in use.

They are built in: templates need no ``{% load %}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.core import clock
from rathaus.theme import brand as brands
from rathaus.theme import formats, icons, shell
from rathaus.theme import text as texts

register = template.Library()

register.filter("date_de", formats.day)
register.filter("date_short", formats.day_month)
register.filter("date_numeric", formats.numeric_day)
register.filter("weekday_de", formats.weekday)
register.filter("weekday_long", formats.weekday_long)
register.filter("time_de", formats.clock_time)
register.filter("localtime_de", formats.moment)
register.filter("money", formats.money)
register.filter("filesize", formats.file_size)
register.filter("tel_href", formats.tel_href)
register.filter("unbroken", formats.unbroken)
register.filter("initials", formats.initials)


@register.filter
def markdown(source: str | None) -> SafeString:
    """Text of a service designer as HTML (paragraphs, lists, links, bold, headings from h3)."""
    return texts.render(str(source or ""))


@register.filter
def markdown_inline(source: str | None) -> SafeString:
    """One line of such a text, without the paragraph."""
    return texts.render_inline(str(source or ""))


@register.filter
def tel_link(number: str | None) -> SafeString | str:
    """A telephone number as a link that does not break."""
    if not number:
        return ""
    return format_html('<a class="rh-tel" href="{}">{}</a>', formats.tel_href(number), number)


@register.filter
def mail_link(address: str | None) -> SafeString | str:
    """An e-mail address as a link; it may break after the @."""
    if not address:
        return ""
    name, at, host = str(address).rpartition("@")
    start = format_html("{}{}<wbr>", name, at) if at else ""
    return format_html('<a href="mailto:{}">{}{}</a>', address, start, host)


@register.filter
def isodate(value: date | datetime | str | None) -> str:
    """The machine-readable form for <time datetime="…">."""
    local = formats.as_local(value)
    if isinstance(local, datetime):
        return local.isoformat(timespec="minutes")
    return local.isoformat() if local else ""


@register.filter
def deadline(value: date | datetime | str | None) -> SafeString | str:
    """A date limit in a work list: overdue in words, soon in colour, else the day."""
    local = formats.as_local(value)
    if local is None:
        return "–"
    day = local.date() if isinstance(local, datetime) else local
    left = (day - clock.today()).days
    if left < 0:
        words = ngettext("überfällig seit %(n)s Tag", "überfällig seit %(n)s Tagen", -left)
        return format_html(
            '<time class="rh-late" datetime="{}">{}</time>', day.isoformat(), words % {"n": -left}
        )
    css = "rh-soon" if left <= 2 else "rh-num"
    words = {0: _("heute"), 1: _("morgen")}.get(left) or formats.weekday(day)
    return format_html('<time class="{}" datetime="{}">{}</time>', css, day.isoformat(), words)


@register.simple_tag(name="money")
def money_tag(cents: Any, currency: str = "EUR") -> str:
    """{% money 2600 %} → 26,00 €"""
    return formats.money(cents, currency)


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """{% icon "search" %} – decorative; give a label where it carries meaning."""
    return icons.svg(str(name), str(label), str(css))


@register.simple_tag(takes_context=True)
def get_brand(context: Context) -> brands.Brand:
    """{% get_brand as brand %}: name, phone, e-mail, hue of the town.

    A page with ``static_page`` in its context (500, 503) never asks the database.
    """
    return brands.fallback() if context.get("static_page") else brands.current()


@register.simple_tag(takes_context=True)
def shell_context(context: Context, name: str) -> str:
    """Put the shell's variables into the context, where the view has not set them."""
    for key, value in shell.context(name, context.get("request")).items():
        if key not in context:
            context.dicts[0][key] = value
    return ""


@register.simple_tag
def badge(tone: str, label: str) -> SafeString:
    """Quiet state for lists: tone new, work, wait, bad, done, off."""
    return format_html('<span class="rh-state rh-state--{}">{}</span>', tone, label)


@register.simple_tag
def tag(label: str, icon_name: str = "", tone: str = "") -> SafeString:
    """Label of a service: {% tag "Komplett online" "check_circle" %}; tone accent or plain."""
    css = f"rh-tag rh-tag--{tone}" if tone else "rh-tag"
    picture = icons.svg(icon_name) if icon_name else ""
    return format_html('<span class="{}">{}{}</span>', css, picture, label)


@register.simple_tag
def avatar(name: str = "") -> SafeString:
    """Initials of a person; a dash for nobody."""
    if not name:
        return format_html(
            '<span class="rh-avatar rh-avatar--none" title="{0}"><span aria-hidden="true">–</span>'
            '<span class="rh-sr">{0}</span></span>',
            _("noch niemand"),
        )
    return format_html(
        '<span class="rh-avatar" title="{0}"><span aria-hidden="true">{1}</span>'
        '<span class="rh-sr">{0}</span></span>',
        name,
        formats.initials(name),
    )


ALERT_ICONS = {"info": "info", "success": "check_circle", "warning": "warning", "danger": "error"}
MESSAGE_TONES = {"debug": "info", "info": "info", "success": "success", "error": "danger"}


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "", role: str = "") -> SafeString:
    """{% alert "warning" "Titel" %}…{% endalert %}; role="alert" only for what just happened."""
    heading = format_html('<p class="rh-alert__title">{}</p>', title) if title else ""
    return format_html(
        '<div class="rh-alert rh-alert--{}"{}>{}{}<div>{}</div></div>',
        tone,
        format_html(' role="{}"', role) if role else "",
        icons.svg(ALERT_ICONS.get(tone, "info")),
        heading,
        content,
    )


@register.simple_block_tag
def fold(content: str, title: str, lang: str = "") -> SafeString:
    """{% fold "Welche Fristen gelten?" %}…{% endfold %}: opens without script.

    `lang` names the language where it is not that of the page.
    """
    return format_html(
        '<details class="rh-fold"{}><summary>{}</summary>'
        '<div class="rh-fold__body">{}</div></details>',
        format_html(' lang="{}"', lang) if lang else "",
        title,
        content,
    )


@register.filter
def message_tone(level_tag: str) -> str:
    """Tone of a Django message."""
    return MESSAGE_TONES.get(level_tag, "warning")


@register.inclusion_tag("theme/components/breadcrumb.html")
def breadcrumb(*parts: Any) -> dict[str, Any]:
    """{% breadcrumb "Leistungen" url "Gewerbe anmelden" %}: label, url, …, the page's label."""
    if len(parts) == 1 and not isinstance(parts[0], str):
        return {"items": list(parts[0])}
    pairs = [{"label": parts[i], "url": parts[i + 1]} for i in range(0, len(parts) - 1, 2)]
    if len(parts) % 2:
        pairs.append({"label": parts[-1], "url": ""})
    return {"items": pairs}


@register.simple_tag
def heading(level: int, text: str, css: str = "", url: str = "") -> SafeString:
    """A heading whose level depends on where the component stands."""
    inner = format_html('<a href="{}">{}</a>', url, text) if url else text
    start = format_html('<h{} class="{}">', int(level), css) if css else f"<h{int(level)}>"
    return format_html("{}{}</h{}>", mark_safe(start), inner, int(level))  # noqa: S308


@register.simple_tag
def back_link(url: str, label: str = "") -> SafeString:
    """Link to the step before, above the page's heading."""
    return format_html(
        '<nav class="rh-crumb" aria-label="{0}"><a class="rh-back" href="{1}">{2}{0}</a></nav>',
        label or _("Zurück"),
        url,
        icons.svg("arrow_back"),
    )


@register.inclusion_tag("theme/components/empty_state.html")
def empty_state(  # noqa: PLR0917
    icon_name: str, title: str, text: str = "", url: str = "", label: str = "", level: int = 2
) -> dict[str, Any]:
    """{% empty_state "inbox" "Alles erledigt" "…" url "Zur Suche" %}"""
    return {
        "icon_name": icon_name,
        "title": title,
        "text": text,
        "url": url,
        "label": label,
        "level": level,
    }


@register.inclusion_tag("theme/components/key_facts.html")
def key_facts(items: Sequence[Any]) -> dict[str, Any]:
    """Strip of facts: items with icon, label, value and, if wanted, note."""
    return {"items": items}


@register.inclusion_tag("theme/components/timeline.html")
def timeline(entries: Sequence[Any], compact: bool = False, level: int = 3) -> dict[str, Any]:
    """Entries with state (done, now, next), icon, title, at or when, text."""
    return {"entries": entries, "compact": compact, "level": level}


@register.inclusion_tag("theme/components/file_list.html")
def file_list(files: Sequence[Any]) -> dict[str, Any]:
    """Files with title, url, kind ("PDF"), size (bytes), note, icon."""
    return {"files": files}


@register.inclusion_tag("theme/components/progress.html")
def progress(step: int, total: int, label: str = "") -> dict[str, Any]:
    """{% progress 2 5 "Gewerbe anmelden" %} → Schritt 2 von 5 and a bar."""
    return {"step": step, "total": total, "label": label, "range": range(1, total + 1)}


@register.inclusion_tag("theme/components/code.html")
def code(value: str, label: str = "") -> dict[str, Any]:
    """Reference or secret in large type, with a copy button where scripts run."""
    return {"value": value, "label": label}


@register.inclusion_tag("theme/components/pages.html")
def page_links(
    next_url: str = "", previous_url: str = "", text: str = "", next_label: str = ""
) -> dict[str, Any]:
    """Links to the previous and the next part of a list."""
    return {
        "next_url": next_url,
        "previous_url": previous_url,
        "text": text,
        "next_label": next_label,
    }


@register.inclusion_tag("theme/components/stat.html")
def stat(value: Any, label: str, url: str = "", tone: str = "") -> dict[str, Any]:
    """Figure on a card: {% stat 12 "offen" url=… tone="late" %}"""
    return {"value": value, "label": label, "url": url, "tone": tone}


@register.inclusion_tag("theme/components/bars.html")
def bars(rows: Sequence[Any]) -> dict[str, Any]:
    """Horizontal bars: rows with label, value (number) and, if wanted, text."""

    def read(row: Any, key: str) -> Any:
        return row.get(key, "") if isinstance(row, dict) else getattr(row, key, "")

    top = max((float(read(row, "value") or 0) for row in rows), default=0) or 1
    return {
        "rows": [
            {
                "label": read(row, "label"),
                "text": read(row, "text") or read(row, "value"),
                "width": round(float(read(row, "value") or 0) / top * 100, 1),
            }
            for row in rows
        ]
    }


@register.inclusion_tag("theme/components/file_input.html")
def file_input(  # noqa: PLR0917
    field_id: str,
    name: str,
    describedby: str = "",
    accept: str = "",
    multiple: bool = False,
    error: bool = False,
) -> dict[str, Any]:
    """File input with a German button; its label and hint stand before it."""
    return {
        "field_id": field_id,
        "name": name,
        "describedby": describedby,
        "accept": accept,
        "multiple": multiple,
        "error": error,
    }


@register.inclusion_tag("theme/components/service_card.html")
def service_card(service: Any, level: int = 3) -> dict[str, Any]:
    """Card with title, url, summary, tag, tag_icon, tag_tone and facts (icon, text)."""
    return {"service": service, "level": level}


@register.inclusion_tag("theme/components/topic_tile.html")
def topic_tile(title: str, url: str, icon_name: str, text: str = "") -> dict[str, Any]:
    """Tile of a topic on the start page."""
    return {"title": title, "url": url, "icon_name": icon_name, "text": text}


@register.inclusion_tag("theme/components/hours.html")
def hours_table(days: Sequence[Any], caption: str = "") -> dict[str, Any]:
    """Opening hours: days with day, text and is_today."""
    return {"days": days, "caption": caption}


@register.simple_tag
def open_state(status: Any) -> SafeString | str:
    """Dot and words of an OpenStatus (is_open, text)."""
    if not status:
        return ""
    is_open = status.get("is_open") if isinstance(status, dict) else status.is_open
    words = status.get("text") if isinstance(status, dict) else status.text
    css = "rh-open" if is_open else "rh-open rh-open--closed"
    return format_html('<span class="{}">{}</span>', css, words)
