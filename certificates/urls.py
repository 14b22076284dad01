"""Addresses of this room."""

from django.urls import path

from certificates import report_views, views
from certificates.calendar_feed import calendar_feed

app_name = "certificates"
urlpatterns = [
    path("authorities/<uuid:uuid>/ca.crt", views.authority_certificate,
         name="authority-certificate"),
    path("authorities/<uuid:uuid>/revoked.crl", views.authority_revocations,
         name="authority-revocations"),
    path("authorities/<uuid:uuid>/revoked.pem", views.authority_revocations_pem,
         name="authority-revocations-pem"),
    path("report/", report_views.report, name="report"),
    path("report/expiry.csv", report_views.report_csv, name="report-csv"),
    path("report/expiry.ics", report_views.report_calendar, name="report-calendar"),
    path("report/preview/", report_views.preview, name="report-preview"),
    path("report/calendar-key/", report_views.make_calendar_key, name="calendar-key"),
    path("calendar.ics", calendar_feed, name="calendar-feed"),
]
