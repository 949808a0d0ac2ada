"""Example questions are added to a service's file, and nothing else of it changes."""

import difflib

import pytest
import yaml

from bot.learning.service_file import UnexpectedForm, add_questions
from knowledge_base.model import SERVICES

FILES = sorted(SERVICES.glob("*/*.yaml"))
LONG = "нужна ли справка: «о составе семьи» - если " + "дети живут отдельно и учатся в другом городе, " * 4 + "или нет"


def source(path):
    return path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_adding_changes_no_line_that_stands_in_any_of_our_files(path):
    before = source(path)
    after = add_questions(before, {"ru": ["да", '"кавычки": и # решётка', LONG], "kk": ["- балық", "қайда барам?"]})
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert [line for line in lines if line.startswith("- ")] == []
    assert len([line for line in lines if line.startswith("+ ")]) >= 5
    questions = yaml.safe_load(after)["questions"]
    assert questions["ru"][-3:] == ["да", '"кавычки": и # решётка', LONG]
    assert questions["kk"][-2:] == ["- балық", "қайда барам?"]
    assert max(len(line[2:]) for line in lines if line.startswith("+ ")) <= 120


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_adding_nothing_gives_the_same_bytes(path):
    assert add_questions(source(path), {}) == source(path)


SMALL = """\
# a remark
questions:
  kk:
    - қайда?   # said at the counter

  ru:
  - >-
    где
    это

  # what follows is the sources
sources: []
"""


def test_lists_in_any_order_with_remarks_and_folded_texts_are_added_to_in_place():
    assert add_questions(SMALL, {"ru": ["а там?"], "kk": ["кім?"]}) == SMALL.replace(
        "at the counter\n", "at the counter\n    - кім?\n"
    ).replace("    это\n", "    это\n  - а там?\n")


@pytest.mark.parametrize(
    "text",
    [
        "slug: x\n",
        "questions: [a]\n",
        "questions:\n  ru: [a]\n  kk:\n    - b\n",
        "questions:\n  ru: []\n  kk:\n    - b\n",
        "questions:\n  kk:\n    - b\n  ru:\n    - a",
    ],
    ids=["none", "no languages", "in a line", "empty", "no end of line"],
)
def test_what_is_written_otherwise_is_refused(text):
    with pytest.raises(UnexpectedForm):
        add_questions(text, {"ru": ["вопрос"]})
