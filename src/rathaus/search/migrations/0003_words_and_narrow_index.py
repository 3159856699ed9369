"""Known words; several scopes of an entry; on PostgreSQL an index in a narrow table."""

from django.db import migrations, models

from rathaus.search.fulltext import NarrowIndex


class Migration(migrations.Migration):
    dependencies = [("search", "0002_full_text_index")]

    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[
                ("term", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("written", models.CharField(blank=True, default="", max_length=40)),
                ("weight", models.PositiveIntegerField(default=1)),
            ],
            options={"db_table": "search_word"},
        ),
        # SQLite keeps no lengths, and making its table anew would lose the index's triggers.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("entry", "scope", models.CharField(max_length=400))
            ]
        ),
        NarrowIndex(),
    ]
