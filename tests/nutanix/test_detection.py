"""Which Prism answers, or that none does; with and without credentials."""

import pytest

from nutanix.prism.detection import detect
from nutanix.prism.errors import NotAllowed, TooOld, Untrusted, WrongEndpoint, WrongPassword
from nutanix.prism.session import PrismSession


@pytest.fixture
def ask(prism):
    """What detect says, with these changes of the session."""

    def ask_it(**changes):
        login = {"username": prism.username, "password": prism.password, "ca_pem": prism.ca_pem}
        session = PrismSession(prism.url, name="new", **(login | changes))
        try:
            return detect(session)
        finally:
            session.close()

    return ask_it


@pytest.mark.parametrize(("role", "kind"), [("pc", "pc_v4"), ("pe", "pe_v2")])
def test_says_which_prism_answers(prism, ask, role, kind):
    prism.knobs.role = role

    assert ask() == kind


def test_asks_a_prism_central_without_credentials(ask):
    assert ask(username="", password="") == "pc_v4"


@pytest.mark.parametrize(("role", "guarded"), [("pe", False), ("pc", True)])
def test_what_shows_nothing_to_strangers_is_asked_again_later(prism, ask, role, guarded):
    prism.knobs.role, prism.knobs.info_needs_login = role, guarded

    assert ask(username="", password="") == ""


def test_a_wrong_password_is_sent_once(prism, ask):
    prism.knobs.role = "pe"

    with pytest.raises(WrongPassword):
        ask(password="wrong-one")

    shown = [each for each in prism.journal.entries() if each.status == 401]
    assert len(shown) == 1


def test_a_user_who_may_not_look_is_told(prism, ask):
    prism.knobs.role = "pe"
    prism.add_user("reader", "reader-password", denied={"*"})

    with pytest.raises(NotAllowed):
        ask(username="reader", password="reader-password")


def test_an_old_prism_central_is_told_apart_from_a_cluster(prism, ask):
    prism.knobs.max_minor = {}

    with pytest.raises(TooOld, match="without v4"):
        ask()


def test_where_neither_answers_it_is_no_prism(prism, ask):
    prism.knobs.max_minor, prism.knobs.serves_legacy = {}, False

    with pytest.raises(WrongEndpoint, match="is no Prism"):
        ask()


def test_nothing_is_sent_to_whom_we_do_not_trust(prism, ask):
    with pytest.raises(Untrusted):
        ask(ca_pem="")

    assert prism.journal.entries() == []
