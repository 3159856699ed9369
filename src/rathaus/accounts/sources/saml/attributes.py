"""What a verified assertion says about the person, in our words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.sources.saml import names, notation, xml
from rathaus.accounts.sources.saml.conditions import moment
from rathaus.accounts.sources.saml.entry import AttributeRule
from rathaus.accounts.sources.saml.names import tag
from rathaus.accounts.sources.saml.refusal import refuse
from rathaus.accounts.trust import TrustLevel

MAX_VALUE = 500
MARKS = {
    "UNTERGEORDNET": TrustLevel.BASIC,
    "NORMAL": TrustLevel.BASIC,
    "SUBSTANTIELL": TrustLevel.SUBSTANTIAL,
    "HOCH": TrustLevel.HIGH,
}
"""``akdb:TrustLevel`` of a single attribute."""


@dataclass(frozen=True)
class Value:
    """One attribute: its texts, a structured value by the names of its parts, its own level."""

    texts: tuple[str, ...]
    parts: Mapping[str, str]
    mark: TrustLevel | None


@dataclass(frozen=True)
class Statement:
    """The verified assertion, read."""

    name_id: str
    name_id_format: str
    context: str
    """AuthnContextClassRef."""
    authenticated_at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def persistent_name_id(self) -> str:
        """The NameID if it identifies a person for good, else empty."""
        return self.name_id if self.name_id_format == names.NAME_ID["persistent"] else ""

    def text(self, name: str) -> str:
        """The one value of an attribute, or empty. Raises: LoginRefused if there are several."""
        value = self.values.get(name)
        if value is None or not value.texts:
            return ""
        return value.texts[0] if len(value.texts) == 1 else refuse("several_values")


def read(assertion: etree._Element) -> Statement:
    """Read an assertion that was verified. Raises: LoginRefused."""
    name_id = assertion.find(f"{tag(names.SAML, 'Subject')}/{tag(names.SAML, 'NameID')}")
    statement = assertion.find(tag(names.SAML, "AuthnStatement"))
    if statement is None:
        return refuse("authn_statement")
    context = statement.find(
        f"{tag(names.SAML, 'AuthnContext')}/{tag(names.SAML, 'AuthnContextClassRef')}"
    )
    values: dict[str, Value] = {}
    for group in xml.children(assertion, tag(names.SAML, "AttributeStatement")):
        for element in group:
            if element.tag != tag(names.SAML, "Attribute"):
                refuse("encrypted_attribute")
            name = (element.get("Name") or "").replace(" ", "")
            if not name or name in values:
                refuse("duplicate_attribute")
            values[name] = _value(element)
    return Statement(
        name_id=_clean(xml.text_of(name_id)),
        name_id_format="" if name_id is None else name_id.get("Format", ""),
        context=xml.text_of(context),
        authenticated_at=moment(statement.get("AuthnInstant")),
        values=values,
    )


def mapped(
    statement: Statement,
    rules: Mapping[str, AttributeRule],
    *,
    level: TrustLevel,
    unmarked: TrustLevel = TrustLevel.HIGH,
) -> dict[str, Attribute]:
    """Our attributes: none above `level`, its own mark, or what the rule allows at most.

    `unmarked` holds for attributes without a mark of their own.
    """
    found: dict[str, Attribute] = {}
    for ours, rule in rules.items():
        value = statement.values.get(rule.name)
        if value is None or len(value.texts) != 1:
            continue
        text = notation.ours(ours, value.texts[0], date=rule.date)
        most = TrustLevel.parse(rule.level) if rule.level else TrustLevel.HIGH
        reached = min(level, most, unmarked if value.mark is None else value.mark)
        if text and reached > TrustLevel.NONE:
            found[ours] = Attribute(text, reached)
    if "street" in found and "house_number" not in rules:
        street, number = notation.split_street(found["street"].value)
        if number:
            found["house_number"] = Attribute(number, found["street"].level)
            found["street"] = Attribute(street, found["street"].level)
    return found


def _value(element: etree._Element) -> Value:
    texts: list[str] = []
    parts: dict[str, str] = {}
    for value in xml.children(element, tag(names.SAML, "AttributeValue")):
        if not len(value):
            text = _clean(xml.text_of(value))
            texts += [text] if text else []
            continue
        for part in value.iter("*"):
            if part is not value and not len(part):
                name = etree.QName(part).localname
                if name in parts:
                    refuse("several_values")
                parts[name] = _clean(xml.text_of(part))
    return Value(tuple(texts), parts, _mark(element))


def _mark(element: etree._Element) -> TrustLevel | None:
    """The attribute's own level; one we do not know counts as the lowest."""
    for name, value in element.attrib.items():
        if etree.QName(str(name)).localname == "TrustLevel":
            return MARKS.get(str(value), TrustLevel.BASIC)
    return None


def _clean(text: str) -> str:
    """NFC, without control characters; too long is no value."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if c.isprintable())
    return kept.strip() if len(kept) <= MAX_VALUE else ""
