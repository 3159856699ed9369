"""The full-text index of the search, kept up to date by the database."""

from django.db import migrations

from rathaus.search.fulltext import FullTextIndex


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [FullTextIndex()]
