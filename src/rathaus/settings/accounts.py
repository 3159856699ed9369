"""Residents' accounts: django-allauth, reduced to what we use (see docs/identity.md)."""

from __future__ import annotations

ACCOUNT_ADAPTER = "rathaus.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
"""The address lives in allauth's ``EmailAddress`` only; `core.User` knows none."""
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# "strict": an unconfirmed registration of a stranger does not stop the owner of the address.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# By code, not by link: a link would confirm a stranger's registration in the browser of the
# owner of the address who clicks it. The code only counts in the browser that registered, and
# can be read on any device.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 4
ACCOUNT_LOGIN_TIMEOUT = 30 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_CHANGE_EMAIL = True
# Hardly per address: a stranger could keep the owner out. Ours (adapter, factors) count per
# address and sender, and for all processes together.
ACCOUNT_RATE_LIMITS = {"confirm_email": "30/m/ip", "login_failed": "30/m/ip,100/900s/key"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:login"
ACCOUNT_EMAIL_CONFIRMATION_ANONYMOUS_REDIRECT_URL = "/konto/anmelden/"

MFA_ADAPTER = "rathaus.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_TOLERANCE = 1

_FORMS = "rathaus.portal.account_forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.LoginForm",
    "signup": f"{_FORMS}.SignupForm",
    "confirm_email_verification_code": f"{_FORMS}.ConfirmAddressForm",
    "reset_password": f"{_FORMS}.ResetForm",
    "confirm_password_reset_code": f"{_FORMS}.ResetCodeForm",
    "reset_password_from_key": f"{_FORMS}.NewPasswordForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
    "set_password": f"{_FORMS}.SetPasswordForm",
    "add_email": f"{_FORMS}.ChangeAddressForm",
    "reauthenticate": f"{_FORMS}.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": f"{_FORMS}.SecondStepForm",
    "authenticate_webauthn": f"{_FORMS}.PasskeyStepForm",
    "reauthenticate": f"{_FORMS}.ConfirmCodeForm",
    "reauthenticate_webauthn": f"{_FORMS}.ConfirmPasskeyForm",
    "activate_totp": f"{_FORMS}.ActivateAppForm",
    "login_webauthn": f"{_FORMS}.PasskeyLoginForm",
    "signup_webauthn": f"{_FORMS}.AddPasskeyForm",
    "add_webauthn": f"{_FORMS}.AddPasskeyForm",
    "edit_webauthn": f"{_FORMS}.RenamePasskeyForm",
}
