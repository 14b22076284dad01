import pytest

from lib.names import problems_with_fqdn, problems_with_label


@pytest.mark.parametrize("name", ["reg", "reg-01", "a", "r" * 40])
def test_accepts_plain_names(name):
    assert problems_with_label(name) == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("reg_01", "underscore"),
        ("Reg", "Upper-case"),
        ("r" * 64, "64 characters"),
        ("régistre", "letters a to z"),
        ("-reg", "both ends"),
        ("", "needed"),
        ("reg;rm", "both ends"),
        ("reg\n", "both ends"),
    ],
)
def test_says_why_a_name_is_refused(name, word):
    assert any(word in problem for problem in problems_with_label(name))


def test_says_all_problems_at_once():
    assert len(problems_with_label("My_" + "x" * 64)) == 3


@pytest.mark.parametrize("fqdn", ["reg.example.com", "a.b", "xn--bcher-kva.example"])
def test_accepts_domain_names(fqdn):
    assert problems_with_fqdn(fqdn) == []


@pytest.mark.parametrize(
    "fqdn",
    [
        "localhost",
        "10.0.0.1",
        "::1",
        "reg",
        "Reg.example.com",
        "a..b",
        "reg_1.example.com",
        "reg.mydomain.com",
        "x" * 64 + ".example.com",
        "bücher.example",
        "reg.example.com/x",
    ],
)
def test_refuses_what_clients_could_not_use(fqdn):
    assert problems_with_fqdn(fqdn)
