"""Pages without JavaScript: conditions, groups, buttons inside the form, rules, the way."""

from __future__ import annotations

import pytest

from rathaus.forms import engine
from tests.forms.support import TODAY, form_of, one_page, post

DOG = one_page(
    {"key": "has_dog", "type": "yes_no", "label": "Haben Sie einen Hund?"},
    {
        "key": "race",
        "type": "text",
        "label": "Rasse",
        "visible_if": {"==": [{"var": "has_dog"}, True]},
    },
    {
        "key": "chip",
        "type": "text",
        "label": "Chip",
        "required": False,
        "visible_if": {"!!": [{"var": "race"}]},
    },
)


def test_a_question_that_appears_by_the_answer_is_asked_without_a_false_error():
    bound = post(DOG, {"has_dog": "yes", "_hidden": ["race", "chip"], "race": "", "chip": ""})
    assert not bound.is_valid()
    assert bound.errors == []
    assert [field.key for field in bound.revealed] == ["race"]
    assert bound.fields[1].autofocus
    again = post(DOG, {"has_dog": "yes", "race": "", "_hidden": ["chip"]})
    assert [p.path for p in again.errors] == ["race"], "now it was seen"


def test_a_hidden_question_is_never_required_and_its_answer_is_dropped():
    bound = post(DOG, {"has_dog": "no", "race": "Dackel", "chip": "7"})
    assert bound.is_valid()
    assert bound.cleaned == {"has_dog": False}


def test_conditions_in_a_chain_settle_together():
    bound = post(DOG, {"has_dog": "yes", "race": "Dackel", "chip": "7"})
    assert bound.cleaned == {"has_dog": True, "race": "Dackel", "chip": "7"}
    kept = engine.prune(DOG, {"has_dog": False, "race": "Dackel", "chip": "7"}, today=TODAY)
    assert kept == {"has_dog": False}


def test_the_browser_gets_conditions_it_can_read():
    bound = engine.bind(DOG, "seite-1", {}, today=TODAY)
    assert bound.fields[1].script_condition == '{"==": [{"var": "has_dog"}, true]}'
    assert not bound.fields[1].visible


TWO_WAYS = form_of(
    {"fields": [{"key": "kind", "type": "choice", "label": "Art", "options": [
        {"value": "person", "label": "Person"}, {"value": "firm", "label": "Firma"}]}]},
    {"fields": [{"key": "register", "type": "text", "label": "Register"}],
     "visible_if": {"==": [{"var": "kind"}, "firm"]}},
    {"fields": [{"key": "court", "type": "text", "label": "Gericht", "required": False,
                 "visible_if": {"!!": [{"var": "register"}]}},
                {"key": "mail", "type": "email", "label": "E-Mail"}]},
)  # fmt: skip


def keys(steps):
    return [step.key for step in steps]


def test_the_way_through_the_form_follows_the_answers():
    firm, person = {"kind": "firm"}, {"kind": "person", "register": "HRA 1"}
    assert keys(engine.visible_steps(TWO_WAYS, firm)) == ["seite-1", "seite-2", "seite-3"]
    assert keys(engine.visible_steps(TWO_WAYS, person)) == ["seite-1", "seite-3"]
    assert engine.next_step(TWO_WAYS, person, "seite-1").key == "seite-3"
    assert engine.previous_step(TWO_WAYS, person, "seite-3").key == "seite-1"
    assert engine.previous_step(TWO_WAYS, person, "").key == "seite-3"
    assert engine.next_step(TWO_WAYS, person, "seite-3") is None
    assert engine.previous_step(TWO_WAYS, person, "seite-1") is None


def test_answers_of_a_hidden_page_do_not_count_for_later_conditions():
    answers = {"kind": "person", "register": "HRA 1", "court": "Aurich", "mail": "a@example.org"}
    pruned = engine.prune(TWO_WAYS, answers, today=TODAY)
    assert pruned == {"kind": "person", "mail": "a@example.org"}
    assert engine.problems(TWO_WAYS, answers, today=TODAY) == []


