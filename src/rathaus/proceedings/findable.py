"""Who a case is about, for the search of the record."""

from __future__ import annotations

from collections.abc import Iterable

from rathaus.proceedings.models import Application
from rathaus.records.finding import people


@people.register
def applicants(case_ids: Iterable[int]) -> dict[int, list[str]]:
    """Names of applicants by case."""
    rows = Application.objects.filter(case__in=list(case_ids)).exclude(applicant_name="")
    return {case: [name] for case, name in rows.values_list("case_id", "applicant_name")}
