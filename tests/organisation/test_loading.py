"""A town from a file, and the cache over it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import time_machine
from stdnum import iban

from rathaus.core.actors import Actor
from rathaus.core.models import Event, User
from rathaus.organisation import actions, loading, permissions, queries, revision
from rathaus.organisation.models import (
    Closure,
    Membership,
    Office,
    OpeningHours,
    StaffMember,
    Town,
)
from rathaus.organisation.townfile import EXAMPLE


def test_the_demo_town_is_complete(town: Town) -> None:
    assert town.full_name == "Stadt Wiesmoor"
    assert town.address_lines == ["Hauptstraße 193", "26639 Wiesmoor"]
    assert town.phone == "04944 305-0"
    assert town.is_demo and "Demo" in town.creditor_name
    assert iban.is_valid(town.creditor_iban) and " " not in town.creditor_iban
    assert StaffMember.objects.count() >= 14
    assert Office.objects.filter(head=None).count() <= 2


def test_nobody_of_the_demo_town_can_get_real_mail(town: Town) -> None:
    addresses = [town.email, town.data_protection_email]
    addresses += list(Office.objects.values_list("email", flat=True))
    addresses += list(StaffMember.objects.values_list("email", flat=True))
    assert all(address.endswith(".example") for address in addresses)


@pytest.mark.parametrize(
    "key",
    [
        "buergerbuero",
        "standesamt",
        "gewerbeamt",
        "ordnungsamt",
        "steueramt",
        "stadtkasse",
        "archiv",
    ],
)
def test_every_office_can_be_reached_and_works(town: Town, key: str) -> None:
    office = queries.office(key)
    assert office.phone and office.email and office.room and office.name
    somebody = queries.members([office])
    assert somebody
    assert any(permissions.can(person, "records.view", office) for person in somebody) or any(
        permissions.can(person, "payment.record", office) for person in somebody
    )


def test_every_clerk_has_somebody_who_stands_in(town: Town) -> None:
    lonely = StaffMember.objects.filter(memberships__role="clerk", substitute=None)
    assert not lonely.exists()


def test_loading_twice_changes_nothing(town: Town) -> None:
    models = (Office, StaffMember, Membership, OpeningHours)
    before = [model.objects.count() for model in models]
    loading.load_town()
    assert [model.objects.count() for model in models] == before
    assert Town.objects.count() == 1


def test_the_demo_password_is_only_for_new_people(db: None) -> None:
    loading.load_town(password="Moorexpress-Wiesmoor")
    staff = StaffMember.objects.get(user__login="insa.cordes")
    assert staff.user.check_password("Moorexpress-Wiesmoor")
    loading.load_town(password="something else")
    staff.user.refresh_from_db()
    assert staff.user.check_password("Moorexpress-Wiesmoor")


MINIMAL = """
town: {name: Moordorf, street: Weg 1, postal_code: "26624", city: Aurich, phone: "1", email: a@b.de}
offices: [{key: amt, name: Amt}]
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("name: Amt", "nmae: Amt"), "offices.0.nmae"),
        (("key: amt", "key: Amt"), "offices.0.key"),
        (("name: Amt}", "name: Amt, parent: other}"), "parent other has to come before"),
        (("name: Amt}", "name: Amt, head: nobody}"), "unknown head nobody"),
        (("name: Amt}", "name: Amt, hours: {xx: []}}"), "offices.0.hours"),
        (("name: Amt}", 'name: Amt, hours: {mo: ["8 bis 12"]}}'), "offices.0.hours.mo.0"),
        (("name: Amt}", 'name: Amt, hours: {mo: ["8:00-25:00"]}}'), "offices.0.hours"),
        (("name: Amt}", 'name: Amt, hours: {mo: ["12:00-8:00"]}}'), "offices.0.hours"),
        (("phone:", "creditor_iban: DE02120300000000202052, phone:"), "check digits"),
        (("offices:", "offices: [\nx:"), "town.yaml"),
        ((MINIMAL, ""), "town.yaml"),
        ((MINIMAL, "[]"), "town.yaml"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(
    db: None, tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    file = tmp_path / "town.yaml"
    file.write_text(MINIMAL.replace(*change), encoding="utf-8")
    with pytest.raises(loading.TownFileError, match=message):
        loading.load_town(file)
    assert not Town.objects.exists()


def test_another_town(db: None, tmp_path: Path) -> None:
    file = tmp_path / "town.yaml"
    file.write_text(MINIMAL, encoding="utf-8")
    assert loading.load_town(file).full_name == "Stadt Moordorf"
    assert queries.town().name == "Moordorf"


def test_a_missing_file_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(loading.TownFileError, match="nowhere"):
        loading.load_town(tmp_path / "nowhere.yaml")


class TestCache:
    def test_before_a_town_is_loaded_pages_still_have_a_name(self, db: None) -> None:
        assert queries.town().name == "Offenes Rathaus"
        assert queries.offices() == []

    def test_a_change_shows_at_once(self, town: Town) -> None:
        assert queries.office("archiv").room == "003"
        office = Office.objects.get(key="archiv")
        office.room = "004"
        office.save()
        assert queries.office("archiv").room == "004"
        town.refresh_from_db()
        town.phone = "04944 1"
        town.save()
        assert queries.town().phone == "04944 1"

    def test_nothing_is_left_of_a_rolled_back_change(self, town: Town) -> None:
        from django.db import transaction

        with pytest.raises(RuntimeError), transaction.atomic():
            Town.objects.update(name="Rhauderfehn")
            loading.signals.changed()
            assert queries.town().name == "Rhauderfehn"
            raise RuntimeError
        assert queries.town().name == "Wiesmoor"

    def test_within_a_request_the_revision_is_read_once(
        self, town: Town, django_assert_num_queries
    ) -> None:
        queries.town()
        revision.begin_request()
        try:
            with django_assert_num_queries(1):
                for _ in range(5):
                    queries.town()
                    queries.office("buergerbuero")
        finally:
            revision.end_request()

    def test_unknown_office(self, town: Town) -> None:
        with pytest.raises(Office.DoesNotExist):
            queries.office("finanzamt")

    def test_building_costs_the_same_for_any_number_of_offices(
        self, town: Town, django_assert_num_queries
    ) -> None:
        Office.objects.bulk_create(Office(key=f"o{i}", name=f"O {i}") for i in range(50))
        loading.signals.changed()
        with django_assert_num_queries(6):
            assert len(queries.offices()) == 61


class TestAgain:
    """The same file with changes, loaded a second time."""

    @pytest.fixture
    def load(self, db: None, tmp_path: Path, actor: Actor) -> Callable[..., loading.Report]:
        def run(*changes: tuple[str, str]) -> loading.Report:
            text = EXAMPLE.read_text(encoding="utf-8")
            for before, after in changes:
                assert before in text
                text = text.replace(before, after)
            file = tmp_path / "stadt.yaml"
            file.write_text(text, encoding="utf-8")
            return loading.apply(loading.read_town(file), actor=actor)

        run()
        return run

    def test_unchanged(self, load: Callable[..., loading.Report]) -> None:
        hours = list(OpeningHours.objects.values_list("pk", flat=True))
        assert load() == loading.Report()
        assert list(OpeningHours.objects.values_list("pk", flat=True)) == hours

    def test_what_changed_is_changed_and_told(self, load: Callable[..., loading.Report]) -> None:
        report = load(
            ("04944 000-20", "04944 000-21"),
            ('fr: ["8:30-12:00"]', 'fr: ["8:00-12:00"]'),
            ("standesamt: [clerk]", "standesamt: [clerk, head]"),
            ("{date: 2027-12-31, reason: Silvester}", "{date: 2027-12-30, reason: Inventur}"),
            ("last_name: Muster\n", "last_name: Mustermann\n"),
        )
        office = queries.office("buergerbuero")
        assert office.phone == "04944 000-21"
        assert "office buergerbuero: phone, hours" in report.changed
        assert "staff max.beispiel: now head in standesamt" in report.changed
        assert "staff erika.muster: last_name" in report.changed
        assert date(2027, 12, 31) not in queries.town_closures()
        assert report.created == report.left == []
        types = Event.objects.values_list("type", flat=True)
        assert {"organisation.role_granted", "organisation.staff_changed"} <= set(types)

    def test_what_cases_may_refer_to_stays_and_is_named(
        self, load: Callable[..., loading.Report]
    ) -> None:
        text = EXAMPLE.read_text(encoding="utf-8")
        cash = text[text.index("  - key: stadtkasse") : text.index("# Beschäftigte.")]
        kim = text[text.index("  - login: kim.technik") :]
        report = load(
            (cash, ""), (kim, ""), ("buergerbuero: [head, clerk]", "buergerbuero: [head]")
        )
        assert Office.objects.filter(key="stadtkasse").exists()
        assert StaffMember.objects.filter(user__login="kim.technik").exists()
        assert len(report.left) == 3
        assert "stadtkasse" in report.left[0] and "kim.technik" in report.left[1]
        assert "still clerk in buergerbuero" in report.left[2]

    def test_a_past_closure_stays_because_deadlines_were_reckoned_with_it(
        self, load: Callable[..., loading.Report]
    ) -> None:
        with time_machine.travel("2028-01-10"):
            load(("  - {date: 2027-12-31, reason: Silvester}\n", ""))
        assert Closure.objects.filter(date=date(2027, 12, 31)).exists()

    def test_a_substitution_of_the_desk_stays_where_the_file_names_none(
        self, load: Callable[..., loading.Report], actor: Actor
    ) -> None:
        people = {one.user.login: one for one in StaffMember.objects.select_related("user")}
        kim = people["kim.technik"]
        actions.set_substitute(staff=kim, substitute=people["max.beispiel"], actor=actor)
        load()
        kim.refresh_from_db()
        assert kim.substitute == people["max.beispiel"]

    def test_the_login_of_somebody_who_is_no_staff_is_not_taken_over(
        self, load: Callable[..., loading.Report]
    ) -> None:
        User.objects.create_user("kim.anders", "x")
        with pytest.raises(loading.TownFileError, match=r"staff\.2\.login: .* not free"):
            load(("login: kim.technik", "login: kim.anders"), ("04944 000-0", "04944 1"))
        assert queries.town().phone == "04944 000-0"