def test_who_comes_back_goes_on_where_something_is_missing():
    assert engine.first_incomplete_step(TWO_WAYS, {}).key == "seite-1"
    assert engine.first_incomplete_step(TWO_WAYS, {"kind": "firm"}).key == "seite-2"
    done = {"kind": "person", "mail": "a@example.org"}
    assert engine.first_incomplete_step(TWO_WAYS, done) is None
    problem = engine.problems(TWO_WAYS, {"kind": "firm", "mail": "x"}, today=TODAY)
    assert [(p.step_key, p.path) for p in problem] == [("seite-2", "register"), ("seite-3", "mail")]


def test_unknown_step():
    with pytest.raises(KeyError):
        engine.bind(TWO_WAYS, "gibt-es-nicht", {})


OWNERS = one_page(
    {"key": "title", "type": "text", "label": "Titel"},
    {"key": "owners", "type": "group", "label": "Inhaber", "item_label": "Person",
     "min_items": 1, "max_items": 3, "fields": [
         {"key": "name", "type": "text", "label": "Name"},
         {"key": "foreign", "type": "yes_no", "label": "Ausland?", "required": False},
         {"key": "country", "type": "select", "label": "Staat", "source": "countries",
          "visible_if": {"==": [{"var": "foreign"}, True]}}]},
)  # fmt: skip


def group(bound):
    return bound.fields[1]


def names(bound):
    return [item.fields[0].raw for item in group(bound).items]


def test_one_item_is_there_from_the_start_and_cannot_be_removed():
    bound = engine.bind(OWNERS, "seite-1", {}, today=TODAY)
    assert [item.legend for item in group(bound).items] == ["Person 1"]
    assert not group(bound).items[0].can_remove


def test_adding_keeps_what_was_typed_and_shows_no_error():
    data = {"owners.count": "1", "owners.0.name": "Ada", "_add": "owners"}
    bound = post(OWNERS, data)
    assert (bound.action.kind, bound.action.target) == ("add", "owners")
    assert not bound.is_valid()
    assert bound.errors == []
    assert names(bound) == ["Ada", ""]
    assert group(bound).items[1].fields[0].autofocus


def test_removing_moves_the_rest_up():
    data = {"owners.count": "3", "_remove": "owners.1"}
    data |= {f"owners.{n}.name": name for n, name in enumerate(("Ada", "Bob", "Cem"))}
    bound = post(OWNERS, data)
    assert names(bound) == ["Ada", "Cem"]
    assert [item.fields[0].name for item in group(bound).items] == [
        "owners.0.name",
        "owners.1.name",
    ]


@pytest.mark.parametrize(
    "action",
    [{"_remove": "owners.0"}, {"_remove": "owners.99999999999"}, {"_remove": "owners.-1"},
     {"_remove": "title"}, {"_add": "title"}, {"_delete_file": "x"}, {"_add": "owners.0"}],
)  # fmt: skip
def test_buttons_nobody_offered_change_nothing(action):
    bound = post(OWNERS, {"title": "T", "owners.count": "1", "owners.0.name": "Ada", **action})
    assert names(bound) == ["Ada"]


def test_a_group_never_grows_beyond_its_limit():
    data = {"owners.count": "999999", "_add": "owners", "owners.77.name": "x"}
    assert len(group(post(OWNERS, data)).items) == 3


def test_empty_items_go_away_and_the_first_error_names_its_item():
    data = {"title": "T", "owners.count": "3", "owners.0.name": "Ada", "owners.2.foreign": "no"}
    bound = post(OWNERS, data)
    assert [p.path for p in bound.errors] == ["owners.1.name"]
    assert bound.errors[0].anchor == "owners-1-name"


def test_a_condition_inside_a_group_reads_its_own_item():
    data = {"title": "T", "owners.count": "2", "owners.0.name": "Ada", "owners.0.foreign": "yes",
            "owners.0.country": "NL", "owners.1.name": "Bob", "owners.1.foreign": "no",
            "owners.1.country": "PL"}  # fmt: skip
    assert post(OWNERS, data).cleaned["owners"] == [
        {"name": "Ada", "foreign": True, "country": "NL"},
        {"name": "Bob", "foreign": False},
    ]


