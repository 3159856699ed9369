"""An empty town without cases, in a process of its own."""

from __future__ import annotations

import django

django.setup()

from rathaus import server  # noqa: E402
from rathaus.organisation import loading  # noqa: E402

server.prepare()
loading.load_town()
server.prepare()
