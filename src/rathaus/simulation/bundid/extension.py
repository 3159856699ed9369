"""BundID's extension of the request, version 2, with its published error codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from rathaus.simulation.bundid.errors import Refused
from rathaus.simulation.bundid.xml import AKDB, PREFIXES, SAMLP, q, text

_VERSION = "akdb:DisplayInformation/ui:Version/ui:"
_MARKUP = re.compile(r"<\s*(?!/?(?:b|br|i|p|strong|em)\b)[a-zA-Z/!]")


@dataclass(frozen=True)
class Wishes:
    """What the extension asks for."""

    methods: tuple[str, ...] | None = None
    """None: all."""
    attributes: tuple[tuple[str, bool], ...] = ()
    """OID and whether the log-in is worthless without it."""
    display_name: str = ""
    service_id: str = ""
    language: str = ""
    status_detail: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Wishes:
        """From the database."""
        methods = data["methods"]
        return cls(
            **{
                **data,
                "methods": None if methods is None else tuple(methods),
                "attributes": tuple((name, bool(needed)) for name, needed in data["attributes"]),
            }
        )

    @property
    def names(self) -> tuple[str, ...]:
        """OIDs of all attributes asked for."""
        return tuple(name for name, _ in self.attributes)


def read(root: etree._Element) -> Wishes:
    """The extension of a signed request. Raises: Refused."""
    node = root.find(f"{q(SAMLP, 'Extensions')}/{q(AKDB, 'AuthenticationRequest')}")
    if node is None:
        raise Refused("akdb-extension-missing")
    if node.get("Version") != "2":
        raise Refused("akdb-extension-v1-deprecated", node.get("Version") or "")
    if _MARKUP.search(text(node, f"{_VERSION}Purpose")):
        raise Refused("purpose-does-not-support-restricted-html")
    display_name = text(node, f"{_VERSION}OrganizationDisplayName")
    methods, attributes = _methods(node), _attributes(node)
    if not display_name:
        raise Refused("organization-display-name-missing")
    return Wishes(
        methods=methods,
        attributes=attributes,
        display_name=display_name[:50],
        service_id=text(node, f"{_VERSION}OnlineServiceId"),
        language=text(node, f"{_VERSION}Lang"),
        status_detail=node.get("EnableStatusDetail") == "true",
    )


def _methods(node: etree._Element) -> tuple[str, ...] | None:
    listed = node.find("akdb:AuthnMethods", PREFIXES)
    if listed is None:
        return None
    names = tuple(
        etree.QName(one).localname
        for one in listed.iterchildren(tag=etree.Element)
        if text(one, "akdb:Enabled") in ("", "true")
    )
    if not names:
        raise Refused("empty-authentication-methods")
    return names


def _attributes(node: etree._Element) -> tuple[tuple[str, bool], ...]:
    rows = node.findall("akdb:RequestedAttributes/akdb:RequestedAttribute", PREFIXES)
    if not rows:
        raise Refused("requested-attributes-empty")
    if not all(row.get("Name") for row in rows):
        raise Refused("requested-attributes-missing-name")
    return tuple((row.get("Name") or "", row.get("RequiredAttribute") == "true") for row in rows)
