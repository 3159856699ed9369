"""Addresses for machines."""

from django.urls import path

from rathaus.api import intake, paypal

app_name = "api"
urlpatterns = [
    path("api/v1/eingang/", intake.collection, name="intake"),
    path("api/v1/eingang/openapi.json", intake.openapi, name="intake_openapi"),
    path("api/v1/eingang/<uuid:ident>/", intake.one, name="intake_item"),
    path("webhooks/paypal/", paypal.webhook, name="paypal_webhook"),
]
