"""A plugin that others installed is theirs: nothing of it is changed, and no value is told."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from docker import APIClient

from hosts.engine.plugins import PluginCalls
from hosts.models import DockerHost, Volume, VolumeDriver
from hosts.volume_driver import INSTALLED, differing, problems_with_volume_driver, rights_in_words
from hosts.volume_problems import problems_with_growth

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


class Listening(BaseHTTPRequestHandler):
    """As much of an engine as a pull needs; remembers which login it was given."""

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.logins.append(self.headers.get("X-Registry-Auth"))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()


def test_the_registry_is_shown_the_login_and_nothing_is_kept():
    driver = VolumeDriver(
        reference="registry.example.com/team/plugin:1", registry_username="puller",
        registry_password="pull-me",
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        server.logins = []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        api = APIClient(f"http://127.0.0.1:{server.server_port}", version="1.41")
        before = api._auth_configs

        PluginCalls(api, name="one").plugin_rights(driver.reference, driver.registry_login())

        server.shutdown()
        api.close()
    [header] = server.logins
    told = json.loads(base64.urlsafe_b64decode(header))
    assert (told["username"], told["password"]) == ("puller", "pull-me")
    assert api._auth_configs is before


def test_growing_is_refused_with_what_to_do_instead():
    volume = Volume(name="one-registry", role="registry", size_gib=5, backend="nutanix_driver")

    [told] = problems_with_growth(volume, 8)

    assert "volume driver, which cannot grow" in told
    assert "into an instance on volume groups" in told
