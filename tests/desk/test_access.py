"""Nobody sees or does anything they may not: every address of the desk, by its own table."""

from __future__ import annotations

import importlib
import pkgutil
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, UUIDConverter

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.desk import entry, routes
from rathaus.desk.urls import urlpatterns
from rathaus.organisation import actions as organisation
from rathaus.organisation import permissions, queries
from rathaus.organisation.models import Role
from rathaus.records.models import DocumentVersion
from tests.desk import making
from tests.desk.conftest import SignIn
from tests.support import desk

UNDER_WAY = {"second_step", "enrol", "enrol_codes", "enrol_codes_file"}
INVITED = {"invitation", "invitation_link"}
PUBLIC = {
    "login", "logout", "identity_start", "identity_return", "identity_finish", *UNDER_WAY, *INVITED,
}  # fmt: skip
PAGES = [pattern for pattern in urlpatterns if pattern.name not in PUBLIC]
OF_TOWN = ("kasse/", "beschaeftigte/", "vertretung/")
OF_PARTS = {
    pattern.name
    for module in pkgutil.iter_modules(routes.__path__)
    for pattern in getattr(
        importlib.import_module(f"{routes.__name__}.{module.name}"), "urlpatterns", []
    )
}
"""Pages of the record's parts: whose things they show is tested with each part."""
OF_OFFICE = [
    p for p in PAGES
    if "<uuid:ident>" in str(p.pattern) and not any(part in str(p.pattern) for part in OF_TOWN)
    and p.name not in OF_PARTS
]  # fmt: skip


def names(patterns: list[URLPattern]) -> list[str]:
    return [str(pattern.name) for pattern in patterns]


def address(pattern: URLPattern, ident: uuid.UUID | None = None) -> str:
    values: dict[str, Any] = {
        "ident": ident or uuid.uuid4(),
        "slug": "hund-anmelden",
        "key": "hund",
        "pk": 1,
        "source": "verzeichnis",
    }
    by_type = {IntConverter: 1, UUIDConverter: values["ident"]}
    wanted = {
        key: by_type.get(type(converter)) or values.get(key, "x")
        for key, converter in pattern.pattern.converters.items()
    }
    return reverse(f"desk:{pattern.name}", kwargs=wanted)


def subject(name: str) -> uuid.UUID:
    """A thing of the Steueramt for the page `name`."""
    if name.startswith("enter_"):
        staff = making.person("eilert.janssen")
        draft = making.new_draft()
        type(draft).objects.filter(pk=draft.pk).update(entered_by=staff)
        return draft.public_id
    application = making.taken()
    if name == "file":
        return DocumentVersion.objects.filter(document__case=application.case)[0].public_id
    if name == "dossier":
        return application.case.dossier.public_id
    if name.startswith("file_"):
        return application.case.public_id
    return application.public_id


def test_every_page_names_a_permission() -> None:
    for pattern in PAGES:
        assert getattr(pattern.callback, "desk_permission", "") in permissions.TABLE, pattern.name
    assert {p.name for p in urlpatterns} - {p.name for p in PAGES} == PUBLIC


def test_without_log_in_there_is_only_the_log_in_page(client: Client) -> None:
    for pattern in PAGES:
        for response in (client.get(address(pattern)), client.post(address(pattern))):
            assert response.status_code == 302, pattern.name
            assert response["Location"].startswith(reverse("desk:login")), pattern.name


def test_a_password_alone_opens_nothing(client: Client) -> None:
    """Django's own log-in, which knows no second factor, is not enough for any page."""
    for pattern in PAGES:
        client.force_login(making.person("lars.poppinga").user)
        session = client.session
        session["desk_seen"] = int(now().timestamp())
        session.save()
        for response in (client.get(address(pattern)), client.post(address(pattern))):
            assert response.status_code == 302, pattern.name
            assert response["Location"] == reverse("desk:login"), pattern.name


def test_the_second_factor_of_somebody_else_does_not_count(client: Client) -> None:
    desk.sign_in(client, making.person("eilert.janssen").user)
    session = client.session
    session["desk_proved"] = {**session["desk_proved"], "user": str(uuid.uuid4())}
    session.save()
    assert client.get(reverse("desk:basket")).status_code == 302


def test_steps_of_a_log_in_open_only_for_one_under_way(client: Client, tax: Client) -> None:
    for name in UNDER_WAY:
        for person in (client, tax):
            response = person.get(reverse(f"desk:{name}"))
            assert (response.status_code, response["Location"]) == (302, reverse("desk:login"))


def test_a_login_that_is_no_staff_gets_nothing(client: Client) -> None:
    user = User.objects.create_user("resident@example.org", "x")
    for pattern in PAGES:
        desk.sign_in(client, user)
        assert client.get(address(pattern)).status_code in {302, 403}, pattern.name


def test_nobody_logs_in_as_somebody_else() -> None:
    """There is no such feature, under none of its usual names: neither address nor code."""
    words = re.compile(
        r"imperson|hijack|login_as|log_in_as|anmelden.?als|sudo|masquerad|switch.?user"
    )
    routes = [f"{pattern.name} {pattern.pattern}" for pattern in urlpatterns]
    assert not [route for route in routes if words.search(route)]
    found = [
        str(path)
        for path in Path(entry.__file__).parents[1].rglob("*.py")
        if words.search(path.read_text(encoding="utf-8"))
    ]
    assert not found
    # The session of the desk gets its user in one place only, and from the log-in under way.
    calls = [
        path.name
        for path in Path(entry.__file__).parent.rglob("*.py")
        if re.search(r"\blogin\(request", path.read_text(encoding="utf-8"))
    ]
    assert calls == ["entry.py"]


