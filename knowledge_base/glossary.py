"""The official terms of public services in both languages, and the words that the service files should not use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from texts import LANGUAGES, Language

GLOSSARY = Path(__file__).parent / "glossary.yaml"

__all__ = ["GLOSSARY", "Glossary", "Term"]


class Avoided(BaseModel):
    """Other words for the notion, by the language in whose texts they are not to stand; `*` is any ending."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ru: list[str] = []
    kk: list[str] = []


class Term(BaseModel):
    """One notion: the official words for it, the one to use first, and words to avoid."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ru: list[str] = Field(min_length=1)
    kk: list[str] = Field(min_length=1)
    avoid: Avoided = Avoided()


class Glossary(BaseModel):
    """All terms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    terms: list[Term]

    @classmethod
    def read(cls, path: Path = GLOSSARY) -> Glossary:
        """Read the file. Raises `ValueError` where it has not the form of a glossary."""
        return cls.model_validate(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))

    def deviations(self, text: str, language: Language) -> Iterator[tuple[str, str]]:
        """Each word of `text` that is to be avoided, as it stands there, with the term to use instead."""
        pattern, instead = self._patterns[language]
        if pattern is not None:
            for found in pattern.finditer(text):
                assert found.lastindex is not None  # every word stands in a group
                yield found[0], instead[found.lastindex - 1]

    @cached_property
    def _patterns(self) -> dict[Language, tuple[re.Pattern[str] | None, list[str]]]:
        """Of each language one pattern, each of whose groups has the words to avoid for the term at its place."""
        patterns: dict[Language, tuple[re.Pattern[str] | None, list[str]]] = {}
        for language in LANGUAGES:
            avoided = [
                (getattr(term, language)[0], "|".join(map(_pattern, sorted(words, key=len, reverse=True))))
                for term in self.terms
                if (words := getattr(term.avoid, language))
            ]
            whole = "|".join(f"({words})" for _, words in avoided)
            compiled = re.compile(rf"(?<!\w)(?:{whole})(?!\w)", re.IGNORECASE) if avoided else None
            patterns[language] = compiled, [term for term, _ in avoided]
        return patterns


def _pattern(word: str) -> str:
    return re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "")
