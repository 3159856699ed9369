"""Small builders: text that fits into XML, codes, dates, parties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from lxml import etree

from rathaus.core.clock import local
from rathaus.records.xdomea.content import Party
from rathaus.records.xdomea.versions import Version

Element = Any
# Characters that XML 1.0 forbids; they come from file names and foreign systems.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: object) -> str:
    """`text` without what XML cannot say."""
    return _FORBIDDEN.sub(" ", str(text))


class Builder:
    """Makes elements of one version."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def make(
        self, name: str, children: Iterable[Element | None] = (), text: object = ""
    ) -> Element:
        """An element in the namespace of the version, without the children that are None."""
        node = etree.Element(self.version.tag(name), nsmap={"xdomea": self.version.namespace})
        if text != "":
            node.text = clean(text)
        for child in children:
            if child is not None:
                node.append(child)
        return node

    def text(self, name: str, value: object) -> Element | None:
        """An element with text, or None where there is nothing to say."""
        return self.make(name, text=value) if value not in ("", None) else None

    def plain(self, name: str, value: object) -> Element:
        """An element without namespace (XÖV's basic message and code lists)."""
        node = etree.Element(name)
        node.text = clean(value)
        return node

    def code(
        self, name: str, value: str, *, list_version: str = "", qualified: bool = True
    ) -> Element:
        """A value of a code list; `code` itself never has a namespace."""
        node = self.make(name) if qualified else etree.Element(name)
        if list_version:
            node.set("listVersionID", list_version)
        node.append(self.plain("code", value))
        return node

    def flag(self, name: str, value: bool) -> Element:
        """A boolean as "1" or "0": fixed values of the schema compare the characters."""
        return self.make(name, text="1" if value else "0")

    def day(self, name: str, value: date | None) -> Element | None:
        """A date, or None."""
        return self.text(name, value.isoformat() if value else "")

    def moment(self, name: str, value: datetime) -> Element:
        """Date and time in Germany with offset."""
        return self.make(name, text=stamp(value))

    def span(self, first: date | None, last: date | None) -> Element | None:
        """Laufzeit, or None if nothing is known."""
        if first is None and last is None:
            return None
        return self.make("Laufzeit", [self.day("Beginn", first), self.day("Ende", last)])

    def party(self, name: str, party: Party, *, qualified: bool = True) -> Element:
        """KontaktType: authority and unit."""
        node = self.make(name) if qualified else etree.Element(name)
        if self.version.header == 4:
            institution, unit = "NameInstitution", "NameOrganisationseinheit"
        else:
            institution, unit = "Institution", "Organisationseinheit"
            if party.key:
                node.append(self._authority(party.key))
        short = party.key if self.version.header == 4 else ""
        node.append(
            self.make(
                institution, [self.text("Name", party.name), self.text("Kurzbezeichnung", short)]
            )
        )
        if party.unit:
            node.append(self.make(unit, [self.text("Name", party.unit)]))
        return node

    def _authority(self, key: str) -> Element:
        schluessel = self.code("Behoerdenschluessel", key)
        schluessel.set("listURI", "")
        schluessel.set("listVersionID", "")
        return self.make("Behoerdenkennung", [schluessel])


def stamp(value: datetime) -> str:
    """Date and time in Germany with offset, to the second."""
    return local(value).isoformat(timespec="seconds")
