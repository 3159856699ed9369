"""Work beside the search: changed states and tags, words, reindexing."""

from __future__ import annotations

from datetime import timedelta

from rathaus.core.durability import soft_atomic
from rathaus.core.jobs import cron, enqueue, job
from rathaus.records.finding import describing, reindexing
from rathaus.records.models import Case, Document
from rathaus.records.work.models import CaseTag, DocumentTag, Tag
from rathaus.search import actions as search
from rathaus.search import vocabulary

WORDS = 2000
"""Words that one job weighs; the next one goes on after them."""
CASES = 200


@job("records.finding.remark")
def remark(*, case_id: int) -> None:
    """State and tags of a case as they are now, for it and its documents."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        return
    documents = dict(Document.objects.filter(case=case).values_list("pk", "public_id"))
    of_cases, tags = describing.tags_of([case.pk], list(documents))
    of_case = of_cases.get(case.pk, [])
    wanted = {("case", str(case.public_id)): describing.changing(case, of_case)}
    for key, public_id in documents.items():
        marks = describing.changing(case, [*of_case, *tags.get(key, [])])
        wanted["document", str(public_id)] = marks
    with soft_atomic():
        search.set_marks(wanted)


@job("records.finding.remark_tag")
def remark_tag(*, tag: str, after: int = 0) -> None:
    """All cases where something carries a tag of this name: after two tags became one."""
    tags = Tag.objects.filter(name=tag).values("pk")
    cases = set(
        CaseTag.objects.filter(tag__in=tags, case_id__gt=after)
        .order_by("case_id")
        .values_list("case_id", flat=True)[:CASES]
    ) | set(
        DocumentTag.objects.filter(tag__in=tags, document__case_id__gt=after)
        .order_by("document__case_id")
        .values_list("document__case_id", flat=True)[:CASES]
    )
    some = sorted(cases)[:CASES]
    for case_id in some:
        remark(case_id=case_id)
    if len(some) == CASES:
        enqueue(remark_tag, tag=tag, after=some[-1])


@cron("records.finding.words", every=timedelta(days=7))
def weigh_words(*, after: str = "") -> None:
    """Count in how much each known word stands; forget those of which nothing is left."""
    if place := vocabulary.sweep(after, WORDS):
        enqueue(weigh_words, after=place)


@job("records.finding.reindex")
def reindex() -> None:
    """A piece of a reindex that was begun; another job goes on."""
    if not reindexing.step():
        enqueue(reindex, dedupe_key="records.finding.reindex")
