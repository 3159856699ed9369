"""Pages of the work on documents: what they show, refuse, and how many questions they ask."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.organisation import calendar
from rathaus.records import verify
from rathaus.records.work import actions
from rathaus.records.work.actions import StepPlan
from rathaus.records.work.models import (
    Comment,
    DocumentLock,
    Link,
    Mention,
    Redaction,
    Reminder,
    Run,
    RunTemplate,
    Share,
    Tag,
)
from tests.desk.work.conftest import Matter, SignIn, file, person, post, text
from tests.records.work.conftest import acting

# --- reminders ----------------------------------------------------------------------------------


def test_a_reminder_for_an_office_calls_everybody_there(tax: Client, matter: Matter) -> None:
    offered = calendar.next_working_day(today() + timedelta(days=14))
    page = text(tax.get(reverse("desk:work_case", args=[matter.case.public_id])))
    assert offered.isoformat() in page
    response = post(
        tax, "remind", [matter.case.public_id],
        text="Impfpass nachgereicht?", day=today().isoformat(), who="a:steueramt",
    )  # fmt: skip
    assert response.status_code == 302
    row = Reminder.objects.get()
    assert (row.office.key if row.office else "", row.staff) == ("steueramt", None)
    tasks = text(tax.get(reverse("desk:tasks")))
    assert "Impfpass nachgereicht?" in tasks
    post(tax, "reminders", [], act="done", pick=str(row.public_id))
    row.refresh_from_db()
    assert row.state == "done"
    assert "Impfpass" in text(tax.get(reverse("desk:tasks") + "?zeige=done"))


def test_bad_days_are_explained_and_nothing_typed_is_lost(tax: Client, matter: Matter) -> None:
    for data in (
        {"text": "Behalte mich", "day": "31.02.2027", "who": "a:steueramt"},
        {"text": "Behalte mich", "day": "2020-01-01", "who": "a:steueramt"},
        {"text": "Behalte mich", "day": today().isoformat(), "who": "p:nobody"},
    ):
        response = post(tax, "remind", [matter.case.public_id], **data)
        assert response.status_code == 422
        assert "Behalte mich" in text(response)
    response = post(tax, "remind", [matter.case.public_id], text="", day=today().isoformat())
    assert response.status_code == 422
    assert not Reminder.objects.exists()


def test_ticking_foreign_reminders_does_nothing(
    tax: Client, sign_in: SignIn, matter: Matter
) -> None:
    habbo = person("habbo.freese")
    foreign = actions.set_reminder(
        case=matter.foreign, due_on=today(), text="Fremd", author=habbo, staff=habbo,
        actor=acting(habbo),
    )  # fmt: skip
    response = tax.post(
        reverse("desk:reminders"),
        {"act": "done", "pick": [str(foreign.public_id), "rubbish", "%00"]},
        follow=True,
    )
    assert "Wählen Sie zuerst" in text(response)
    foreign.refresh_from_db()
    assert foreign.state == "open"
    assert "Fremd" in text(sign_in("habbo.freese").get(reverse("desk:tasks")))


def test_the_substitute_sees_what_waits_for_the_absent(sign_in: SignIn, matter: Matter) -> None:
    eilert, insa = person("eilert.janssen"), person("insa.cordes")
    actions.set_reminder(
        case=matter.case, due_on=today(), text="Nur für Eilert", author=eilert, staff=eilert,
        actor=acting(eilert),
    )  # fmt: skip
    address = reverse("desk:tasks")
    assert "Nur für Eilert" not in text(sign_in("insa.cordes").get(address))
    eilert.substitute = insa
    eilert.substitute_from = eilert.substitute_until = today()
    eilert.save()
    assert "Nur für Eilert" in text(sign_in("insa.cordes").get(address))
    assert "Nur für Eilert" in text(sign_in("eilert.janssen").get(address))


def test_a_long_list_has_pages(tax: Client, matter: Matter, monkeypatch: Any) -> None:
    monkeypatch.setattr("rathaus.records.work.queries.PAGE", 2)
    eilert = person("eilert.janssen")
    for number in range(5):
        actions.set_reminder(
            case=matter.case, due_on=today(), text=f"Nummer {number}", author=eilert,
            staff=eilert, actor=acting(eilert),
        )  # fmt: skip
    seen: list[str] = []
    address = reverse("desk:tasks")
    for _page in range(3):
        page = text(tax.get(address))
        seen += re.findall(r"Nummer \d(?= auswählen)", page)
        link = re.search(r'href="([^"]+)" rel="next"', page)
        address = link[1].replace("&amp;", "&") if link else address
    assert seen == [f"Nummer {n}" for n in range(5)]
    for rubbish in ("x", "2026-13-40_1", "2026-01-01_x", "_"):
        assert tax.get(reverse("desk:tasks"), {"nach": rubbish}).status_code == 200


# --- comments, tags, links -----------------------------------------------------------------------


def test_a_mention_becomes_a_task_until_it_is_ticked_off(
    tax: Client, sign_in: SignIn, matter: Matter
) -> None:
    meike = person("meike.ulrichs")
    post(
        tax, "comment", [matter.case.public_id],
        comment="Bitte Frist prüfen <script>", mention=str(meike.public_id),
    )  # fmt: skip
    registry = sign_in("meike.ulrichs")
    page = text(registry.get(reverse("desk:tasks") + "?zeige=asked"))
    assert "Bitte Frist prüfen &lt;script&gt;" in page
    mention = Mention.objects.get()
    assert post(tax, "mention_done", [mention.pk]).status_code == 404
    post(registry, "mention_done", [mention.pk])
    mention.refresh_from_db()
    assert mention.done_at
    comment = Comment.objects.get()
    post(
        registry, "comment", [matter.case.public_id],
        comment="Erledigt", parent=str(comment.public_id),
    )  # fmt: skip
    assert comment.replies.get().text == "Erledigt"
    assert post(tax, "comment", [matter.case.public_id], comment=" ").status_code == 422
    assert verify.run_case(matter.case).ok


def test_tags_of_the_town_and_of_offices(tax: Client, sign_in: SignIn, matter: Matter) -> None:
    def make(client: Client, name: str, office: str) -> int:
        data = {"act": "new", "name": name, "tone": "wait", "office": office}
        return client.post(reverse("desk:tags"), data).status_code

    assert make(tax, "Eilig", "steueramt") == 302
    assert make(tax, "eilig", "steueramt") == 422
    assert make(tax, "Stadt", "") == 403
    assert make(tax, "Fremd", "gewerbeamt") == 403
    assert make(sign_in("meike.ulrichs"), "Presse", "") == 302
    tag = Tag.objects.get(name="Eilig")
    dossier = matter.case.dossier
    address = reverse("desk:tags_bulk", args=[dossier.public_id])
    picked = [str(matter.case.public_id), str(matter.foreign.public_id), "x"]
    tax.post(address, {"act": "add", "tag": str(tag.public_id), "pick": picked})
    assert list(tag.on_cases.values_list("case", flat=True)) == [matter.case.pk]
    assert (
        tax.get(reverse("desk:tags_bulk", args=[matter.foreign.dossier.public_id])).status_code
        == 404
    )
    town = Tag.objects.get(name="Presse")
    post(tax, "tag_document", [matter.document.public_id], tag=str(town.public_id), act="add")
    page = text(tax.get(reverse("desk:tag", args=[town.public_id])))
    assert matter.document.title in page
    other = sign_in("habbo.freese")
    assert other.get(reverse("desk:tag", args=[tag.public_id])).status_code == 404
    assert matter.document.title not in text(other.get(reverse("desk:tag", args=[town.public_id])))
    data = {"act": "merge", "tag": str(tag.public_id), "into": str(town.public_id)}
    assert tax.post(reverse("desk:tags"), data).status_code == 302
    assert list(town.on_cases.values_list("case", flat=True)) == [matter.case.pk]
    assert not Tag.objects.filter(pk=tag.pk).exists()


def test_links_show_on_both_sides_what_may_be_seen(
    tax: Client, sign_in: SignIn, matter: Matter
) -> None:
    other = file(matter.case, "Anlage", title="Die Anlage")
    post(
        tax, "link", ["dokument", other.public_id],
        kind="annex", target=str(matter.document.public_id),
    )  # fmt: skip
    row = Link.objects.get()
    first = text(tax.get(reverse("desk:work_document", args=[other.public_id])))
    assert "ist Anlage zu" in first
    second = text(tax.get(reverse("desk:work_document", args=[matter.document.public_id])))
    assert "hat als Anlage" in second
    assert "Die Anlage" in second
    # What is not ours cannot be linked, and looks as if it did not exist.
    response = tax.post(
        reverse("desk:link", args=["vorgang", matter.case.public_id]),
        {"kind": "relates", "target": matter.foreign.reference},
        follow=True,
    )
    assert "gibt es nicht" in text(response)
    habbo = sign_in("habbo.freese")
    args = ["dokument", other.public_id, row.public_id]
    assert post(habbo, "unlink", args).status_code == 404
    post(tax, "unlink", args)
    assert not Link.objects.exists()
    # Linked by the registry, which sees both: the office sees only its own end.
    post(
        sign_in("meike.ulrichs"), "link", ["vorgang", matter.case.public_id],
        kind="relates", target=matter.foreign.reference,
    )  # fmt: skip
    assert Link.objects.count() == 1
    page = text(tax.get(reverse("desk:work_case", args=[matter.case.public_id])))
    assert matter.foreign.reference not in page


# --- documents -----------------------------------------------------------------------------------


def test_a_new_version_and_the_comparison(tax: Client, matter: Matter) -> None:
    from tests.records.work.conftest import pdf

    ident = matter.document.public_id
    upload = SimpleUploadedFile("../../neu.pdf", pdf("Guten Abend\nneue Zeile"))
    data = {"file": upload, "why": "Gruß geändert", "based": "1"}
    assert tax.post(reverse("desk:version_add", args=[ident]), data).status_code == 302
    run_pending()
    page = text(tax.get(reverse("desk:work_document", args=[ident])))
    assert "Gruß geändert" in page
    assert "Fassung 2" in page
    assert ".." not in matter.version.name
    compared = text(tax.get(reverse("desk:compare", args=[ident, 2])))
    assert "neue Zeile" in compared
    assert tax.get(reverse("desk:compare", args=[ident, 1])).status_code == 404
    assert tax.get(reverse("desk:compare", args=[ident, 99])).status_code == 404


def test_a_full_disk_loses_nothing_typed(
    tax: Client, matter: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rathaus.core import storage

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "_through", full)
    data = {"file": SimpleUploadedFile("a.txt", b"x" * 20_000), "why": "Gruß geändert"}
    answer = tax.post(reverse("desk:version_add", args=[matter.document.public_id]), data)
    assert answer.status_code == 422
    assert "kein Speicherplatz" in text(answer)
    assert "Gruß geändert" in text(answer)


def test_a_wrong_upload_loses_nothing(tax: Client, matter: Matter) -> None:
    address = reverse("desk:version_add", args=[matter.document.public_id])
    for data in ({"why": "Behalte mich"}, {"why": "Behalte mich", "file": _empty()}):
        response = tax.post(address, data)
        assert response.status_code == 422
        assert "Behalte mich" in text(response)
    assert matter.document.versions.count() == 1


def _empty() -> SimpleUploadedFile:
    return SimpleUploadedFile("leer.pdf", b"")


def test_only_the_head_takes_a_lock_away(tax: Client, sign_in: SignIn, matter: Matter) -> None:
    meike = sign_in("meike.ulrichs")
    ident = matter.document.public_id
    post(meike, "document_lock", [ident], act="take")
    page = text(tax.get(reverse("desk:work_document", args=[ident])))
    assert "Meike Ulrichs" in page
    upload = SimpleUploadedFile("neu.pdf", b"%PDF-1.4 neu")
    response = tax.post(
        reverse("desk:version_add", args=[ident]), {"file": upload, "why": "Trotzdem", "based": "1"}
    )
    assert response.status_code == 422
    assert post(tax, "document_lock", [ident], act="force", reason="").status_code == 422
    post(tax, "document_lock", [ident], act="force", reason="Es eilt sehr")
    assert not DocumentLock.objects.exists()
    renewed = tax.post(
        reverse("desk:document_lock", args=[ident]), {"act": "renew"},
        headers={"X-Requested-With": "renew"},
    )  # fmt: skip
    assert renewed.status_code == 204


# --- runs ----------------------------------------------------------------------------------------


def run_data(matter: Matter, **more: Any) -> dict[str, Any]:
    return {
        "act": "start",
        "count": "3",
        "title": "Bescheid mitzeichnen",
        "document": str(matter.document.public_id),
        "ask1": "cosign",
        "who1": f"p:{person('insa.cordes').public_id}",
        "due1": today().isoformat(),
        "ask2": "final",
        "who2": f"p:{person('eilert.janssen').public_id}",
        **more,
    }


def test_a_run_through_the_pages_across_offices(
    tax: Client, sign_in: SignIn, matter: Matter
) -> None:
    address = reverse("desk:run_new", args=[matter.case.public_id])
    data = run_data(matter, keep_as="Üblicher Weg")
    assert tax.post(address, data).status_code == 302
    run = Run.objects.get()
    insa = sign_in("insa.cordes")
    assert "Bescheid mitzeichnen" in text(insa.get(reverse("desk:tasks") + "?zeige=sign"))
    page = text(insa.get(reverse("desk:run", args=[run.public_id])))
    assert "Sie sind dran" in page
    # She reads what she signs, and nothing else of the case.
    got = insa.get(reverse("desk:run_file", args=[run.public_id, matter.version.public_id]))
    assert got.content.startswith(b"%PDF-")
    assert insa.get(reverse("desk:file", args=[matter.version.public_id])).status_code == 404
    foreign = matter.foreign_document.versions.get().public_id
    assert insa.get(reverse("desk:run_file", args=[run.public_id, foreign])).status_code == 404
    assert insa.get(reverse("desk:work_case", args=[matter.case.public_id])).status_code == 404
    refused = post(insa, "run_answer", [run.public_id, 1], act="refuse", comment="")
    assert refused.status_code == 422
    post(insa, "run_answer", [run.public_id, 1], act="do", comment="passt")
    post(tax, "run_answer", [run.public_id, 2], act="do")
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.protocol is not None) == ("finished", True)
    assert insa.get(reverse("desk:run", args=[run.public_id])).status_code == 404
    assert verify.run_case(matter.case).ok
    template = RunTemplate.objects.get()
    filled = tax.post(address, {"act": "template", "template": str(template.public_id)})
    assert filled.status_code == 200
    assert f'value="p:{person("insa.cordes").public_id}" selected' in text(filled)
    assert "Üblicher Weg" in text(tax.get(reverse("desk:run_templates")))


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""}, {"document": ""}, {"who1": "", "who2": ""}, {"due1": "gestern"},
        {"due1": "2001-01-01"}, {"who1": "p:00000000-0000-4000-8000-000000000000"},
        {"ask1": "final"},
    ],
)  # fmt: skip
def test_an_impossible_run_keeps_what_was_typed(
    tax: Client, matter: Matter, change: dict[str, str]
) -> None:
    address = reverse("desk:run_new", args=[matter.case.public_id])
    response = tax.post(address, run_data(matter, note="Behalte mich", **change))
    assert response.status_code == 422
    assert "Behalte mich" in text(response)
    assert not Run.objects.exists()


def test_more_lines_start_nothing(tax: Client, matter: Matter) -> None:
    address = reverse("desk:run_new", args=[matter.case.public_id])
    page = text(tax.post(address, run_data(matter, act="more")))
    assert 'name="who6"' in page
    assert "Bescheid mitzeichnen" in page
    assert not Run.objects.exists()


def test_documents_of_other_cases_cannot_be_slipped_in(tax: Client, matter: Matter) -> None:
    address = reverse("desk:run_new", args=[matter.case.public_id])
    foreign = str(matter.foreign_document.public_id)
    response = tax.post(address, run_data(matter, document=foreign))
    assert response.status_code == 422
    response = tax.post(
        reverse("desk:share_new", args=[matter.case.public_id]),
        {"document": foreign, "recipient": "Wer", "purpose": "Warum", "until": today()},
    )
    assert response.status_code == 422
    assert not Share.objects.exists()


# --- redaction, insight, packages -----------------------------------------------------------------


def test_redaction_step_by_step(tax: Client, sign_in: SignIn, matter: Matter) -> None:
    post(tax, "redact", [matter.version.public_id])
    row = Redaction.objects.get()
    address = reverse("desk:redaction", args=[row.public_id])
    assert "verlassen" in text(tax.get(address))
    run_pending()
    picture = tax.get(reverse("desk:redaction_page", args=[row.public_id, 1]))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture["Cache-Control"] == "no-store"
    other = sign_in("habbo.freese")
    assert other.get(address).status_code == 404
    assert other.get(reverse("desk:redaction_page", args=[row.public_id, 1])).status_code == 404
    change = reverse("desk:redaction_change", args=[row.public_id])
    tax.post(change, {"act": "find", "words": "Guten", "reason": "personal"})
    drawn = {"act": "draw", "seite": "1", "left": "20", "top": "12,5", "width": "30", "height": "8"}
    assert tax.post(change, {**drawn, "reason": "business"}).status_code == 302
    assert row.boxes.count() == 2
    for wrong in ({"left": "x"}, {"width": "0"}, {"seite": "99"}, {"height": "-4"}):
        response = tax.post(change, {**drawn, "reason": "business", **wrong})
        assert response.status_code == 422
    assert 'class="wk-box"' in text(tax.get(address))
    assert "style=" not in text(tax.get(address))
    tax.post(change, {"act": "make", "title": "Schreiben (geschwärzt)"})
    run_pending()
    assert "liegt in der Akte" in text(tax.get(address))
    insight = text(tax.get(reverse("desk:insight", args=[matter.case.public_id])))
    assert "Schreiben (geschwärzt)" in insight
    only = text(tax.get(reverse("desk:share_new", args=[matter.case.public_id]) + "?only=1"))
    assert "Schreiben (geschwärzt)" in only
    assert "Schreiben der Eigentümerin" not in only
    post(tax, "insight", [matter.case.public_id], note="Frau Deichmann hat am Montag gelesen.")
    assert matter.case.documents.filter(title="Vermerk über Akteneinsicht").exists()
    assert verify.run_case(matter.case).ok


# --- everywhere -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["work_case", "run_new", "share_new", "insight", "export_case", "comment", "remind"]
)
def test_foreign_cases_look_as_if_they_did_not_exist(
    tax: Client, matter: Matter, name: str
) -> None:
    address = reverse(f"desk:{name}", args=[matter.foreign.public_id])
    assert {tax.get(address).status_code, tax.post(address).status_code} <= {404, 405}


@pytest.mark.parametrize("name", ["work_document", "document_lock", "version_add", "tag_document"])
def test_foreign_documents_too(tax: Client, matter: Matter, name: str) -> None:
    address = reverse(f"desk:{name}", args=[matter.foreign_document.public_id])
    assert {tax.get(address).status_code, tax.post(address).status_code} <= {404, 405}


def test_pages_ask_the_same_number_of_questions(tax: Client, matter: Matter) -> None:
    eilert, insa = person("eilert.janssen"), person("insa.cordes")
    addresses = [
        reverse("desk:work_case", args=[matter.case.public_id]),
        reverse("desk:work_document", args=[matter.document.public_id]),
        reverse("desk:file_case", args=[matter.case.public_id]),
        reverse("desk:tasks"),
        reverse("desk:tasks") + "?zeige=asked",
        reverse("desk:tags"),
        reverse("desk:insight", args=[matter.case.public_id]),
    ]

    def fill(number: int) -> None:
        values: dict[str, Any] = {"case": matter.case, "actor": acting(eilert)}
        document = file(matter.case, f"Nr. {number}", title=f"Papier {number}")
        first = actions.comment(author=insa, text="Hallo", mentions=[eilert], **values)
        actions.comment(author=insa, text="Hallo", document=matter.document, **values)
        actions.comment(author=eilert, text="Ja", parent=first, **values)
        actions.set_reminder(due_on=today(), text="x", author=eilert, staff=eilert, **values)
        tag = actions.create_tag(
            name=f"Wort {number}", office=matter.case.office, tone="new", actor=acting(eilert)
        )
        actions.tag_case(case=matter.case, tag=tag, actor=acting(eilert))
        actions.tag_document(document=matter.document, tag=tag, actor=acting(eilert))
        for source, target in ((document, matter.case), (matter.document, document)):
            actions.link(source=source, target=target, kind="relates", actor=acting(eilert))
        actions.start_run(
            title="Lauf", versions=[document.versions.get()], owner=eilert,
            steps=[StepPlan("cosign", 1, staff=eilert)], **values,
        )  # fmt: skip

    def counts() -> list[int]:
        found = []
        for address in addresses:
            tax.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert tax.get(address).status_code == 200
            found.append(len(queries))
        return found

    fill(0)
    few = counts()
    for number in range(1, 5):
        fill(number)
    assert counts() == few
