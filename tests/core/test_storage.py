"""Stored bytes: encrypted, written once, damage noticed, content destroyed with its key."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rathaus.core import storage
from rathaus.core.models import Blob

pytestmark = pytest.mark.django_db
BIG = b"Antrag " * 300_000  # more than two frames


def path_of(blob: Blob) -> Path:
    return Path(storages["records"].path(blob.name))


@pytest.mark.parametrize("content", [b"", b"x", b"y" * storage.INLINE_LIMIT, BIG])
def test_what_is_stored_comes_back(content):
    assert storage.put(content).read() == content


def test_same_bytes_are_stored_once():
    assert storage.put(BIG).pk == storage.put(BIG).pk


def test_nothing_readable_on_disk():
    blob = storage.put(BIG)
    assert b"Antrag" not in path_of(blob).read_bytes()


@pytest.mark.parametrize("position", [0, 5, 40, 1024 * 1024 + 30, -1])
def test_flipped_byte_is_noticed(position):
    blob = storage.put(BIG)
    path = path_of(blob)
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    with pytest.raises(storage.StorageDamaged):
        blob.read()


@pytest.mark.parametrize("keep", [0, 20, 1024 * 1024 + 16 + 11])
def test_cut_tail_is_noticed(keep):
    blob = storage.put(BIG)
    path = path_of(blob)
    data = path.read_bytes()[:keep]
    path.chmod(0o600)
    path.write_bytes(data)
    with pytest.raises(storage.StorageDamaged):
        blob.read()


def test_swapped_files_are_noticed():
    one, two = storage.put(BIG), storage.put(BIG + b"!")
    Blob.objects.filter(pk=one.pk).update(name=two.name)
    one.refresh_from_db()
    with pytest.raises(storage.StorageDamaged):
        one.read()


def test_missing_file_is_noticed():
    blob = storage.put(BIG)
    path_of(blob).unlink()
    with pytest.raises(storage.StorageDamaged):
        blob.read()


def test_shredded_content_is_gone_and_may_be_stored_anew(django_capture_on_commit_callbacks):
    blob = storage.put(BIG)
    path = path_of(blob)
    with django_capture_on_commit_callbacks(execute=True):
        storage.shred(blob)
    blob.refresh_from_db()
    assert not path.exists()
    with pytest.raises(storage.StorageShredded):
        blob.read()
    assert storage.put(BIG).read() == BIG


@pytest.mark.django_db(transaction=True)
def test_who_destroys_waits_for_who_refers_to_it():
    blob = storage.put(BIG)
    held, may_end = threading.Event(), threading.Event()

    def refer() -> None:
        try:
            with transaction.atomic():
                storage.hold(blob)
                held.set()
                may_end.wait(30)
        finally:
            held.set()
            connection.close()

    thread = threading.Thread(target=refer)
    thread.start()
    assert held.wait(30)
    if connection.vendor == "postgresql":  # SQLite has one writer anyway
        with pytest.raises(OperationalError), transaction.atomic():
            Blob.objects.select_for_update(nowait=True).get(pk=blob.pk)
    may_end.set()
    thread.join(30)
    with transaction.atomic():
        assert Blob.objects.select_for_update().get(pk=blob.pk)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(st.binary(max_size=50_000))
def test_any_bytes_come_back(content):
    assert storage.put(content).read() == content
