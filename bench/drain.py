"""Wait until every job is done; tell how long receipts took, from the events.

Says "ready" and begins to look when a line comes on the standard input: loading takes a processor
two seconds, which belong to neither the residents nor the jobs. The line is the moment (ISO 8601)
from which receipts count.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import datetime, timedelta

import django

django.setup()


from django.db.models import Q  # noqa: E402

from rathaus.core.clock import now  # noqa: E402
from rathaus.core.models import Event, Job  # noqa: E402

SOON = timedelta(seconds=3)
print("ready", flush=True)
since = datetime.fromisoformat(sys.stdin.readline().strip())
while Job.objects.filter(Q(state="ready", run_at__lte=now() + SOON) | Q(state="running")).exists():
    time.sleep(0.1)
submissions = Event.objects.filter(type="application.submitted", at__gte=since)
submitted = dict(submissions.values_list("chain", "at"))
ready = dict(Event.objects.filter(type="receipt.ready").values_list("chain", "at"))
waits = sorted(1000 * (ready[c] - at).total_seconds() for c, at in submitted.items() if c in ready)
alone = waits[: max(1, len(waits) // 10)]
print(
    json.dumps(
        {
            "receipt_ms": {
                "count": len(waits),
                "missing": len(submitted) - len(waits),
                "best_tenth_p50": round(statistics.median(alone), 1) if alone else None,
                "p50": round(statistics.median(waits), 1) if waits else None,
                "p95": round(waits[int(0.95 * (len(waits) - 1))], 1) if waits else None,
            }
        }
    )
)
