"""PostgreSQL: who may find an entry stands beside its terms, not only among them."""

from django.db import migrations

from rathaus.search.fulltext import ScopesBeside


class Migration(migrations.Migration):
    dependencies = [("search", "0003_words_and_narrow_index")]

    operations = [ScopesBeside()]
