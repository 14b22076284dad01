"""A whole inventory comes into the books: what is known stays, what is broken is told."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from certificates.importing import import_certificates, stream_blocks
from certificates.models import Certificate
from certificates.search import matching
from certificates.services import issue
from tests.certificates.test_uploads import Outside

pytestmark = pytest.mark.django_db


@pytest.fixture
def foreign():
    """PEM of a certificate that an outside authority signed."""
    return Outside().texts()["certificate_pem"]


def imported(*texts, **more):
    return import_certificates(stream_blocks("\n".join(texts).splitlines()), **more)


def test_records_what_is_new_and_finds_it_by_its_names(foreign):
    team = Group.objects.create(name="team-a")

    done = imported(foreign, owner=team)

    row = Certificate.objects.get()
    assert (done.new, done.broken) == (1, 0)
    assert (row.owner, row.has_key, row.authority) == (team, False, None)
    assert list(matching(Certificate.objects.all(), row.sans[0][2:9])) == [row]


def test_a_second_time_changes_nothing(foreign):
    imported(foreign)

    done = imported(foreign, foreign)

    assert (done.new, done.known) == (0, 2)


def test_the_same_twice_in_one_file_is_one(foreign):
    done = imported(foreign, foreign)

    assert (done.new, done.known) == (1, 1)


def test_knows_who_signed_it(authority, certificate):
    made = issue(authority, common_name="x.example.com", names=["x.example.com"], usage="client")
    pem = made.certificate_pem
    made.delete()

    imported(pem)

    row = Certificate.objects.get(common_name="x.example.com")
    assert (row.authority, row.usage) == (authority, "client")


def test_what_is_broken_does_not_stop_the_rest(foreign, authority):
    broken = foreign.replace(foreign[200:260], "A" * 60)

    done = imported("notes\n", broken, foreign, authority.certificate_pem,
                    "-----BEGIN CERTIFICATE-----", foreign)

    assert (done.new, done.known, done.broken, done.authorities) == (1, 1, 1, 1)
    assert done.problems[0].startswith("Certificate 1: ")


def test_a_block_without_end_does_not_fill_the_memory():
    lines = ("A" * 64 for _ in range(100_000))

    blocks = stream_blocks(["-----BEGIN CERTIFICATE-----", *lines])

    assert max(map(len, blocks)) < 600_000


def test_the_command_reads_files_and_folders(tmp_path, foreign, capsys):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.pem").write_text(foreign)

    call_command("import_certificates", str(tmp_path))

    assert "1 new, 0 known already" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no team “nobody”"):
        call_command("import_certificates", str(tmp_path), owner="nobody")
    with pytest.raises(CommandError, match="There is no "):
        call_command("import_certificates", "/nowhere")


@pytest.mark.parametrize("words", ["REG.corp", "example reg", "reg.corp.example"])
def test_every_word_must_be_there_whatever_its_case(foreign, words):
    imported(foreign)

    assert matching(Certificate.objects.all(), words).count() == 1
    assert not matching(Certificate.objects.all(), f"{words} xyzzy").exists()


def test_search_takes_signs_of_the_database_as_they_are(foreign):
    imported(foreign)

    for words in ("%", "_", "\\", "re%g"):
        assert not matching(Certificate.objects.all(), words).exists()


def test_words_in_quotes_belong_together(foreign):
    imported(foreign)
    name = Certificate.objects.get().common_name

    assert matching(Certificate.objects.all(), f'"{name[:4]}"').count() == 1
    assert not matching(Certificate.objects.all(), f'"{name[4:]} {name[:4]}"').exists()
    assert not matching(Certificate.objects.all(), '"').exists()


def test_many_hits_are_all_found(monkeypatch, foreign):
    monkeypatch.setattr("certificates.search._FEW", 0)
    imported(foreign)

    assert matching(Certificate.objects.all(), "reg").count() == 1
