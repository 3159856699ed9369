"""Addresses of the outside world, below /simulation/."""

from django.urls import path

from rathaus.simulation import codes, views
from rathaus.simulation.archive.urls import urlpatterns as archive
from rathaus.simulation.bundid.urls import urlpatterns as houses
from rathaus.simulation.paypal import api, pages
from rathaus.simulation.timestamps import pages as timestamps

app_name = "simulation"
urlpatterns = [
    path("", views.index, name="index"),
    path("codes/", codes.index, name="codes"),
    path("post/", views.mailbox, name="mailbox"),
    path("post/<str:token>/", views.mail, name="mail"),
    path("post/anhang/<str:token>/", views.attachment, name="attachment"),
    path("paypal/bezahlen/<str:order_id>/", pages.checkout, name="paypal_checkout"),
    path("paypal/bezahlen/<str:order_id>/zu/", pages.closed, name="paypal_closed"),
    path("paypal/schalter/", pages.switches, name="paypal_switches"),
    path("paypal/schalter/<str:order_id>/", pages.order_action, name="paypal_order_action"),
    path("paypal/v1/oauth2/token", api.token),
    path("paypal/v1/notifications/certs/<str:name>", api.certificate),
    path("paypal/v2/checkout/orders", api.create_order),
    path("paypal/v2/checkout/orders/<str:order_id>", api.get_order),
    path("paypal/v2/checkout/orders/<str:order_id>/capture", api.capture_order),
    path("paypal/v2/payments/captures/<str:capture_id>", api.get_capture),
    path("paypal/v2/payments/captures/<str:capture_id>/refund", api.refund_capture),
    path("paypal/v2/payments/refunds/<str:refund_id>", api.get_refund),
    path("zeitstempel/", timestamps.stamp, name="tsa"),
    path("zeitstempel/schalter/", timestamps.board, name="timestamps"),
    *archive,
    *houses,
]
