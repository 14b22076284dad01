"""A plugin that others installed is theirs: nothing of it is changed, and no value is told."""

import pytest

from hosts.models import DockerHost, VolumeDriver
from hosts.volume_driver import INSTALLED, differing, problems_with_volume_driver, rights_in_words

DRIVER = VolumeDriver(
    prism_address="192.0.2.1", data_services_address="192.0.2.2", username="docker",
    password="well-kept", storage_container="default",
)


def plugin(*, enabled=True, **settings):
    env = DRIVER.settings() | {"LOG_LEVEL": "info"} | settings
    return {"Enabled": enabled, "Settings": {"Env": [f"{k}={v}" for k, v in env.items()]}}


class Engine:
    def __init__(self, found):
        self.found = found

    def plugin(self, name):
        return self.found


def told(found, **facts):
    host = DockerHost(name="old-host", facts=facts)
    return " ".join(problems_with_volume_driver(Engine(found), host, DRIVER))


def test_names_what_differs_and_never_a_value():
    found = plugin(PRISM_PASSWORD="another", DEFAULT_CONTAINER="other")

    assert differing(found, DRIVER) == ["PRISM_PASSWORD", "DEFAULT_CONTAINER"]
    assert "another" not in told(found)
    assert "other settings (PRISM_PASSWORD, DEFAULT_CONTAINER)" in told(found)


@pytest.mark.parametrize("found", [None, plugin()])
def test_none_and_one_that_fits_are_no_problem(found):
    assert told(found) == ""


def test_a_disabled_one_of_others_is_told():
    assert "is disabled" in told(plugin(enabled=False))


def test_our_own_is_set_anew_by_the_deployment():
    assert told(plugin(PRISM_IP="192.0.2.9"), **{INSTALLED: "somewhere/plugin"}) == ""


def test_a_value_with_an_equals_sign_is_one_value():
    driver = VolumeDriver(password="a=b", prism_address="", username="", storage_container="",
                          data_services_address="")
    found = {"Settings": {"Env": [f"{k}={v}" for k, v in driver.settings().items()]}}

    assert differing(found, driver) == []


def test_rights_are_told_in_words():
    rights = [{"Name": "network", "Value": ["host"]}, {"Name": "mount", "Value": ["/dev", "/usr"]}]

    assert rights_in_words(rights) == "network host; mount /dev, /usr"
    assert rights_in_words([]) == "nothing"
