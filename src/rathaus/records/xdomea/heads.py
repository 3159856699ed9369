"""The head of a message: `Kopf` in 3.x, `nachrichtenkopf` and more in 4.0."""

from __future__ import annotations

from lxml import etree

from rathaus.records.xdomea.content import Head
from rathaus.records.xdomea.elements import Builder, Element, clean

_WITH_RECEIPT = {"0501", "0502"}
_TRANSFER = "0503"
_HANDOVER = "0401"


def attributes(build: Builder, head: Head) -> dict[str, str]:
    """Attributes of the root element; 3.x has none."""
    if build.version.header != 4:
        return {}
    found = {
        "produkt": clean(head.product),
        "produkthersteller": clean(head.maker),
        "standard": "xdomea",
        "version": build.version.number,
    }
    if head.product_version:
        found["produktversion"] = clean(head.product_version)
    if head.test:
        found["test"] = "Test"
    return found


def head(build: Builder, data: Head) -> list[Element]:
    """The elements that every message begins with."""
    return _new(build, data) if build.version.header == 4 else [_old(build, data)]


def _old(build: Builder, data: Head) -> Element:
    children = [
        build.make("ProzessID", text=data.process),
        build.code("Nachrichtentyp", data.code),
        build.moment("Erstellungszeitpunkt", data.created),
        build.party("Absender", data.sender),
        build.party("Empfaenger", data.reader),
        build.make(
            "SendendesSystem",
            [build.text("Produktname", data.product), build.text("Version", data.product_version)],
        ),
        build.text("Hinweis", data.note),
    ]
    if data.code in _WITH_RECEIPT:
        children.append(build.flag("Empfangsbestaetigung", data.wants_receipt))
    elif data.code == _HANDOVER:
        children.append(build.flag("Importbestaetigung", True))
        children.append(build.flag("Empfangsbestaetigung", data.wants_receipt))
    elif data.code == _TRANSFER:
        children += _transfer(build, data)
    return build.make("Kopf", children)


def _new(build: Builder, data: Head) -> list[Element]:
    identity = build.make("identifikation.nachricht")
    identity.append(build.plain("nachrichtenUUID", data.message))
    identity.append(build.code("nachrichtentyp", data.code, qualified=False))
    created = build.moment("erstellungszeitpunkt", data.created)
    created.tag = "erstellungszeitpunkt"
    identity.append(created)
    top = build.make(
        "nachrichtenkopf",
        [
            identity,
            build.party("leser", data.reader),
            build.party("autor", data.sender),
            build.make("ProzessID", text=data.process),
            build.text("Hinweis", data.note),
        ],
    )
    found = [top]
    if data.code in _WITH_RECEIPT:
        found.append(build.flag("Empfangsbestaetigung", data.wants_receipt))
    elif data.code == _TRANSFER:
        found += _transfer(build, data)
    if data.answers:
        found.append(build.make("UUIDUrsprungsnachricht", text=data.answers))
    found.append(build.make("LfdNrNachrichtProTyp", text=data.number))
    found.append(build.make("GesamtanzahlNachrichtenProTyp", text=data.total))
    for node in found:
        etree.cleanup_namespaces(node, keep_ns_prefixes=["xdomea"])
    return found


def _transfer(build: Builder, data: Head) -> list[Element]:
    return [
        build.flag("Importbestaetigung", True),
        build.flag("RueckmeldungArchivkennung", data.wants_archive_id),
        build.flag("Empfangsbestaetigung", data.wants_receipt),
    ]
