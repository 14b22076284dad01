"""What people copy to use what they got."""

import shlex

import pytest
import yaml

from portal.snippets import Use, docker, gitlab, snippets

USE = Use(
    host="registry.example.com:8443", project="web", login="robot$web+ci",
    trust="https://console.example.com/registries/1/ca.crt",
)


@pytest.mark.parametrize("snippet", snippets(USE), ids=lambda snippet: snippet.slug)
def test_each_names_registry_project_and_account(snippet):
    assert USE.host in snippet.text
    assert USE.project in snippet.text
    assert USE.login in snippet.text


def test_a_shell_does_not_read_a_variable_in_the_login():
    login = next(line for line in docker(USE).text.splitlines() if " login " in line)

    assert "'robot$web+ci'" in login
    assert shlex.split(login)[3] == USE.login


def test_trust_is_fetched_only_where_it_is_needed():
    assert USE.trust in docker(USE).text
    assert "curl" not in docker(Use(host="r.example.com", project="web", login="ada")).text


def test_gitlab_gets_yaml():
    script = yaml.safe_load(gitlab(USE).text)["build"]["script"]

    assert script[-1].startswith("docker push registry.example.com:8443/web/")
