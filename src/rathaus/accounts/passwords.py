"""Whether a password can be guessed, and what to say about it.

Checked here, without asking anybody outside: length, Django's list of 20,000 leaked passwords,
and zxcvbn's estimate of guesses (its lists of leaked passwords, German and English words,
names, keyboard rows, dates), with what the person is called as words to avoid.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SHORTEST = 12
LONGEST = 1000
"""Longer ones would only cost hashing time."""
ESTIMATED = 72
"""What zxcvbn looks at; a longer password is strong enough by then."""
SCORE = 3
"""Of 4: safe against offline guessing of a slow hash for a good while."""

OWN = 6
"""Characters that must be there besides name and address."""

WARNINGS: dict[str, str | Promise] = {
    "dictionary": gettext_lazy("Einzelne Wörter und Namen sind schnell erraten."),
    "spatial": gettext_lazy("Tastenreihen wie „qwertz“ sind schnell erraten."),
    "repeat": gettext_lazy("Wiederholungen wie „abcabc“ machen ein Passwort nicht sicherer."),
    "sequence": gettext_lazy("Folgen wie „6789“ oder „abcd“ sind schnell erraten."),
    "regex": gettext_lazy("Jahreszahlen sind schnell erraten."),
    "date": gettext_lazy("Ein Datum ist schnell erraten."),
}


def problems(password: str, known: Iterable[str] = ()) -> list[str]:
    """What is wrong with a password, in sentences; empty if it is good.

    `known`: what others know of the person, such as name and e-mail address.
    """
    if len(password) > LONGEST:
        return [_("Das Passwort ist zu lang. Höchstens 1000 Zeichen sind möglich.")]
    if len(password) < SHORTEST:
        return [
            _("Das Passwort ist zu kurz: %(count)s Zeichen. Nötig sind mindestens 12.")
            % {"count": len(password)}
        ]
    if _is_listed(password):
        return [
            _(
                "Dieses Passwort steht auf Listen gestohlener Passwörter. "
                "Bitte denken Sie sich ein anderes aus."
            )
        ]
    words = _words(known)
    if _left_of(password, words) < OWN:
        return [_("Ihr Name, Ihre E-Mail-Adresse und unser Name sind schnell erraten.")]
    from zxcvbn import zxcvbn  # 7 MB of word lists, for those who choose a password

    found: dict[str, Any] = zxcvbn(password[:ESTIMATED], user_inputs=words)
    if found["score"] >= SCORE:
        return []
    return [" ".join([_("Dieses Passwort ist leicht zu erraten."), *_advice(found)])]


def validate(password: str, known: Iterable[str] = ()) -> None:
    """Raises: ValidationError with what to do better."""
    found = problems(password, known)
    if found:
        raise ValidationError(found, code="password_weak")


def hint() -> str:
    """What stands under the field."""
    return _(
        "Mindestens 12 Zeichen. Gut sind mehrere Wörter, die nichts miteinander zu tun haben. "
        "Sonderzeichen sind nicht nötig."
    )


def _left_of(password: str, words: list[str]) -> int:
    """How many characters are left without what others know of the person."""
    rest = password.lower()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest)


def _is_listed(password: str) -> bool:
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        return True
    return False


def _words(known: Iterable[str]) -> list[str]:
    """The parts of names and addresses, as words that zxcvbn counts as known."""
    words: list[str] = []
    for text in known:
        words += [text, *text.replace("@", " ").replace(".", " ").replace("-", " ").split()]
    return [word.lower() for word in words if len(word) > 2][:40]


def _advice(found: dict[str, Any]) -> list[str]:
    """The weakest pattern in words, then what helps."""
    patterns = [part["pattern"] for part in found["sequence"]]
    advice = [str(WARNINGS[name]) for name in dict.fromkeys(patterns) if name in WARNINGS][:1]
    return [*advice, _("Nehmen Sie noch ein oder zwei Wörter dazu.")]
