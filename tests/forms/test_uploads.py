"""Files from outside: nothing they claim is believed."""

from __future__ import annotations

import uuid

import pytest
from django.utils.datastructures import MultiValueDict

from rathaus.core.models import Blob
from rathaus.forms import engine, uploads
from rathaus.forms.definition import Field
from rathaus.forms.inspection import inspect
from rathaus.forms.models import Upload
from rathaus.forms.rejection import UploadRejected
from tests.forms import files
from tests.forms.support import TODAY, one_page, post

FIELD = Field.model_validate({"key": "proof", "type": "upload", "label": "Nachweis"})
OWNER = uuid.UUID(int=7)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (files.pdf(), "Erlaubnis.pdf", "application/pdf"),
        (files.picture("PNG"), "bild.png", "image/png"),
        (files.picture("JPEG"), "bild.jpeg", "image/jpeg"),
        (files.picture("JPEG"), "luegt.pdf", "image/jpeg"),
    ],
)
def test_good_files_are_stored_unchanged(content, name, kind):
    stored = uploads.accept(files.upload(content, name), field=FIELD, owner=OWNER)
    assert stored.blob.read() == content
    assert stored.content_type == kind, "by its content, not by its name"
    assert stored.size == len(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\0" + bytes(500), "kein PDF, JPG oder PNG"),
        (b"\x7fELF" + bytes(500), "kein PDF, JPG oder PNG"),
        (b"#!/bin/sh\nrm -rf /", "kein PDF, JPG oder PNG"),
        (b"<html><script>1</script></html>", "kein PDF, JPG oder PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "kein PDF, JPG oder PNG"),
        (b"MZ\x90\0" + files.pdf(), "kein PDF, JPG oder PNG"),
        (files.archive(), "kein PDF, JPG oder PNG"),
        (files.archive(50_000_000), "kein PDF, JPG oder PNG"),
        (files.EICAR, "Schadsoftware"),
        (files.pdf() + files.EICAR, "Schadsoftware"),
        (b"", "leer"),
        (b"%PDF-1.7\nkein PDF", "beschädigt"),
        (b"%PDF-1.7\n" + b"MZ" + bytes(5000), "beschädigt"),
        (files.pdf()[:200], "beschädigt"),
        (files.encrypted_pdf(), "Kennwort"),
        (files.owner_locked_pdf(), "Kennwort"),
        (files.pdf_with_script(), "Programme"),
        (files.pdf_with_launch(), "Programme"),
        (files.pdf_with_hidden_script(), "Programme"),
        (files.pdf_with_attachment(), "angehängte Dateien"),
        (files.pdf(pages=501), "zu viele Seiten"),
        (files.pdf() + files.archive(5000), "noch eine andere Datei"),
        (files.picture("PNG") + files.archive(), "noch eine andere Datei"),
        (files.picture("JPEG") + files.archive(), "noch eine andere Datei"),
        (files.picture("JPEG") + files.pdf(), "noch eine andere Datei"),
        (files.picture("PNG")[:60], "beschädigt"),
        (files.picture("JPEG")[:200], "beschädigt"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "beschädigt"),
        (files.picture_bomb(), "zu viele Bildpunkte"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence_that_helps(content, words):
    with pytest.raises(UploadRejected, match=words):
        uploads.accept(files.upload(content, "Rechnung.pdf"), field=FIELD, owner=OWNER)


def test_a_stream_that_unpacks_to_a_gigabyte_is_never_unpacked():
    bomb = files.pdf_bomb()
    assert len(bomb) < 2_000_000
    assert inspect(bomb) == "pdf"


def test_too_large():
    small = FIELD.model_copy(update={"max_megabytes": 1})
    with pytest.raises(UploadRejected, match="höchstens 1 MB"):
        uploads.accept(files.upload(b"%PDF-" + bytes(1_000_001)), field=small, owner=OWNER)


def test_only_what_the_field_accepts():
    only_pdf = FIELD.model_copy(update={"accept": ("pdf",)})
    with pytest.raises(UploadRejected, match="kein PDF"):
        uploads.accept(files.upload(files.picture()), field=only_pdf, owner=OWNER)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Erlaubnis.pdf", "Erlaubnis.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\a.pdf", "a.pdf"),
        ("C:\\Users\\x\\Bescheid.PDF", "Bescheid.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.pdf"),
        ("foto.jpg.exe", "foto.jpg.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("con.pdf", "Datei con.pdf"),
        ("...", "Datei.pdf"),
        ("", "Datei.pdf"),
        (".pdf", "Datei.pdf"),
        ('"><img src=x>.pdf', "img src=x.pdf"),
        ("Größe – 1. Seite.pdf", "Größe – 1. Seite.pdf"),
        ("Protokoll vom 3. Mai", "Protokoll vom 3. Mai.pdf"),
        ("🌷.pdf", "🌷.pdf"),
    ],
)
def test_names(name, clean):
    assert uploads.clean_name(name, "pdf") == clean


def test_long_names_keep_their_ending():
    made = uploads.clean_name("ä" * 5000 + ".pdf", "pdf")
    assert len(made) <= 200
    assert made.endswith(".pdf")


FORM = one_page(
    {"key": "name", "type": "text", "label": "Name"},
    {"key": "proof", "type": "upload", "label": "Nachweis", "max_files": 2, "required": False},
)


def send(data, content=None, answers=None, owner=OWNER):
    posted = MultiValueDict({"proof": [files.upload(c) for c in content or []]})
    return post(FORM, data, answers, files=posted, uploads=uploads.Box(owner))


@pytest.mark.django_db
def test_an_error_elsewhere_does_not_lose_the_file():
    first = send({}, [files.pdf()])
    assert [p.path for p in first.errors] == ["name"]
    (file,) = first.fields[1].raw
    second = send({"name": "Ada", "proof.files": [file["id"]]})
    assert second.is_valid()
    assert second.cleaned["proof"] == [file]
    assert engine.problems(FORM, second.cleaned, today=TODAY) == []
    assert engine.upload_ids(FORM, second.cleaned) == {file["id"]}


@pytest.mark.django_db
def test_one_bad_file_does_not_take_the_good_one_with_it():
    bound = send({"name": "Ada"}, [files.pdf(), b"MZ"])
    assert len(bound.fields[1].raw) == 1
    assert "kein PDF" in bound.errors[0].message


@pytest.mark.django_db
def test_a_file_of_somebody_else_cannot_be_claimed():
    theirs = uploads.accept(files.upload(files.pdf()), field=FIELD, owner=uuid.UUID(int=8))
    bound = send({"name": "Ada", "proof.files": [str(theirs.pk), "x" * 500, "\x00"]})
    assert bound.is_valid()
    assert "proof" not in bound.cleaned


@pytest.mark.django_db
def test_a_file_is_removed_by_a_button_and_its_bytes_are_swept_later():
    file = send({"name": "Ada"}, [files.pdf()]).cleaned["proof"][0]
    bound = send({"name": "Ada", "proof.files": [file["id"]], "_delete_file": file["id"]})
    assert bound.action.kind == "delete_file"
    assert bound.fields[1].raw == []
    assert Upload.objects.count() == 1, "the saved draft may still name it"
    assert uploads.sweep(OWNER, keep=set()) == 1
    assert not Upload.objects.exists()
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_the_same_bytes_uploaded_twice_survive_the_removal_of_one():
    content = files.pdf()  # the library puts the time into each file it makes
    uploads.accept(files.upload(content), field=FIELD, owner=OWNER)
    other = uploads.accept(files.upload(content), field=FIELD, owner=uuid.UUID(int=8))
    uploads.sweep(OWNER, keep=[])
    other.refresh_from_db()
    assert other.blob.read() == content


@pytest.mark.django_db
def test_a_new_file_takes_the_place_of_the_only_one():
    form = one_page({"key": "proof", "type": "upload", "label": "Nachweis"})
    box = uploads.Box(OWNER)
    one = MultiValueDict({"proof": [files.upload(files.pdf(), "alt.pdf")]})
    old = post(form, {}, files=one, uploads=box).cleaned["proof"][0]
    two = MultiValueDict({"proof": [files.upload(files.picture(), "neu.png")]})
    bound = post(form, {"proof.files": [old["id"]]}, files=two, uploads=box)
    assert [file["name"] for file in bound.cleaned["proof"]] == ["neu.png"]


@pytest.mark.django_db
def test_more_files_than_allowed():
    bound = send({"name": "Ada"}, [files.pdf(), files.pdf(pages=2), files.pdf(pages=3)])
    assert Upload.objects.count() == 2, "the third was not even stored"
    assert "höchstens 2 Dateien" in bound.errors[0].message
