"""Seals, leaves, time stamps and renewals are never changed nor deleted."""

from django.db import migrations

from rathaus.core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("records_evidence", "0001_initial")]

    operations = [
        Immutable("records_evidence_seal"),
        Immutable("records_evidence_sealitem"),
        Immutable("records_evidence_timestamp"),
        Immutable("records_evidence_renewal"),
        Immutable("records_evidence_renewalitem"),
    ]
