"""The list of leftovers in a terminal: text, and an exit code for scripts."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command


def test_none_is_a_success(cluster):
    said = StringIO()

    call_command("leftovers", cluster.name, stdout=said)

    assert said.getvalue() == f"{cluster.name} has no leftovers.\n"


def test_each_is_named_and_ends_with_one(cluster, prism):
    vm = prism.add_vm("stray")
    vm.description = f"Slipway host {uuid4()}"
    said = StringIO()

    with pytest.raises(CommandError) as ended:
        call_command("leftovers", cluster.name, stdout=said)

    assert ended.value.returncode == 1
    assert "not in the books: machine stray" in said.getvalue()


def test_a_silent_prism_is_no_success(cluster, prism):
    prism.password = "another"
    cluster.prism.password = "another"
    cluster.prism.save()

    with pytest.raises(CommandError, match="refuses our user name or password") as ended:
        call_command("leftovers", cluster.name)

    assert ended.value.returncode == 2
