"""The three account systems: one engine, three profiles."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from rathaus.accounts.sources import simulated
from rathaus.simulation.bundid.levels import Level


@dataclass(frozen=True)
class Method:
    """A way to prove who one is."""

    key: str
    """As ``AssertionProvedBy`` and the element in ``akdb:AuthnMethods`` spell it."""
    label: object
    level: Level
    hint: object


@dataclass(frozen=True)
class House:
    """An account system.

    `extension`: BundID's extension is demanded and read. `trust`: each attribute carries its
    own level. `signs` is ``assertion`` or ``response``. `lasting`: the NameID is the identifier.
    """

    key: str
    label: str
    methods: tuple[Method, ...]
    extension: bool = False
    trust: bool = False
    signs: str = "assertion"
    lasting: bool = False
    companies: bool = False

    @property
    def entity_id(self) -> str:
        """Our name in messages; our description can be read there."""
        return simulated.entity_id(self.key)

    @property
    def sso_url(self) -> str:
        """Where requests are sent to."""
        return simulated.sign_on_url(self.key)

    def method(self, key: str) -> Method | None:
        """The method of that name."""
        return next((one for one in self.methods if one.key == key), None)


BUNDID = House(
    key="bundid",
    label="BundID",
    extension=True,
    trust=True,
    methods=(
        Method("eID", _("Online-Ausweis"), Level.HIGH, _("Personalausweis, PIN und Smartphone")),
        Method("Elster", _("ELSTER-Zertifikat"), Level.SUBSTANTIAL, _("Datei und Passwort")),
        Method("eIDAS", _("Ausweis eines anderen EU-Landes"), Level.HIGH, _("eIDAS")),
        Method("FINK", _("Konto eines Landes"), Level.LOW, _("weitergereicht über FINK")),
        Method("Benutzername", _("Benutzername und Passwort"), Level.REGISTERED, _("E-Mail-Code")),
    ),
)
NIEDERSACHSEN = House(
    key="niedersachsen",
    label="Servicekonto Niedersachsen",
    lasting=True,
    methods=(
        Method("plus", _("Servicekonto Plus"), Level.HIGH, _("mit Online-Ausweis")),
        Method("basis", _("Servicekonto"), Level.LOW, _("mit E-Mail-Adresse und Passwort")),
    ),
)
UNTERNEHMENSKONTO = House(
    key="unternehmenskonto",
    label="Mein Unternehmenskonto",
    signs="response",
    lasting=True,
    companies=True,
    methods=(
        Method(
            "zertifikat",
            _("ELSTER-Organisationszertifikat"),
            Level.SUBSTANTIAL,
            _("Datei und Passwort der Organisation"),
        ),
    ),
)
HOUSES = {one.key: one for one in (BUNDID, NIEDERSACHSEN, UNTERNEHMENSKONTO)}
