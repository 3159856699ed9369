"""Documents have one number in their case, given by the database; the guards come back."""

from django.db import migrations, models

from rathaus.core.triggers import Immutable
from rathaus.records.guards import FIRST, PlanGuards
from rathaus.records.numbering import DocumentNumbers


class Migration(migrations.Migration):
    dependencies = [("records", "0004_plan_data")]

    operations = [
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("case", "number"), name="records_document_number_once"
            ),
        ),
        DocumentNumbers(),
        *FIRST,
        Immutable("records_dossier", columns=("public_id", "salt"), delete=False),
        PlanGuards(),
    ]
