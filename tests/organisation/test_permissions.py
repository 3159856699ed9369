"""Roles, hierarchy and substitution."""

from __future__ import annotations

import itertools

import pytest

from rathaus.core.actors import Actor
from rathaus.organisation import actions, permissions, queries
from rathaus.organisation.models import Office, Role, Town


def test_every_permission_is_held_by_somebody_and_names_known_roles() -> None:
    for name, roles in permissions.TABLE.items():
        assert roles and roles <= set(Role), name
    assert set(permissions.TABLE) >= permissions.TOWN_WIDE


@pytest.mark.parametrize(
    ("role", "permission"),
    list(itertools.product(Role.values, sorted(permissions.TABLE))),
)
def test_the_table_decides(role: str, permission: str) -> None:
    here, there = Office(pk=1, key="a"), Office(pk=2, key="b")
    grants = permissions.Grants(frozenset({(role, 1)}))
    allowed = role in permissions.TABLE[permission]
    everywhere = permission in permissions.TOWN_WIDE or role in permissions.TOWN_WIDE_ROLES
    assert grants.can(permission) is allowed
    assert grants.can(permission, here) is allowed
    if role != Role.HEAD:
        assert grants.can(permission, there) is (allowed and everywhere)


def test_a_clerk_decides_in_the_own_office_only(person) -> None:
    clerk = person("tomma.ihnen")  # stands in for a clerk, not for the head
    assert permissions.can(clerk, "case.decide", queries.office("buergerbuero"))
    assert not permissions.can(clerk, "case.decide", queries.office("standesamt"))
    assert not permissions.can(clerk, "case.assign", queries.office("buergerbuero"))


def test_a_head_leads_the_offices_below_but_not_beside_or_above(person) -> None:
    head = person("antje.schoon")  # leads Bürgerdienste; stands in for Gerd Harms
    grants = permissions.Grants(frozenset({("head", Office.objects.get(key="buergerdienste").pk)}))
    assert grants.can("case.assign", queries.office("gewerbeamt"))  # two levels below
    assert not grants.can("case.assign", queries.office("stadtkasse"))
    assert not grants.can("case.assign", queries.office("rathaus"))
    assert permissions.can(head, "case.assign", queries.office("stadtkasse"))  # as substitute


def test_the_substitute_of_a_substitute_gains_nothing(person, actor: Actor) -> None:
    first, second, third = (person(x) for x in ("insa.cordes", "tomma.ihnen", "eilert.janssen"))
    actions.set_substitute(staff=first, substitute=second, actor=actor)
    actions.set_substitute(staff=second, substitute=third, actor=actor)
    office = queries.office("gewerbeamt")
    assert permissions.can(second, "case.decide", office)
    assert not permissions.can(third, "case.decide", office)


def test_operating_the_machine_is_not_passed_on_and_shows_no_cases(person, actor: Actor) -> None:
    operator, other = person("lars.poppinga"), person("jan.deharde")
    actions.set_substitute(staff=operator, substitute=other, actor=actor)
    assert permissions.can(operator, "jobs.retry")
    assert not permissions.can(operator, "case.view")
    assert not permissions.can(other, "jobs.retry")
    assert permissions.can(other, "service.publish")


def test_one_cash_desk_for_the_whole_town(person) -> None:
    cashier = person("theda.saathoff")
    assert permissions.can(cashier, "payment.record", queries.office("standesamt"))
    assert not permissions.can(cashier, "case.decide", queries.office("standesamt"))


def test_nobody_and_the_deactivated_may_nothing(person, actor: Actor) -> None:
    staff = person("insa.cordes")
    actions.deactivate_staff(staff=staff, actor=actor)
    assert not permissions.can(None, "case.view")
    assert not permissions.can(person("insa.cordes"), "case.view")


def test_a_misspelt_permission_is_a_mistake_not_a_no(person) -> None:
    with pytest.raises(permissions.UnknownPermission):
        permissions.can(person("insa.cordes"), "case.deside")


def test_offices_of_include_those_one_stands_in_for(person) -> None:
    keys = [office.key for office in queries.offices_of(person("insa.cordes"))]
    assert keys == ["ordnungsamt", "gewerbeamt"]  # own, and as substitute of Habbo Freese
    keys = [office.key for office in queries.offices_of(person("onno.behrends"))]
    assert keys == ["standesamt"]


def test_visible_offices_of_the_mayor_are_all(person, town: Town) -> None:
    assert queries.visible_offices(person("hilke.tammena")) == queries.offices()


def test_many_questions_cost_one_query(person, django_assert_max_num_queries) -> None:
    staff = person("jan.deharde")
    offices = queries.offices()
    with django_assert_max_num_queries(1):
        grants = permissions.grants(staff)
        assert [grants.can("case.view", office) for office in offices].count(True) == 1
