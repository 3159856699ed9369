"""Residents of the demo town who have an account, and their log-ins at the simulated houses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from allauth.account.models import EmailAddress

from rathaus.accounts import queries, terms
from rathaus.accounts.actions import children, linking, representation
from rathaus.accounts.actions.opening import new_login, open_account
from rathaus.accounts.assurance import NOTHING, Assurance, Proof
from rathaus.accounts.models import Account
from rathaus.accounts.queries import Mandate
from rathaus.accounts.sources.base import Attribute, Verified
from rathaus.accounts.trust import LIMITS, TrustLevel
from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.models import User
from rathaus.simulation.bundid import people as houses_people
from rathaus.simulation.bundid import sp
from rathaus.simulation.bundid.houses import BUNDID, HOUSES
from rathaus.simulation.bundid.levels import Level
from rathaus.simulation.bundid.people import Company, Person
from rathaus.simulation.demo import answers, story
from rathaus.simulation.demo.story import LinkedLogin, Resident

TRUST = {
    Level.REGISTERED: TrustLevel.BASIC,
    Level.LOW: TrustLevel.BASIC,
    Level.SUBSTANTIAL: TrustLevel.SUBSTANTIAL,
    Level.HIGH: TrustLevel.HIGH,
}

_PLACE = {"street", "house_number", "postal_code", "city"}


@dataclass(frozen=True)
class Known:
    """An account that was opened in the story."""

    account: Account
    resident: Resident

    def mandate(self, name: str) -> Mandate:
        """Whom the account acts for, by name. Raises: StopIteration."""
        return next(one for one in queries.acting_for(self.account) if one.name == name)

    def assurance(self) -> Assurance:
        """What the session proves in which an application is sent."""
        if not self.resident.proves:
            return NOTHING
        found = verified(self.resident.identities[0])
        at = found.authenticated_at
        proof = Proof(
            source=found.source,
            method=found.method,
            level=found.level,
            authenticated_at=at,
            expires_at=at + LIMITS[found.level].total,
            attributes=found.attributes,
        )
        return Assurance((proof,))


def open_for(resident: Resident, *, password_hash: str) -> Known:
    """Open the account as the pages do: log-ins linked, children declared, terms agreed to."""
    person = story.people()[resident.who]
    email = str(person["email"])
    user = None
    if resident.local:
        user = User.objects.create(login=new_login(), password=password_hash)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    account = open_account(
        actor=None,
        language="de",
        first_names=person["first_names"],
        last_name=person["last_name"],
        contact_email=email,
        user=user,
        method="local" if resident.local else resident.identities[0].source,
    )
    account.phone = person.get("phone", "")
    account.address = answers.address(person)
    account.save(update_fields=["phone", "address"])
    actor = Actor.resident(str(account.public_id), "Inhaberin oder Inhaber")
    terms.give_consent(account=account, actor=actor)
    for login in resident.identities:
        proved = verified(login)
        linking.link(account=account, verified=proved, actor=actor)
        representation.from_verified(account, proved, actor)
    for child in resident.children:
        children.declare_child(
            account=account,
            first_names=child["first_names"],
            last_name=child["last_name"],
            birth_date=date.fromisoformat(child["birth_date"]),
            actor=actor,
        )
    return Known(account, resident)


def verified(login: LinkedLogin) -> Verified:
    """What the town's own side makes of a log-in at a simulated house."""
    house = HOUSES[login.source]
    method = house.method(login.method)
    if method is None:
        raise LookupError(login.method)
    who = houses_people.accounts(house)[login.as_]
    audience = sp.name_at(house)
    level = TRUST[method.level]
    subject = houses_people.lasting_id(house, who.key, audience=audience)
    organisation = ""
    if isinstance(who, Company):
        organisation = houses_people.organisation_id(house, who.key, audience=audience)
        values = _of_company(who)
    else:
        values = _of_person(who)
        if house is BUNDID:
            subject = houses_people.bpk2(who, host=sp.host_of(audience), method=method.key)
    return Verified(
        source=login.source,
        subject=subject,
        level=level,
        method=method.key if house.extension else "",
        authenticated_at=clock.now() - timedelta(minutes=2),
        attributes={key: Attribute(value, level) for key, value in values.items() if value},
        organisation=organisation,
    )


def _of_person(person: Person) -> dict[str, str]:
    return {
        "given_names": person.first_names,
        "family_name": person.last_name,
        "birth_date": person.birth_date,
        "birth_place": person.birth_place,
        "street": f"{person.street} {person.house_number}",
        "postal_code": person.postal_code,
        "city": person.city,
        "country": "DE",
    }


def _of_company(company: Company) -> dict[str, str]:
    return {
        "organisation_name": company.name,
        "organisation_legal_form": company.form[1],
        "organisation_register_kind": company.register_entry.get("kind", ""),
        "organisation_register_number": company.register_entry.get("number", ""),
        "organisation_register_court": company.register_entry.get("court", ""),
        **{f"organisation_{key}": text for key, text in company.address.items() if key in _PLACE},
        "organisation_country": "DE",
    }