def _without(permission: str) -> str:
    """A login of somebody who holds a role, but none with `permission`; "" if all do."""
    role = next((r for r in Role if r not in permissions.TABLE[permission]), None)
    if role is None:
        return ""
    login = f"ohne.{permission}"
    organisation.create_staff(
        login=login,
        password=making.PASSWORD,
        first_name="Ohne",
        last_name="Recht",
        memberships=[(queries.office("steueramt"), str(role))],
        actor=Actor.system("test"),
    )
    return login


def test_the_wrong_role_is_told_so(sign_in: SignIn) -> None:
    clients: dict[str, Client | None] = {}
    for pattern in PAGES:
        needs: str = pattern.callback.desk_permission  # type: ignore[attr-defined]
        if needs not in clients:
            login = _without(needs)
            clients[needs] = sign_in(login) if login else None
        client = clients[needs]
        if client is None:
            assert needs == "service.view"
            continue
        for response in (client.get(address(pattern)), client.post(address(pattern))):
            assert response.status_code == 403, pattern.name
            assert "Dafür fehlt Ihnen das Recht" in response.content.decode()


@pytest.mark.parametrize("pattern", OF_OFFICE, ids=names(OF_OFFICE))
def test_other_offices_do_not_learn_that_it_exists(pattern: URLPattern, sign_in: SignIn) -> None:
    """A clerk with the same role elsewhere gets exactly the page of a thing that is not there."""
    ident = subject(str(pattern.name))
    # fenna.wilken is head and clerk of the Standesamt: every permission of a case, elsewhere.
    client = sign_in("fenna.wilken")
    there = client.post(address(pattern, ident))
    nowhere = client.post(address(pattern))
    if there.status_code == 405:
        there, nowhere = client.get(address(pattern, ident)), client.get(address(pattern))
    assert there.status_code == nowhere.status_code == 404


@pytest.mark.parametrize("pattern", OF_OFFICE, ids=names(OF_OFFICE))
def test_the_own_office_reaches_it(pattern: URLPattern, tax: Client) -> None:
    """The counterpart: the 404 above is about the office, not about a wrong address."""
    response = tax.post(address(pattern, subject(str(pattern.name))))
    assert response.status_code not in {403, 404}


def test_posts_need_a_token(sign_in: SignIn) -> None:
    application = making.new_case()
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in("eilert.janssen").cookies
    assert client.post(reverse("desk:take", args=[application.public_id])).status_code == 403
    application.refresh_from_db()
    assert application.state == "received"


ACTS = """
take_next bulk take put_back assign message note question_back letter_pdf counter_payment
slip enter_start enter_resume enter_discard file_check file_package claim_counter
claim_transfer claim_refund claim_waive refund_settle issue_settle retry_all retry security_remove
session_end session_end_others directory_connect staff_grant staff_revoke staff_activate
staff_password staff_reset
"""


def test_a_link_changes_nothing(sign_in: SignIn) -> None:
    logins = {
        "payment.match": "theda.saathoff",
        "jobs.retry": "lars.poppinga",
        "staff.manage": "lars.poppinga",
    }
    for name in ACTS.split():
        pattern = next(p for p in PAGES if p.name == name)
        needs: str = pattern.callback.desk_permission  # type: ignore[attr-defined]
        client = sign_in(logins.get(needs, "eilert.janssen"))
        assert client.get(address(pattern)).status_code == 405, name


def test_a_substitute_sees_the_cases_of_the_person(sign_in: SignIn) -> None:
    """theda.saathoff stands in for eilert.janssen."""
    application = making.new_case()
    url = reverse("desk:case", args=[application.public_id])
    assert sign_in("theda.saathoff").get(url).status_code == 200
    assert sign_in("insa.cordes").get(url).status_code == 404


def test_somebody_who_left_is_out_at_once(sign_in: SignIn) -> None:
    client = sign_in("eilert.janssen")
    assert client.get(reverse("desk:basket")).status_code == 200
    organisation.deactivate_staff(staff=making.person("eilert.janssen"), actor=Actor.system("test"))
    assert client.get(reverse("desk:basket")).status_code == 302


def test_a_clerk_cannot_do_what_only_the_head_may(sign_in: SignIn) -> None:
    application = making.taken("insa.cordes", "gewerbe-anmelden")
    client = sign_in("renko.folkerts")  # clerk in Ordnungs- and Gewerbeamt
    colleague = making.person("renko.folkerts")
    assert not permissions.can(colleague, "case.assign")  # no head, stands in for no head
    url = reverse("desk:assign", args=[application.public_id])
    assert client.post(url, {"to": str(colleague.public_id)}).status_code == 403
    application.refresh_from_db()
    assert application.assigned_to == making.person("insa.cordes")


def test_the_cashier_does_not_read_cases_of_other_offices(sign_in: SignIn) -> None:
    application = making.new_case("gewerbe-anmelden")
    client = sign_in("theda.saathoff")
    assert application.claim is not None
    page = client.get(reverse("desk:claim", args=[application.claim.public_id]))
    assert page.status_code == 200
    assert reverse("desk:case", args=[application.public_id]) not in page.content.decode()
    assert client.get(reverse("desk:case", args=[application.public_id])).status_code == 404


def test_nothing_of_the_desk_is_kept_by_the_browser(tax: Client) -> None:
    assert tax.get(reverse("desk:basket"))["Cache-Control"] == "no-store"
    assert tax.get(reverse("desk:case", args=[uuid.uuid4()]))["Cache-Control"] == "no-store"
