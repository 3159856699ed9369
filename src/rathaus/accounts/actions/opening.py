"""Opening an account."""

from __future__ import annotations

import uuid

from django.db import transaction

from rathaus.accounts.events import AccountOpened
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import new_chain, record
from rathaus.core.models import User


def new_login() -> str:
    """The login of a resident's user: without meaning, never typed by anybody."""
    return f"konto-{uuid.uuid4()}"


def open_account(
    *,
    actor: Actor | None,
    language: str,
    first_names: str = "",
    last_name: str = "",
    contact_email: str = "",
    password: str | None = None,
    user: User | None = None,
    method: str = "local",
) -> Account:
    """Make an account, with a user who logs in nowhere but through a proved way in.

    Without `password` the user has none that could be used. `user`: somebody who registered
    and has now confirmed the address. `actor` None: the person.
    `method`: key of the source of the first log-in, or ``local``.
    """
    moment = now()
    with transaction.atomic():
        if user is None:
            user = User.objects.create_user(login=new_login(), password=password)
        account = Account.objects.create(
            user=user,
            chain=new_chain("account"),
            first_names=first_names,
            last_name=last_name,
            contact_email=contact_email,
            language=language[:5],
            created_at=moment,
            last_used_at=moment,
        )
        record(
            account.chain,
            AccountOpened(method=method),
            actor=actor or Actor.resident(str(account.public_id), "Inhaberin oder Inhaber"),
        )
    return account
