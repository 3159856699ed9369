"""Text in its forms: plain, long, e-mail, phone, IBAN."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NumberError

from rathaus.forms import text
from rathaus.forms.kinds.base import JSON, Context, Invalid, Kind, Node


def thousands(number: int) -> str:
    """``4.000``, the German way; ``4,000`` on English pages."""
    text = f"{number:,}"
    return text if get_language() == "en" else text.replace(",", ".")


class TextKind(Kind):
    """One line of text, 200 characters unless the field says otherwise."""

    default_length = 200

    def limit(self, node: Node) -> int:
        """Most characters the answer may have."""
        return node.field.max_length or self.default_length

    def normalise(self, typed: str, limit: int) -> str:
        """The text as it is stored, of at most `limit` characters typed."""
        return text.one_line(typed, limit)

    def clean(self, node: Node, raw: Any) -> str:
        """What was typed, normalised. Raises Invalid where that is more than is looked at."""
        typed, most = str(raw).strip(), max(text.RAW_LIMIT, 2 * self.limit(node))
        if len(typed) > most:
            raise self.too_long(node)
        return self.normalise(typed, most).translate(dict.fromkeys(map(ord, node.field.ignore)))

    def too_long(self, node: Node) -> Invalid:
        """What to say when the answer has more characters than it may have."""
        return Invalid(
            _("Kürzen Sie „%(label)s“ auf höchstens %(limit)s Zeichen.")
            % {"label": node.field.label, "limit": thousands(self.limit(node))}
        )

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        field, value = node.field, self.clean(node, raw)
        if not value:
            raise self.missing(node)
        if len(value) > self.limit(node):
            raise self.too_long(node)
        if field.min_length and len(value) < field.min_length:
            raise Invalid(
                ngettext(
                    "Geben Sie bei „%(label)s“ mindestens %(count)d Zeichen ein.",
                    "Geben Sie bei „%(label)s“ mindestens %(count)d Zeichen ein.",
                    field.min_length,
                )
                % {"label": field.label, "count": field.min_length}
            )
        if field.pattern and not re.fullmatch(field.pattern, value):
            raise Invalid(
                field.pattern_message or _("Prüfen Sie die Schreibweise bei „%s“.") % field.label
            )
        return value

    def schema(self, node: Node) -> dict[str, Any]:
        shape: dict[str, Any] = {
            "type": "string",
            "minLength": node.field.min_length or 1,
            "maxLength": self.limit(node),
        }
        if node.field.pattern:
            shape["pattern"] = f"^(?:{node.field.pattern})$"
        return shape


class LongTextKind(TextKind):
    """Text with line breaks, 4000 characters unless the field says otherwise."""

    template = "long_text"
    default_length = 4000

    def normalise(self, typed: str, limit: int) -> str:
        return text.lines(typed, limit)

    def display(self, node: Node, value: JSON) -> list[str]:
        return str(value).split("\n")


_PROVIDERS = (
    "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de",
    "t-online.de", "outlook.com", "outlook.de", "hotmail.com", "hotmail.de", "live.de", "aol.com",
    "icloud.com", "yahoo.de", "yahoo.com", "freenet.de", "ewetel.net", "ewe.net", "posteo.de",
    "mailbox.org", "arcor.de", "vodafone.de", "kabelmail.de", "proton.me", "protonmail.com",
    "mail.de", "mail.com", "email.de", "me.com", "mac.com",
)  # fmt: skip
_ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "ed": "de", "dee": "de"}
_is_email = EmailValidator(allowlist=())  # no mail leaves for "localhost"


def email_hint(address: str) -> str:
    """ "gmial.com" was probably meant to be "gmail.com": a question, never an error."""
    local, _at, domain = address.rpartition("@")
    domain = domain.lower()
    if not local or len(domain) < 5 or domain in _PROVIDERS:
        return ""
    close = _meant(domain)
    return _("Meinten Sie %s?") % f"{local}@{close}" if close else ""


@lru_cache(maxsize=1000)
def _meant(domain: str) -> str:
    close = get_close_matches(domain, _PROVIDERS, n=1, cutoff=0.84)
    name, _dot, ending = domain.rpartition(".")
    if not close and ending in _ENDINGS:
        close = [f"{name}.{_ENDINGS[ending]}"]
    return close[0] if close else ""


class EmailKind(TextKind):
    """An e-mail address; domains with umlauts are fine."""

    template = "email"
    default_length = 254

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        value = self.clean(node, raw)
        if len(value) > self.limit(node):
            raise self.too_long(node)
        if " " in value:
            raise Invalid(_("Eine E-Mail-Adresse hat keine Leerzeichen. Prüfen Sie sie."))
        local, _at, domain = value.rpartition("@")
        try:
            ascii_domain = domain.encode("idna").decode("ascii") if domain else ""
            _is_email(f"{local}@{ascii_domain}")
        except (ValidationError, UnicodeError):
            raise Invalid(
                _("Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org.")
            ) from None
        return value

    def too_long(self, node: Node) -> Invalid:
        return Invalid(_("Diese E-Mail-Adresse ist zu lang. Prüfen Sie sie."))

    def missing(self, node: Node) -> Invalid:
        return Invalid(node.field.missing_message or _("Geben Sie Ihre E-Mail-Adresse ein."))

    def schema(self, node: Node) -> dict[str, Any]:
        return {"type": "string", "format": "idn-email", "maxLength": self.limit(node)}


class PhoneKind(TextKind):
    """A phone number as people write it; kept as typed."""

    template = "phone"
    default_length = 30
    _shape = re.compile(r"\+?[\d\s()/.\-–]+", re.ASCII)

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        value = self.clean(node, raw)
        digits = sum(character.isdigit() for character in value)
        if not (self._shape.fullmatch(value) and 5 <= digits <= 18 and len(value) <= 30):
            raise Invalid(
                _(
                    "Geben Sie eine Telefonnummer ein, zum Beispiel 04944 305120 oder "
                    "+49 4944 305120."
                )
            )
        return value

    def missing(self, node: Node) -> Invalid:
        return Invalid(node.field.missing_message or _("Geben Sie Ihre Telefonnummer ein."))

    def schema(self, node: Node) -> dict[str, Any]:
        return {"type": "string", "minLength": 5, "maxLength": 30}


class IbanKind(TextKind):
    """An IBAN (ISO 13616), check digits and country format checked, stored without blanks."""

    template = "iban"
    default_length = 34

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        value = re.sub(r"[\s.\-]", "", self.clean(node, raw)).upper()
        if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}", value):
            raise Invalid(
                _("Geben Sie die IBAN ein. Sie beginnt mit zwei Buchstaben, in Deutschland mit DE.")
            )
        if value.startswith("DE") and len(value) != 22:
            raise Invalid(
                _("Eine deutsche IBAN hat 22 Zeichen, Ihre hat %d. Prüfen Sie sie.") % len(value)
            )
        try:
            return iban.validate(value)
        except (InvalidChecksum, InvalidLength, NumberError):
            raise Invalid(
                _("Diese IBAN enthält einen Tippfehler. Vergleichen Sie sie mit Ihrer Bankkarte.")
            ) from None

    def missing(self, node: Node) -> Invalid:
        return Invalid(node.field.missing_message or _("Geben Sie die IBAN ein."))

    def display(self, node: Node, value: JSON) -> list[str]:
        return [" ".join(value[start : start + 4] for start in range(0, len(value), 4))]

    def schema(self, node: Node) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$"}
