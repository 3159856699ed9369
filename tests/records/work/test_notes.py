"""Reminders, comments, tags and links without a page around them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core.clock import today
from rathaus.organisation import calendar
from rathaus.records.work import access, actions, queries
from rathaus.records.work.actions.reminders import check_day
from rathaus.records.work.errors import Moved, NotYours, Unfit
from rathaus.records.work.models import CaseTag, Comment, DocumentTag, Link, Reminder, Tag
from tests.records import conftest as records
from tests.records.work.conftest import House, acting


def test_reminders_are_done_once(house: House) -> None:
    row = actions.set_reminder(
        case=house.case,
        due_on=today(),
        text="Rückruf",
        author=house.anke,
        staff=house.anke,
        actor=acting(house.anke),
    )
    later = today() + timedelta(days=3)
    actions.move_reminder(reminder=row, due_on=later, actor=acting(house.anke))
    assert row.due_on == later
    actions.finish_reminder(reminder=row, staff=house.anke, actor=acting(house.anke))
    with pytest.raises(Moved):
        actions.finish_reminder(reminder=row, staff=house.bodo, actor=acting(house.bodo))
    with pytest.raises(Moved):
        actions.withdraw_reminder(reminder=row, staff=house.bodo, actor=acting(house.bodo))
    names = house.events()
    assert [names.count(f"reminder.{name}") for name in ("set", "moved", "done")] == [1, 1, 1]
    event = house.case.chain.events.get(type="reminder.set")
    assert "Rückruf" not in str(event.data)
    assert house.intact()


def test_who_sees_a_reminder(house: House) -> None:
    office = house.offices["buergerbuero"]
    for who in ({"staff": house.anke}, {"office": office}):
        actions.set_reminder(
            case=house.case,
            due_on=today(),
            text="x",
            author=house.anke,
            actor=acting(house.anke),
            **who,  # type: ignore[arg-type]
        )
    assert queries.counts(access.me(house.anke)).reminders == 2
    assert queries.counts(access.me(house.bodo)).reminders == 1
    assert queries.counts(access.me(house.other)).all == 0
    # Away from today on: whoever stands in sees it too, without the right to the other case.
    Reminder.objects.filter(staff=house.anke).update(due_on=today() - timedelta(days=1))
    house.anke.substitute = house.other
    house.anke.save()
    counted = queries.counts(access.me(house.other))
    assert (counted.reminders, counted.late) == (2, 1)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_any_day_is_taken_or_refused(day: date) -> None:
    allowed = today() <= day <= today() + timedelta(days=366 * 30)
    if allowed:
        check_day(day)
    else:
        with pytest.raises(Unfit):
            check_day(day)


@given(st.dates(date(2024, 1, 1), date(2060, 12, 31)))
def test_offered_days_are_never_holidays(day: date) -> None:
    offered = calendar.next_working_day(day + timedelta(days=14))
    assert calendar.is_working_day(offered)
    assert 14 <= (offered - day).days <= 14 + 6


def test_comments_and_answers(house: House) -> None:
    document = house.file()
    values = {"case": house.case, "author": house.anke, "actor": acting(house.anke)}
    first = actions.comment(**values, text="  Bitte prüfen ", mentions=[house.bodo, house.anke])
    assert first.text == "Bitte prüfen"
    assert [one.staff for one in first.mentions.all()] == [house.bodo]
    on_document = actions.comment(**values, text="Seite 2", document=document)
    reply = actions.comment(**values, text="Ja", parent=on_document)
    again = actions.comment(**values, text="Doch", parent=reply)
    assert (again.parent, again.document) == (on_document, document)
    threads = queries.comments_of(house.case)
    assert [len(thread.replies.all()) for thread in threads] == [2, 0]
    assert queries.comments_of(house.case, document) == [on_document]
    for text in ("", " \n ", "x" * 5001):
        with pytest.raises(Unfit):
            actions.comment(**values, text=text)
    other = records.open_case(house.offices["ordnungsamt"])
    with pytest.raises(Unfit):
        actions.comment(
            case=other, author=house.other, actor=acting(house.other), text="x", parent=first
        )
    mention = first.mentions.get()
    with pytest.raises(NotYours):
        actions.finish_mention(mention=mention, people=[house.anke.pk], actor=acting(house.anke))
    assert actions.finish_mention(mention=mention, people=[house.bodo.pk], actor=acting(house.bodo))
    assert not actions.finish_mention(
        mention=mention, people=[house.bodo.pk], actor=acting(house.bodo)
    )
    assert Comment.objects.count() == 4
    assert "Bitte prüfen" not in str(list(house.case.chain.events.values_list("data")))
    assert house.intact()


def test_merging_tags_loses_nothing_and_doubles_nothing(house: House) -> None:
    office = house.offices["buergerbuero"]
    actor = acting(house.head)
    one = actions.create_tag(name="Eilig", office=office, tone="bad", actor=actor)
    two = actions.create_tag(name="Dringend", office=None, tone="wait", actor=actor)
    document = house.file()
    assert actions.tag_case(case=house.case, tag=one, actor=actor)
    assert not actions.tag_case(case=house.case, tag=one, actor=actor)
    actions.tag_case(case=house.case, tag=two, actor=actor)
    actions.tag_document(document=document, tag=one, actor=actor)
    with pytest.raises(Unfit):
        actions.merge_tags(gone=two, kept=one, actor=actor)
    actions.merge_tags(gone=one, kept=two, actor=actor)
    assert (CaseTag.objects.get().tag, DocumentTag.objects.get().tag) == (two, two)
    assert list(Tag.objects.all()) == [two]
    actions.untag_document(document=document, tag=two, actor=actor)
    assert not actions.untag_document(document=document, tag=two, actor=actor)
    assert house.intact()


def test_names_of_tags(house: House) -> None:
    actor, office = acting(house.head), house.offices["buergerbuero"]
    tag = actions.create_tag(name="  Straße  A ", office=office, tone="new", actor=actor)
    assert tag.name == "Straße A"
    for name, tone in (("STRASSE a", "new"), ("", "new"), ("x" * 61, "new"), ("y", "#ff0000")):
        with pytest.raises(Unfit):
            actions.create_tag(name=name, office=office, tone=tone, actor=actor)
    foreign = actions.create_tag(
        name="Straße A", office=house.offices["ordnungsamt"], tone="new", actor=actor
    )
    with pytest.raises(Unfit):
        actions.tag_case(case=house.case, tag=foreign, actor=actor)
    assert actions.change_tag(tag=tag, name="Weg", tone="off", actor=actor).name == "Weg"


def test_links_are_told_in_both_cases(house: House) -> None:
    other = records.open_case(house.offices["buergerbuero"], title="Zweiter")
    actor = acting(house.anke)
    row = actions.link(source=house.case, target=other, kind="supersedes", actor=actor)
    assert actions.link(source=house.case, target=other, kind="supersedes", actor=actor) == row
    assert [one.word for one in queries.links_of(house.anke, house.case)] == ["ersetzt"]
    assert [one.word for one in queries.links_of(house.anke, other)] == ["wird ersetzt durch"]
    assert queries.links_of(house.other, other) == []
    for case in (house.case, other):
        assert case.chain.events.filter(type="link.added").count() == 1
    with pytest.raises(Unfit):
        actions.link(source=other, target=other, kind="relates", actor=actor)
    with pytest.raises(Unfit):
        actions.link(source=other, target=house.case, kind="eats", actor=actor)
    actions.link(source=house.case.dossier, target=other, kind="relates", actor=actor)
    assert {one.kind for one in queries.links_of(house.anke, other)} == {"case", "dossier"}
    assert actions.unlink(row=row, actor=actor)
    assert not actions.unlink(row=row, actor=actor)
    assert Link.objects.count() == 1
