"""Forms of registration, log-in and security: allauth's checks, our words and markup."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.mfa.base import forms as factor
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rathaus.accounts import factors, passwords, registration, terms
from rathaus.accounts.listeners import REGISTRATION
from rathaus.accounts.texts import ERRORS
from rathaus.core.models import User

LABELS: dict[str, Any] = {
    "login": _("E-Mail-Adresse"),
    "email": _("E-Mail-Adresse"),
    "password": _("Passwort"),
    "password1": _("Passwort"),
    "oldpassword": _("Bisheriges Passwort"),
    "code": _("Code"),
    "name": _("Name"),
}
MISSING: dict[str, Any] = {
    "login": _("Geben Sie Ihre E-Mail-Adresse ein."),
    "email": _("Geben Sie Ihre E-Mail-Adresse ein."),
    "password": _("Geben Sie Ihr Passwort ein."),
    "password1": _("Denken Sie sich ein Passwort aus."),
    "oldpassword": _("Geben Sie Ihr bisheriges Passwort ein."),
    "code": _("Geben Sie den Code ein."),
    "name": _("Geben Sie einen Namen ein."),
    "terms": _("Ohne Ihre Zustimmung können wir kein Konto eröffnen."),
    "credential": _("Der Passkey hat nicht geantwortet. Bitte versuchen Sie es noch einmal."),
}
WRONG_ADDRESS = _("Prüfen Sie die E-Mail-Adresse. Sie sieht etwa so aus: name@example.org.")
TEXT_INPUT = "kern-form-input__input"


class Plain:
    """Mixed into each form: our labels, messages and classes; one list of what to mend."""

    labels: ClassVar[dict[str, Any]] = {}
    hints: ClassVar[dict[str, Any]] = {}
    fields: dict[str, forms.Field]
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, LABELS.get(name, field.label))
            field.help_text = self.hints.get(name, "")
            field.error_messages["required"] = MISSING.get(name, field.error_messages["required"])
            field.widget.attrs.pop("placeholder", None)
            _dress(name, field)

    def full_clean(self) -> None:
        """Mark the fields that have to be mended."""
        super().full_clean()  # type: ignore[misc]
        for name in self.errors:  # type: ignore[attr-defined]
            if name in self.fields and isinstance(self.fields[name].widget, forms.TextInput):
                self.fields[name].widget.attrs["class"] = f"{TEXT_INPUT} {TEXT_INPUT}--error"

    @property
    def to_mend(self) -> list[dict[str, str]]:
        """For the summary: message and the field it leads to."""
        shown = [name for name, field in self.fields.items() if not field.widget.is_hidden]
        errors: dict[str, list[str]] = self.errors  # type: ignore[attr-defined]
        order = [*(name for name in errors if name not in shown), *shown]
        elsewhere = f"id_{shown[0]}" if shown else "inhalt"
        return [
            {"anchor": f"id_{name}" if name in shown else elsewhere, "message": message}
            for name in order
            for message in errors.get(name, [])
        ]


def _dress(name: str, field: forms.Field) -> None:
    attrs = field.widget.attrs
    if isinstance(field.widget, forms.CheckboxInput):
        attrs["class"] = "kern-form-check__checkbox"
    elif not field.widget.is_hidden:
        attrs["class"] = TEXT_INPUT
    if isinstance(field, forms.EmailField):
        field.error_messages["invalid"] = WRONG_ADDRESS
        field.validators = [_address, *field.validators[1:]]
        attrs.pop("type", None)
        field.widget.input_type = "email"
        attrs |= {"autocapitalize": "none", "spellcheck": "false"}
    if name == "code":
        attrs |= {"autocapitalize": "none", "spellcheck": "false", "inputmode": "numeric"}


def _address(value: str) -> None:
    try:
        forms.EmailField.default_validators[0](value)
    except ValidationError:
        raise ValidationError(WRONG_ADDRESS) from None


class LoginForm(Plain, account.LoginForm):
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(Plain, account.SignupForm):
    """E-mail, password (not for a passkey), consent."""

    terms = forms.BooleanField(label=_("Ich stimme den Nutzungsbedingungen zu."))
    field_order: ClassVar[list[str]] = ["email", "password1", "terms"]
    hints: ClassVar[dict[str, Any]] = {
        "email": _("Wir schicken Ihnen einen Code an diese Adresse."),
    }

    def validate_unique_email(self, value: str) -> str:
        """Taken by an open account: same page, but the owner gets a helpful mail instead."""
        self.account_already_exists = registration.is_taken(value)
        return value

    def signup(self, request: HttpRequest, user: User) -> None:
        """Nothing more: the account is opened when the address is confirmed."""

    def try_save(self, request: HttpRequest) -> Any:
        request.session[REGISTRATION] = {"terms": terms.VERSION, "language": get_language()}
        if self.account_already_exists and (password := self.cleaned_data.get("password1")):
            User().set_password(password)  # takes as long as saving a new one
        return super().try_save(request)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password1" in self.fields:
            self.fields["password1"].help_text = passwords.hint()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        password, email = cleaned.get("password1"), cleaned.get("email", "")
        if password and "password1" not in self.errors:
            for message in passwords.problems(password, [email]):
                self.add_error("password1", message)
        return cleaned


class ConfirmAddressForm(Plain, account.BaseConfirmCodeForm):
    """The code that went to an address."""

    hints: ClassVar[dict[str, Any]] = {"code": _("Acht Ziffern. Der Strich ist egal.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user", None)
        self.email = kwargs.pop("email", None)
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code = str(super().clean_code())
        others = EmailAddress.objects.filter(email=(self.email or "").lower(), verified=True)
        if others.exclude(user=self.user).exists():
            raise ValidationError(ERRORS["email_taken"])
        return code


class ResetForm(Plain, account.ResetPasswordForm):
    """Where to send the code for a new password: open accounts only."""

    def clean_email(self) -> str:
        email = str(super().clean_email())
        rows = EmailAddress.objects.filter(email=email.lower(), verified=True)
        rows = rows.filter(user__account__isnull=False, user__account__closed_at=None)
        self.users = [row.user for row in rows.filter(user__is_active=True).select_related("user")]
        return email


class ResetCodeForm(Plain, account.ConfirmPasswordResetCodeForm):
    """The code for a new password."""

    hints: ClassVar[dict[str, Any]] = {"code": _("Acht Ziffern. Der Strich ist egal.")}


class _NewPassword(Plain):
    labels: ClassVar[dict[str, Any]] = {"password1": _("Neues Passwort")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        self.fields["password1"].help_text = passwords.hint()


class NewPasswordForm(_NewPassword, account.ResetPasswordKeyForm):
    """A new password after the code."""


class ChangePasswordForm(_NewPassword, account.ChangePasswordForm):
    """Old and new password."""


class SetPasswordForm(_NewPassword, account.SetPasswordForm):
    """A first password."""


class ChangeAddressForm(Plain, account.AddEmailForm):
    """A new address to log in with."""

    labels: ClassVar[dict[str, Any]] = {"email": _("Neue E-Mail-Adresse")}
    hints: ClassVar[dict[str, Any]] = {
        "email": _("Wir schicken einen Code an die neue Adresse und eine Nachricht an die alte."),
    }


class ConfirmPasswordForm(Plain, account.ReauthenticateForm):
    """The password again."""


class _CodeOnce(Plain):
    """A code from an app counts once, for all processes together."""

    user: User
    authenticator: Authenticator
    labels: ClassVar[dict[str, Any]] = {"code": _("Code aus der App oder Ersatzcode")}

    def clean_code(self) -> str:
        if not factors.may_try(self.user):
            raise ValidationError(ERRORS["too_many_login_attempts"])
        code = str(super().clean_code())  # type: ignore[misc]
        is_totp = self.authenticator.type == Authenticator.Type.TOTP
        if is_totp and not factors.spend_code(self.user, code):
            raise ValidationError(ERRORS["incorrect_code"])
        return code


class SecondStepForm(_CodeOnce, factor.AuthenticateForm):
    """The second step of a log-in."""


class ConfirmCodeForm(_CodeOnce, factor.ReauthenticateForm):
    """A code before a change."""


class ActivateAppForm(Plain, totp.ActivateTOTPForm):
    """The first code of a new app; it is spent by it."""

    labels: ClassVar[dict[str, Any]] = {"code": _("Code aus der App")}

    def clean_code(self) -> str:
        code = str(super().clean_code())
        if not factors.spend_code(self.user, code):
            raise ValidationError(ERRORS["incorrect_code"])
        return code


MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What the reading of an answer runs into that no browser would send."""


class _Answer(Plain):
    """The answer to a challenge."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED:
            raise ValidationError(ERRORS["incorrect_code"]) from None


class AddPasskeyForm(Plain, webauthn.SignupWebAuthnForm):
    """A new passkey with a name."""

    labels: ClassVar[dict[str, Any]] = {"name": _("Name des Passkeys")}
    hints: ClassVar[dict[str, Any]] = {
        "name": _("Damit Sie ihn wiedererkennen, zum Beispiel „Mein Handy“."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = 60  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs["maxlength"] = "60"

    def clean_name(self) -> str:
        return str(super().clean_name())[:60]

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except MALFORMED:
            raise ValidationError(ERRORS["incorrect_code"]) from None
        return cleaned


class RenamePasskeyForm(Plain, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    labels: ClassVar[dict[str, Any]] = {"name": _("Name des Passkeys")}

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"])[:60]


class PasskeyLoginForm(_Answer, webauthn.LoginWebAuthnForm):
    """Log-in with a passkey."""


class PasskeyStepForm(_Answer, webauthn.AuthenticateWebAuthnForm):
    """A passkey as second step."""


class ConfirmPasskeyForm(_Answer, webauthn.ReauthenticateWebAuthnForm):
    """A passkey before a change."""
