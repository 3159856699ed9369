"""Addresses for machines."""

from django.urls import path

from rathaus.api import paypal

app_name = "api"
urlpatterns = [
    path("webhooks/paypal/", paypal.webhook, name="paypal_webhook"),
]