PERIOD = one_page(
    {"key": "start", "type": "date", "label": "Beginn"},
    {"key": "end", "type": "date", "label": "Ende", "required": False},
    rules=[{"require": {">=": [{"var": "end"}, {"var": "start"}]},
            "message": "Das Ende liegt vor dem Beginn.", "fields": ["end", "start"]}],
)  # fmt: skip


def test_a_rule_over_two_fields_appears_at_both_and_once_in_the_summary():
    bound = post(PERIOD, {"start": "2027-03-04", "end": "2027-03-03"})
    assert [(p.path, p.message) for p in bound.errors] == [
        ("start", "Das Ende liegt vor dem Beginn.")
    ]
    assert all(field.error for field in bound.fields)


def test_a_rule_waits_until_its_fields_are_right():
    assert post(PERIOD, {"start": "2027-03-04"}).is_valid()
    bound = post(PERIOD, {"start.day": "31", "start.month": "2", "start.year": "2027",
                          "end": "2027-01-01"})  # fmt: skip
    assert len(bound.errors) == 1


def test_either_or_rules_see_missing_answers():
    form = one_page(
        {"key": "mail", "type": "email", "label": "E-Mail", "required": False},
        {"key": "phone", "type": "phone", "label": "Telefon", "required": False},
        rules=[{"require": {"or": [{"!!": [{"var": "mail"}]}, {"!!": [{"var": "phone"}]}]},
                "message": "Geben Sie E-Mail oder Telefon an.", "fields": ["mail", "phone"]}],
    )  # fmt: skip
    assert [p.message for p in post(form, {}).errors] == ["Geben Sie E-Mail oder Telefon an."]
    assert post(form, {"phone": "04944 1234"}).is_valid()


def test_valid_answers_can_be_kept_when_others_are_wrong():
    bound = post(PERIOD, {"start": "2027-03-04", "end.day": "99", "end.month": "1"}, {"x": 1})
    assert bound.cleaned == {"start": "2027-03-04"}
    assert bound.answers == {"x": 1, "start": "2027-03-04"}


KEEPING = {
    "key": "dogs",
    "type": "group",
    "label": "Hunde",
    "item_label": "Hund",
    "fields": [
        {"key": "born", "type": "date", "label": "Geburt"},
        {"key": "since", "type": "date", "label": "Haltung"},
    ],
    "rules": [
        {
            "require": {"<=": [{"var": "born"}, {"var": "since"}]},
            "message": "Nicht vor der Geburt.",
            "fields": ["since", "born"],
        }
    ],
}


def test_a_rule_of_a_group_is_told_once_at_the_item_that_breaks_it():
    dogs = [
        ("2026-11-20", "2026-11-15"),
        ("2026-11-15", "2026-11-20"),
        ("2026-11-02", "2025-01-01"),
    ]
    data = {f"dogs.{n}.born": born for n, (born, _since) in enumerate(dogs)}
    data |= {f"dogs.{n}.since": since for n, (_born, since) in enumerate(dogs)}
    bound = post(one_page(KEEPING), data)
    assert [(problem.path, problem.message) for problem in bound.errors] == [
        ("dogs.0.born", "Nicht vor der Geburt."),
        ("dogs.2.born", "Nicht vor der Geburt."),
    ]
    assert bound.cleaned == {}
    good = [{"born": "2026-11-15", "since": "2026-11-20"}]
    assert not engine.problems(one_page(KEEPING), {"dogs": good}, today=TODAY)
    bad = [{"born": "2026-11-20", "since": "2026-11-15"}]
    assert engine.problems(one_page(KEEPING), {"dogs": bad}, today=TODAY)


def test_a_rule_of_a_group_waits_until_what_it_reads_is_right():
    data = {"dogs.0.born": "2026-11-20", "dogs.0.since.day": "31", "dogs.0.since.month": "2",
            "dogs.0.since.year": "2026"}  # fmt: skip
    bound = post(one_page(KEEPING), data)
    assert [problem.path for problem in bound.errors] == ["dogs.0.since"]
    assert "gibt es nicht" in bound.errors[0].message
