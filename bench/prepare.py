"""An empty town without cases, in a process of its own.

The service that is measured gets a version with three steps, so that a journey is the same
whatever becomes of the shipped form: its last two steps are asked on one page.
"""

from __future__ import annotations

import django

django.setup()

from bench import journey  # noqa: E402
from rathaus import server  # noqa: E402
from rathaus.catalogue import actions  # noqa: E402
from rathaus.core.actors import Actor  # noqa: E402
from rathaus.organisation import loading  # noqa: E402

server.prepare()
loading.load_town()
server.prepare()
actions.publish(definition=journey.load_case()[0], actor=Actor.provider("bench"))
