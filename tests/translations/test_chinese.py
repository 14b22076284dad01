"""The console speaks Chinese: nothing is missing, nothing English is left, the compiled fits."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from config.pipelines import PIPELINES
from deployments.checklist import CHECKS
from operations.run import in_english
from tests.translations import chinese
from tests.translations.extracting import ROOT

CALL = re.compile(r"script/messages")

def test_the_catalogue_has_every_string_of_the_source_and_no_other():
    before = {(message.id, message.context) for message in chinese.stored()}
    now = {(message.id, message.context) for message in chinese.updated()}

    assert now - before == set(), "Run script/messages and translate what is new."
    assert before - now == set(), "Run script/messages: these are shown no longer."

def test_every_translation_is_chinese_and_complete():
    assert list(chinese.problems(chinese.stored())) == []

def test_what_is_compiled_is_what_is_written():
    assert chinese.MO.read_bytes() == chinese.compiled(chinese.stored()), "Run script/messages."


def test_each_kind_of_mistake_is_found():
    words = chinese.Catalog(locale="zh_Hans")
    for source, text in {
        "Missing": "", "The same": "The same", "No Chinese": "Nothing", "%d left": "剩余",
        "%(what)s: %(why)s": "%(what)s：%(why)s", "Comma, here": "这里,那里", "Right": "正确",
    }.items():
        words.add(source, text, locations=[("a.py", None)])
    words.add("Fuzzy", "模糊", flags=["fuzzy"], locations=[("a.py", None)])

    assert [line.partition(": ")[2] for line in chinese.problems(words)] == [
        "is missing", "equals the English", "holds no Chinese",
        "has other placeholders than the English", "has marks of half width beside Chinese",
        "is fuzzy",
    ]

def test_stored_titles_of_operations_steps_and_checks_are_keys_of_the_catalogue():
    """They are stored in English and translated where they are shown."""
    titles = {pipeline.title for pipeline in PIPELINES} | {check.title for check in CHECKS}
    titles |= {step.title for pipeline in PIPELINES for step in pipeline.steps}
    stored = {in_english(title) for title in titles}

    with override("zh-hans"):
        assert {title for title in stored if gettext(title) == title} == set()


@pytest.mark.django_db
def test_a_person_chooses_the_language_and_keeps_it(client):
    page = reverse("login")
    assert "登录" not in client.get(page).content.decode()

    answer = client.post(reverse("set_language"), {"language": "zh-hans", "next": page})

    assert answer.url == page
    cookie = client.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("zh-hans", True, "Lax")
    assert cookie["max-age"] > 300 * 24 * 3600
    assert '<html class="system" lang="zh-hans">' in client.get(page).content.decode()
    assert "登录" in client.get(page).content.decode()

@pytest.mark.django_db
def test_a_browser_that_asks_for_chinese_gets_it_without_a_choice(client):
    answer = client.get(reverse("login"), headers={"Accept-Language": "zh-CN,zh;q=0.9"})

    assert "登录" in answer.content.decode()

def test_the_chinese_readme_follows_the_english_one():
    english, chinese_text = (ROOT / name for name in ("README.md", "README.zh-CN.md"))

    assert shape_of(english) == shape_of(chinese_text)

def shape_of(file: Path) -> list[str]:
    """Headings by their depth, commands and links: what must be the same in both."""
    text = file.read_text()
    commands = [line.split("  ")[0].strip() for line in re.findall(r"^    (.+)$", text, re.M)]
    # Each shows the pages in its own language.
    links = [re.sub(r"-chinese\.png$", "-light.png", link)
             for link in re.findall(r"\]\(([^)]+)\)", text)]
    return [
        *re.findall(r"^(#+) ", text, re.M), *commands,
        *(link for link in links if not link.startswith("README")),
    ]
