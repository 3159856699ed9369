"""Addresses of the three houses: ``/simulation/bundid/``, ``/simulation/niedersachsen/`` …"""

from django.urls import path, register_converter

from rathaus.simulation.bundid import pages
from rathaus.simulation.bundid.houses import HOUSES, House


class HouseConverter:
    """The key of a house in an address."""

    regex = "|".join(HOUSES)

    def to_python(self, value: str) -> House:
        """The house. Never fails: the expression names all of them."""
        return HOUSES[value]

    def to_url(self, house: House) -> str:
        """Its key."""
        return house.key


register_converter(HouseConverter, "house")
urlpatterns = [
    path("<house:house>/", pages.board, name="identity_board"),
    path("<house:house>/saml/", pages.saml, name="identity_saml"),
    path("<house:house>/metadaten/", pages.metadata, name="identity_metadata"),
    path("<house:house>/fehler/", pages.error, name="identity_error"),
    path("<house:house>/anmelden/<str:token>/", pages.login, name="identity_login"),
    path("<house:house>/nachricht/<str:token>/", pages.message, name="identity_message"),
]
