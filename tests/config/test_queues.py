"""The pages of the job queues: for whoever holds the permission, and only to look at."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from config.queues import urlpatterns

ARGUMENTS = {
    "queue_index": 0, "job_id": "1", "result_id": "1", "key": "1", "connection_index": 0,
    "scheduler_name": "one", "cron_job_name": "one",
}


def pages() -> list[str]:
    return [
        reverse(f"django_rq:{page.name}", kwargs={
            name: ARGUMENTS[name] for name in page.pattern.converters
        })
        for page in urlpatterns
    ]


@pytest.fixture
def ben(client, db):
    user = get_user_model().objects.create(username="ben", is_staff=True)
    client.force_login(user)
    return user


def test_staff_without_the_permission_sees_no_queue(client, ben):
    assert {client.get(page).status_code for page in pages()} == {403}
    assert {client.post(page).status_code for page in pages()} == {403}


def test_a_stranger_is_led_to_the_login(client, db):
    answer = client.get(reverse("django_rq:home"))

    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_with_the_permission_nothing_can_be_changed_there(client, ben):
    ben.user_permissions.add(Permission.objects.get(
        codename="admin", content_type__app_label="django_rq"
    ))

    assert {client.post(page).status_code for page in pages()} == {405}
