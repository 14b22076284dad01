"""What the portal tells people goes through gettext, and is told again to readers of Chinese."""

import ast

import pytest
from django.utils.translation import override

from lib.retold import retold, retold_title
from portal import services
from portal.notices import notices_for
from tests.portal.conftest import a_project
from tests.translations.extracting import source_files

# What a person reads comes from these, or ends as their `message`, `advice` or `reason`.
TELLING = {"ServiceError", "StepFailed", "CheckFailed", "Refused", "Problem", "ValidationError",
           "remark", "Warned", "Skipped"}
TOLD = {"advice", "reason", "message"}
FILES = [file for file in source_files(".py") if file.match("*/portal/**/*.py") or
         file.parent.name == "portal"]


def is_bare(node: ast.expr) -> bool:
    """A text in the code, also in parts; a path of an address or a name alone is none."""
    if isinstance(node, ast.JoinedStr):
        return any(" " in str(part.value) for part in node.values if isinstance(part, ast.Constant))
    if isinstance(node, ast.BinOp):
        return is_bare(node.left)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def bare_texts(tree: ast.AST) -> list[int]:
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        told = [*call.args] if name in TELLING else []
        told += [word.value for word in call.keywords if word.arg in TOLD]
        found += [call.lineno for text in told if is_bare(text)]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_sentence_is_written_past_gettext(file):
    assert bare_texts(ast.parse(file.read_text())) == []


def test_the_look_finds_each_way_to_write_past_it():
    for text in ('raise ServiceError(f"{a} is gone")', 'StepFailed("It is", advice=_("a b"))',
                 'remark(run, "a b" + c)', 'request.move(reason=f"{x} was retired")'):
        assert bare_texts(ast.parse(text)), text
    for text in ('ServiceError(_("a b") % {"a": 1})', 'run.log(f"{a} is gone")'):
        assert not bare_texts(ast.parse(text)), text


@pytest.mark.parametrize(("stored", "chinese"), [
    ("A team has a project web on this registry.", "web"),
    ("reg-01.example.com does not know bob, eve.", "reg-01.example.com"),
    ("reg-01 was retired.", "reg-01"),
    ("Ask for another name.", ""),
])
def test_a_stored_sentence_is_told_in_chinese_with_its_facts(stored, chinese):
    with override("zh-hans"):
        told = retold(stored)

    assert told != stored
    assert chinese in told
    assert not told.isascii()
    with override("en"):
        assert retold(stored) == stored


@pytest.mark.parametrize(("stored", "chinese"), [
    ("Deploy: reg-02", "部署：reg-02"), ("“Deploy: reg: 02”", "“部署：reg: 02”"),
    ("Something else: reg-02", "Something else: reg-02"), ("Deploy", "Deploy"), ("", ""),
])
def test_a_stored_title_is_told_with_what_it_is_about(stored, chinese):
    assert retold_title(stored) == stored
    with override("zh-hans"):
        assert retold_title(stored) == chinese


@pytest.mark.django_db
def test_a_notice_has_the_marks_of_its_language(team, registry, ada):
    request = services.submit(
        services.draft(a_project(), team=team, by=ada, instance=registry), by=ada
    )
    request.move(to="rejected", only_from=("submitted",), reason="Please ask for less.")

    (told,) = notices_for(ada, team)
    assert told.text == "Project web: Rejected. Please ask for less."
    with override("zh-hans"):
        (told,) = notices_for(ada, team)
    assert ":" not in told.text
    assert "web：" in told.text
    assert told.text.endswith("。Please ask for less.")


@pytest.mark.parametrize("typed", ["Please ask for less.", "web", "", "太大了", "100 %"])
def test_what_people_wrote_stays_as_it_is(typed):
    with override("zh-hans"):
        assert retold(typed) == typed
