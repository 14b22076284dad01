"""Addresses of the portal."""

from django.urls import path

from portal.views import (
    asking,
    checking,
    deciding,
    lists,
    registries,
    requests,
    secrets,
    showback,
    teams,
)

app_name = "portal"
urlpatterns = [
    path("", teams.home, name="home"),
    path("teams/<uuid:team>/", teams.team, name="team"),
    path("teams/<uuid:team>/requests/", lists.requests_of_team, name="team-requests"),
    path("teams/<uuid:team>/registries/<uuid:registry>/", registries.registry, name="registry"),
    path("teams/<uuid:team>/showback/", showback.of_team, name="team-showback"),
    path("teams/<uuid:team>/showback.csv", showback.of_team_csv, name="team-showback-csv"),
    path("teams/<uuid:team>/ask/", asking.catalogue, name="catalogue"),
    path("teams/<uuid:team>/ask/<slug:kind>/", asking.ask, name="ask"),
    path("teams/<uuid:team>/check/project/", checking.project_name, name="check-project"),
    path("teams/<uuid:team>/check/person/", checking.person, name="check-person"),
    path("requests/", lists.all_requests, name="requests"),
    path("requests/<uuid:uuid>/", requests.request_page, name="request"),
    path("requests/<uuid:uuid>/news/", requests.news, name="news"),
    path("requests/<uuid:uuid>/certificate.pem", requests.certificate, name="certificate"),
    path("requests/<uuid:uuid>/change/", asking.change, name="change"),
    path("requests/<uuid:uuid>/submit/", requests.submit, name="submit"),
    path("requests/<uuid:uuid>/copy/", requests.copy, name="copy"),
    path("requests/<uuid:uuid>/cancel/", requests.cancel, name="cancel"),
    path("requests/<uuid:uuid>/approve/", deciding.approve, name="approve"),
    path("requests/<uuid:uuid>/reject/", deciding.reject, name="reject"),
    path("requests/<uuid:uuid>/retry/", requests.retry, name="retry"),
    path("requests/<uuid:uuid>/withdraw/", requests.withdraw, name="withdraw"),
    path("secrets/<uuid:uuid>/", secrets.show_once, name="secret"),
    path("inbox/", deciding.inbox, name="inbox"),
    path("showback/", showback.of_all, name="showback"),
    path("showback.csv", showback.of_all_csv, name="showback-csv"),
]
