"""Where it could be filed: references first, then sheets, rules and likeness; and doubles."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.intake import actions, drawing, queries
from rathaus.records.intake.models import Habit, Item
from rathaus.records.intake.reading import barcodes
from rathaus.records.intake.suggesting import make, references, similar
from rathaus.records.models import Case
from tests.records.conftest import file, open_case, staff
from tests.records.intake import making
from tests.records.intake.making import CLERK, LETTER, pdf, receive

DOG = "Hundesteuer Abmeldung Hund verstorben Steuermarke Erstattung Steueramt Bescheid "
BUILD = "Bauantrag Garage Grenzabstand Lageplan Statik Nachbar Zustimmung Bebauungsplan "


def places(item: Item) -> list[tuple[str, str]]:
    return [(one.kind, str(one.case or one.dossier or one.entry)) for one in item.suggestions.all()]


def test_a_reference_in_the_text_wins(case: Case) -> None:
    actions.save_rule(
        office=case.office, name="Alles", sender="harm", words="", source="", place=case.dossier,
        actor=CLERK,
    )  # fmt: skip
    item = receive(case.office, pdf(f"Ihr Zeichen: {case.reference}. {LETTER}"), sender="Harm")
    assert [kind for kind, _ in places(item)] == ["reference", "rule"]
    assert item.suggestions.all()[0].case == case


@given(st.text(max_size=200))
@pytest.mark.one_database
def test_no_text_breaks_the_search_for_references(text: str) -> None:
    for value in references.candidates(text):
        assert len(value) <= 60


def test_rules_need_all_their_conditions(case: Case) -> None:
    rule = actions.save_rule(
        office=case.office, name="R", sender="JANSSEN", words="hund abmeldungen", source="upload",
        place=case, actor=CLERK,
    )  # fmt: skip
    fits = receive(case.office, pdf(LETTER), sender="Harm Janssen")
    assert places(fits)[0] == ("rule", str(case))
    assert not places(receive(case.office, pdf(LETTER + "!"), sender="Insa Cordes"))
    assert not places(receive(case.office, pdf("Katzen " * 30), sender="Janssen"))
    assert not places(receive(case.office, pdf(LETTER + "?"), sender="Janssen", source="scan"))
    actions.switch_rule(rule=rule, active=False, actor=CLERK)
    make.run(fits.pk)
    assert not places(fits)


def test_what_is_like_what_was_filed(case: Case) -> None:
    garage = open_case(case.office, title="Garage")
    for number in range(3):
        file(case, (DOG + f"Nummer {number} " * 3).encode(), direction="in", kind="letter")
        file(garage, (BUILD + f"Flurstück {number} " * 3).encode(), direction="in", kind="letter")
    assert similar.learn_office(case.office_id) == 6
    assert similar.learn_office(case.office_id) == 0
    item = receive(case.office, pdf(DOG + "mit freundlichen Grüßen"))
    first = item.suggestions.all()[0]
    assert (first.kind, first.case, first.count) == ("similar", case, 3)
    assert not places(
        receive(case.office, pdf("Wasserzähler Ablesung Zählerstand Kubikmeter " * 3))
    )


def test_the_memory_is_bounded(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "SAMPLE", 3)
    for number in range(6):
        file(case, f"{DOG} {number}".encode(), direction="in", kind="letter")
        similar.learn_office(case.office_id)
    assert Habit.objects.count() == 3


def test_filing_teaches(case: Case) -> None:
    item = receive(case.office, pdf(DOG))
    actions.file_item(item=item, case=case, actor=CLERK)
    run_pending()
    assert Habit.objects.get().case == case
    again = receive(case.office, pdf(DOG + "Bitte um Bestätigung"))
    assert places(again) == [("similar", str(case))]


def test_only_places_one_may_see_are_shown(case: Case, offices: dict[str, Office]) -> None:
    foreign = open_case(offices["ordnungsamt"], title="Geheim")
    item = receive(case.office, pdf(f"Siehe {foreign.reference} {LETTER}"))
    assert len(places(item)) == 1
    clerk = staff("anke", case.office)
    assert queries.suggestions_for(clerk, item) == []
    both = staff("beide", case.office, offices["ordnungsamt"])
    assert queries.suggestions_for(both, item)[0].case == foreign


def test_a_stack_divides_itself_and_suggests_the_case_of_its_sheet(case: Case) -> None:
    code = barcodes.code_for(case.reference)
    stack = receive(case.office, making.stack(barcodes.code_for(), "", "", code, ""), source="scan")
    assert stack.state == "replaced"
    one, two = Item.objects.filter(origins__original=stack).order_by("position")
    assert (one.pages, two.pages) == (2, 1)
    assert [origin.pages for origin in two.origins.all()] == [[[5, 0]]]
    assert not places(one)
    assert places(two) == [("sheet", str(case))]
    assert drawing.separate(one.pk) == []
    document = actions.file_item(item=two, case=case, actor=CLERK)
    from rathaus.core.models import Event

    taken = Event.objects.get(chain=case.chain, type="document.taken_in").data
    assert taken["original_sha256"] == [stack.blob.sha256, two.blob.sha256]
    assert document.versions.get().read() == two.read()


def test_a_scan_without_text_is_read_for_its_reference(case: Case) -> None:
    from io import BytesIO

    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (1240, 700), 255)
    font = ImageFont.load_default(size=44)
    ImageDraw.Draw(page).text((90, 90), f"Ihr Zeichen: {case.reference}", fill=0, font=font)
    out = BytesIO()
    page.save(out, "PNG")
    item = receive(case.office, out.getvalue(), name="scan.png")
    assert not places(item)
    drawing.read(item.pk)
    item.refresh_from_db()
    assert case.reference in item.text
    assert places(item) == [("reference", str(case))]


def test_doubles_are_only_shown_to_those_who_may_see_them(
    case: Case, offices: dict[str, Office]
) -> None:
    filed = receive(case.office)
    actions.file_item(item=filed, case=case, actor=CLERK)
    there = receive(offices["ordnungsamt"])
    clerk, other = staff("anke", case.office), staff("ole", offices["ordnungsamt"])
    assert queries.duplicates(other, there) == []
    assert queries.hints_for(other, [there]).doubled == frozenset()
    both = staff("beide", case.office, offices["ordnungsamt"])
    found = queries.duplicates(both, there)
    assert {one.exact for one in found} == {True}
    assert [one.document for one in found if one.document] == [filed.document]
    mine = receive(case.office)
    assert mine.blob_id in queries.hints_for(clerk, [mine]).doubled


def test_nearly_the_same_text_is_a_hint(case: Case) -> None:
    long = LETTER + " Das Tier war im Besitz meiner Familie seit dem Jahr zweitausendzwölf."
    first = receive(case.office, pdf(long))
    second = receive(case.office, pdf(long, ""))
    clerk = staff("anke", case.office)
    found = queries.duplicates(clerk, second)
    assert [(one.exact, one.item) for one in found] == [(False, first)]


def test_attachments_belong_to_their_mail(case: Case) -> None:
    logo = making.picture()
    content = making.mail(
        ("a.pdf", pdf("Anlage eins"), "application/pdf"),
        ("virus.txt", making.EICAR, "text/plain"),
        ("logo.png", logo, "image/png"),
    )
    mail = receive(case.office, content, name="m.eml")
    if mail.state == "quarantined":  # the test string is also readable in the mail itself
        pytest.fail("an attachment in base64 must not be visible in the mail")
    states = dict(mail.children.values_list("name", "state"))
    assert states == {"a.pdf": "ready", "virus.txt": "quarantined", "logo.png": "ready"}
    clerk = staff("anke", case.office)
    listed = queries.listing(clerk, queries.Filter()).items
    assert [one.pk for one in listed] == [mail.pk]
    document = actions.file_item(item=mail, case=case, actor=CLERK)
    assert document.kind == "message"
    assert sorted(case.documents.values_list("title", flat=True)) == [
        "Abmeldung meines Hundes", "a.pdf", "logo.png",
    ]  # fmt: skip
    kinds = set(document.versions.get().renditions.values_list("kind", flat=True))
    assert {"pdf", "text"} <= kinds


def test_a_broken_mail_is_kept(case: Case, monkeypatch: Any) -> None:
    item = receive(case.office, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 kaputt", name="x.msg")
    assert (item.state, item.marks) == ("ready", ["not_a_mail", "unscanned"])
