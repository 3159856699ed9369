"""Several counts in one question."""

from __future__ import annotations

from typing import Any

import pytest

from rathaus.core import jobs, tally
from rathaus.core.models import Counter, Job

pytestmark = pytest.mark.django_db


def test_one_question_for_all(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        jobs.enqueue(jobs.clean_up)
    Counter.objects.create(series="a")
    Counter.objects.create(series="b")
    rows: dict[str, Any] = {
        "jobs": Job.objects.order_by("-created_at"),
        "none": Job.objects.filter(state="dead").select_related(None),
        "counters": Counter.objects.filter(series__in=["a", "b"]).distinct(),
    }
    with django_assert_num_queries(1):
        assert tally.count(rows) == {"jobs": 3, "none": 0, "counters": 2}


def test_nothing_to_count_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert tally.count({}) == {}
