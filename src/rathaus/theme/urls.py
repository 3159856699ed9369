"""Addresses of the design system."""

from django.urls import path

from rathaus.theme import views

app_name = "theme"
urlpatterns = [
    path("marke.css", views.brand_css, name="brand_css"),
    path("stilbuch/", views.style_guide, name="style_guide"),
    path("stilbuch/<slug:name>/", views.style_guide_page, name="style_guide_page"),
]
