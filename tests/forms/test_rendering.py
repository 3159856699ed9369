"""The page itself: labels, descriptions, links of the error summary, nothing unescaped."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from lxml import html as parser

from rathaus.forms import engine
from tests.forms.support import EVERY_TYPE, GOOD_ANSWERS, TODAY, one_page, post

FILE = {
    "id": "5b9d6c1e-0000-4000-8000-000000000000",
    "name": '<b>"Bescheid"</b>.pdf',
    "size": 5,
    "sha256": "0" * 64,
    "content_type": "application/pdf",
}
EVERYTHING = one_page(
    *({**definition, "hint": "Ein Hinweis", "help": "Eine Hilfe"} for definition in EVERY_TYPE),
    {"key": "proof", "type": "upload", "label": "Nachweis", "max_files": 2},
    {"key": "more", "type": "text", "label": "Mehr", "required": False,
     "visible_if": {"==": [{"var": "agreed"}, True]}},
)  # fmt: skip


def page(bound):
    text = render_to_string("forms/error_summary.html", {"bound": bound})
    text += render_to_string("forms/step_fields.html", {"bound": bound})
    return parser.fromstring(f"<form>{text}</form>")


def fresh():
    return engine.bind(EVERYTHING, "seite-1", {}, today=TODAY)


def filled():
    return engine.bind(EVERYTHING, "seite-1", GOOD_ANSWERS | {"proof": [FILE]}, today=TODAY)


def wrong():
    return post(EVERYTHING, {"start.day": "31", "start.month": "2", "start.year": "2027"})


@pytest.mark.parametrize("bound", [fresh, filled, wrong])
def test_every_control_has_a_label_and_every_reference_a_target(bound):
    tree = page(bound())
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), "ids are unique"
    for control in tree.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        assert tree.xpath("//label[@for=$id]", id=control.get("id")), control.get("name")
        assert control.get("name")
    for described in tree.xpath("//@aria-describedby"):
        assert set(described.split()) <= set(ids)
    for fieldset in tree.xpath("//fieldset"):
        assert fieldset[0].tag == "legend"


def test_the_summary_says_the_same_as_the_field_and_leads_to_it():
    bound = wrong()
    tree = page(bound)
    at_fields = tree.xpath("//p[@class='kern-error']/span[@class='kern-body']/text()")
    links = tree.xpath("//*[@id='fehler']//a")
    assert [link.text for link in links] == at_fields
    for link in links:
        assert tree.xpath("//*[@id=$id]", id=link.get("href")[1:])
    assert tree.get_element_by_id("fehler").get("autofocus") is not None
    assert (
        f"Bitte prüfen Sie {len(links)} Angaben" in tree.get_element_by_id("fehler").text_content()
    )


def test_typed_values_are_shown_again_and_escaped():
    data = {"name": '"><script>alert(1)</script>', "story": "</textarea><script>", "pieces": "viel"}
    bound = post(EVERYTHING, data)
    text = render_to_string("forms/step_fields.html", {"bound": bound})
    assert "<script" not in text
    tree = page(bound)
    assert tree.get_element_by_id("name").value == data["name"]
    assert tree.get_element_by_id("story").value.strip() == data["story"]
    assert tree.get_element_by_id("pieces").value == "viel"


def test_stored_answers_are_shown_as_one_types_them():
    tree = page(filled())
    assert tree.get_element_by_id("price").value == "1.234,50"
    assert tree.get_element_by_id("start-month").value == "3"
    assert tree.get_element_by_id("country").value == "AT"
    assert tree.get_element_by_id("agreed-no").checked
    assert tree.xpath("//input[@name='proof.files']/@value") == [FILE["id"]]
    assert FILE["name"] in tree.xpath("string(//ul[@class='rh-files'])")


def test_sending_an_unchanged_page_changes_nothing():
    answers = {**GOOD_ANSWERS}
    tree = page(engine.bind(EVERYTHING, "seite-1", answers, today=TODAY))
    data: dict[str, list[str]] = {}
    for name, value in tree.form_values() if hasattr(tree, "form_values") else []:
        data.setdefault(name, []).append(value)
    bound = post(EVERYTHING, data, answers)
    assert bound.cleaned == answers


def test_a_hidden_question_is_in_the_page_but_marked_as_unseen():
    tree = page(fresh())
    wrapper = tree.get_element_by_id("more-w")
    assert wrapper.get("hidden") is not None
    assert wrapper.xpath("input[@name='_hidden']/@value") == ["more"]


def test_autofill_tokens_for_the_person_who_fills_in():
    tree = page(fresh())
    tokens = {e.get("name"): e.get("autocomplete") for e in tree.xpath("//*[@autocomplete]")}
    assert tokens["person.first_names"] == "given-name"
    assert tokens["person.birth_date.year"] == "bday-year"
    assert tokens["home.postal_code"] == "postal-code"
    assert tokens["email"] == "email"
    assert "owners.0.last_name" not in tokens


def test_nothing_inline_that_the_content_security_policy_forbids():
    text = render_to_string("forms/step_fields.html", {"bound": wrong()})
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", text)


def test_the_enter_key_never_means_remove():
    buttons = page(filled()).xpath("//button")
    assert buttons[0].get("name") is None


def test_every_change_link_leads_to_something_on_the_page():
    answers = GOOD_ANSWERS | {"proof": [FILE]}
    tree = page(filled())
    for section in engine.summary(EVERYTHING, answers, today=TODAY):
        for row in section.rows:
            assert tree.xpath("//*[@id=$id]", id=row.anchor), row
