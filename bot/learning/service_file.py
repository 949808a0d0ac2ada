"""Adds example questions to a service's file, by lines, so that nothing else of what people wrote there changes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from texts import Language

__all__ = ["UnexpectedForm", "add_questions"]

WIDTH = 120
"""Columns of a line beyond which a question is folded, as in all service files."""


class UnexpectedForm(ValueError):
    """The file's example questions are not written as the lists that are known here, so nothing was added."""


def add_questions(source: str, questions: Mapping[Language, Sequence[str]]) -> str:
    """The text of a service file with more example questions at the end of each language's list.

    The library's own writer would rewrap other lines of the file. What is added is therefore put between the lines,
    where the parser says that the list ends, and proved by reading the result. Raises `UnexpectedForm`.
    """
    lists = _lists(source)
    lines = source.splitlines(keepends=True)
    for language in sorted(questions, key=lambda one: -lists[one].end_mark.line):  # from below, so that lines stay put
        sequence = lists[language]
        end = _end(lines, sequence)
        lines[end:end] = [line for text in questions[language] for line in _item(text, sequence.start_mark.column)]
    added = "".join(lines)
    expected: Any = yaml.load(source, yaml.CSafeLoader)
    for language, texts in questions.items():
        expected["questions"][language].extend(texts)
    if yaml.load(added, yaml.CSafeLoader) != expected:
        raise UnexpectedForm("the changed file does not read as it should")
    return added


def _lists(source: str) -> dict[str, yaml.SequenceNode]:
    """The lists of example questions by language."""
    root = yaml.compose(source, yaml.CSafeLoader)
    languages = _entries(_entries(root).get("questions"))
    for language, node in languages.items():
        if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
            raise UnexpectedForm(f"questions.{language} is not a list with a line for each question")
    return languages


def _entries(node: yaml.Node | None) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise UnexpectedForm("there are no example questions")
    return {key.value: value for key, value in node.value}


def _end(lines: list[str], sequence: yaml.SequenceNode) -> int:
    """The number of the line after the last item: the parser's own end may lie behind empty lines and remarks."""
    last = sequence.value[-1]
    end = last.end_mark.line + (last.end_mark.column > 0)
    while not lines[end - 1].strip():
        end -= 1
    if not lines[end - 1].endswith("\n"):
        raise UnexpectedForm("the last line of the file has no end")
    return end


def _item(text: str, column: int) -> list[str]:
    """The lines of one item whose dash stands in `column`."""
    margin = " " * column
    plain = yaml.safe_dump([text], allow_unicode=True, width=10_000, default_flow_style=False)
    if column + len(plain.rstrip("\n")) <= WIDTH:
        return [margin + plain]
    folded = textwrap.wrap(text, WIDTH - column - 2, break_long_words=False, break_on_hyphens=False)
    return [f"{margin}- >-\n", *(f"{margin}  {line}\n" for line in folded)]
