"""Reading the heads and answers of messages (0502, 0504, 0506, 0507; heads of all)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from rathaus.records.xdomea.errors import MessageRefused
from rathaus.records.xdomea.unpack import Parcel
from rathaus.records.xdomea.versions import (
    NAMES,
    UUID_PATTERN,
    Version,
    of_namespace,
    process_of_name,
)

KINDS = frozenset({"A", "B", "V"})
MAX_TEXT = 500
_UUID = re.compile(UUID_PATTERN)
_TRUE = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True)
class Result:
    """What the archive says about one object."""

    success: bool
    error: str = ""
    archive_id: str = ""


@dataclass
class Received:
    """A message as far as we understand it."""

    version: Version
    code: str
    process: str
    message: str = ""
    """UUID of the message; 3.x has none."""
    answers: str = ""
    number: int = 1
    total: int = 1
    sender: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    """0502: object UUID to A, B or V."""
    results: dict[str, Result] = field(default_factory=dict)
    """0506, 0402: object UUID to result."""
    overall: Result | None = None
    """0506 in 4.0: the whole message."""


def read(parcel: Parcel) -> Received:
    """Understand a message. Raises: MessageRefused."""
    found = head(parcel.xml)
    named = process_of_name(parcel.xml_name)
    if named and named != (found.process, found.code):
        reason = _("Dateiname und Inhalt nennen verschiedene Vorgänge oder Nachrichten.")
        raise MessageRefused("name-mismatch", reason)
    if found.code == "0502":
        _verdicts(parcel.xml, found)
    elif found.code in ("0506", "0402"):
        _results(parcel.xml, found)
    return found


def head(root: Any) -> Received:
    """Version, kind and head of a message. Raises: MessageRefused."""
    name = etree.QName(root)
    version = of_namespace(name.namespace or "")
    if version is None:
        if (name.namespace or "").startswith("urn:xoev-de:xdomea:schema:"):
            spoken = (name.namespace or "").rpartition(":")[2][:20]
            reason = _("xdomea %(version)s wird nicht gesprochen, nur 3.0.0, 3.1.0 und 4.0.0.")
            raise MessageRefused("wrong-version", str(reason) % {"version": spoken})
        raise MessageRefused("not-xdomea", _("Das ist keine xdomea-Nachricht."))
    code = name.localname.rpartition(".")[2]
    if NAMES.get(code) is None or name.localname != version.root(code):
        reason = _("Diese Art von Nachricht wird hier nicht angenommen: ")
        raise MessageRefused("wrong-message", reason + name.localname[:80])
    found = _new(root, version, code) if version.header == 4 else _old(root, version, code)
    if found.code != code:
        reason = _("Der Kopf der Nachricht nennt eine andere Art als ihr Inhalt.")
        raise MessageRefused("code-mismatch", reason)
    return found


def _old(root: Any, version: Version, code: str) -> Received:
    top = _one(root, version.tag("Kopf"))
    kind = top.findtext(f"{version.tag('Nachrichtentyp')}/code", "")
    sender = top.findtext(f"{version.tag('Absender')}//{version.tag('Name')}", "")
    return Received(
        version,
        kind.strip(),
        _uuid(top.findtext(version.tag("ProzessID"), "")),
        sender=_short(sender),
    )


def _new(root: Any, version: Version, code: str) -> Received:
    if root.get("version") != version.number or root.get("standard") != "xdomea":
        reason = _("Die Nachricht nennt eine andere Fassung von xdomea als ihr Namensraum.")
        raise MessageRefused("wrong-version", reason)
    top = _one(root, version.tag("nachrichtenkopf"))
    identity = _one(top, version.tag("identifikation.nachricht"))
    answers = root.findtext(version.tag("UUIDUrsprungsnachricht"), "")
    number, total = (
        _number(root.findtext(version.tag(name), "1"))
        for name in ("LfdNrNachrichtProTyp", "GesamtanzahlNachrichtenProTyp")
    )
    if number > total:
        raise MessageRefused("bad-number", _("Die Zählung der Nachrichten ist falsch."))
    return Received(
        version,
        identity.findtext("nachrichtentyp/code", "").strip(),
        _uuid(top.findtext(version.tag("ProzessID"), "")),
        message=_uuid(identity.findtext("nachrichtenUUID", "")),
        answers=_uuid(answers) if answers else "",
        number=number,
        total=total,
        sender=_short(top.findtext(f"{version.tag('autor')}//{version.tag('Name')}", "")),
    )


def _verdicts(root: Any, found: Received) -> None:
    tag, four = found.version.tag, found.version.header == 4
    for node in root.findall(tag("BewertetesSGO" if four else "BewertetesObjekt")):
        ident = _uuid(node.findtext(tag("xdomeaUUID" if four else "ID"), ""))
        kind = node.findtext(f"{tag('Aussonderungsart')}/{tag('Aussonderungsart')}/code", "")
        if kind not in KINDS:
            reason = _("Eine Bewertung ist weder A noch V.")
            raise MessageRefused("bad-verdict", reason)
        if found.verdicts.setdefault(ident, kind) != kind:
            reason = _("Ein Objekt ist zweimal und verschieden bewertet.")
            raise MessageRefused("contradiction", reason)
    if not found.verdicts:
        raise MessageRefused("empty", _("Die Nachricht enthält keine Bewertung."))


def _results(root: Any, found: Received) -> None:
    tag, four = found.version.tag, found.version.header == 4
    if four:
        found.overall = _result(_one(root, tag("ErfolgOderMisserfolg")), found.version, "")
    name = "AbgegebenesObjekt" if found.code == "0402" else "AusgesondertesSGO"
    for node in root.findall(tag(name)):
        ident = _uuid(node.findtext(tag("xdomeaUUID" if four else "IDSGO"), ""))
        archive = _short(node.findtext(tag("Archivkennung"), ""))
        inner = _one(node, tag("ErfolgOderMisserfolg")) if four else node
        result = _result(inner, found.version, archive)
        if found.results.setdefault(ident, result) != result:
            reason = _("Zu einem Objekt stehen zwei verschiedene Ergebnisse.")
            raise MessageRefused("contradiction", reason)
    if not found.results and not four:
        raise MessageRefused("empty", _("Die Nachricht nennt kein einziges Objekt."))


def _result(node: Any, version: Version, archive: str) -> Result:
    said = node.findtext(version.tag("Erfolgreich"), "").strip()
    if said not in _TRUE:
        reason = _("Die Nachricht sagt nicht, ob die Übernahme gelungen ist.")
        raise MessageRefused("bad-result", reason)
    errors = [text.text or "" for text in node.findall(version.tag("Fehlermeldung"))]
    return Result(_TRUE[said], _short(" ".join(errors)), archive)


def _one(node: Any, tag: str) -> Any:
    found = node.find(tag)
    if found is None:
        reason = _("In der Nachricht fehlt ein vorgeschriebener Teil: ")
        raise MessageRefused("part-missing", reason + etree.QName(tag).localname)
    return found


def _uuid(text: str) -> str:
    text = text.strip()
    if not _UUID.fullmatch(text):
        raise MessageRefused("bad-uuid", _("Eine Kennung in der Nachricht ist keine UUID."))
    return text.lower()


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 6 and int(text) > 0):
        raise MessageRefused("bad-number", _("Die Zählung der Nachrichten ist falsch."))
    return int(text)


def _short(text: str) -> str:
    return " ".join(text.split())[:MAX_TEXT]
