"""Regions, cities and district centres of Kazakhstan in a message, by the codes and names of `places.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nlu.entities.phrases import Entity, Phrases, load, pattern
from nlu.entities.reading import Reading
from nlu.text.language import identify

__all__ = ["find"]


_SHORTEST_STEM = 3


@dataclass(frozen=True)
class _Place:
    code: str  # of the region or city by ISO 3166-2:KZ, or the town's slug
    kind: str  # region, city
    region: str
    common: str = ""  # the languages in which the name is a common word, too, or "name"


def _forms(name: str) -> tuple[list[str], list[str]]:
    """The name with any ending, and its forms that are only Russian: another last vowel, adjectives (шымкентский)."""
    stem = name[:-1] if name[-1] in "аеиоыэяйь" else name
    russian = [f"{stem}~", f"{stem}ск~", f"{stem}инск~"] if len(stem) >= _SHORTEST_STEM else []
    return [f"{name}*"], russian + ([f"{name[:-2]}~"] if name.endswith("ый") else [])


def _listed() -> Iterator[tuple[_Place, list[str]]]:
    """Every place with the phrases that name it."""
    data = load("places.yaml")
    for code, region in data["regions"].items():
        russian = [f"{region['ru']} {word}" for word in ("област*", "обл")]
        kazakh = [f"{region['kk']} {word}" for word in ("облыс*", "обл")]
        yield _Place(code, "region", code), [*russian, *kazakh, *region["also"]]
    by_region = [(code, {code: names}) for code, names in data["cities"].items()] + list(data["towns"].items())
    for region, towns in by_region:
        for slug, names in towns.items():
            for name in names.split(", "):
                written, _, common = name.partition(" (")
                common = common.rstrip(")")
                whole, russian = _forms(written.lower())
                yield _Place(slug, "city", region, common), whole
                yield _Place(slug, "city", region, "" if common == "kk" else common), russian


@lru_cache
def _gazetteer() -> Phrases[_Place]:
    return Phrases(_listed())


_TOWN_BEFORE = re.compile(rf"(?<!\w)(?:{pattern('город*')}|{pattern('поселк*')}|{pattern('сел*')}|g\.?|v|vo)\s*$")
_TOWN_AFTER = re.compile(rf"^\s*(?:{pattern('қала*')}|{pattern('кент*')}|{pattern('ауыл*')}|{pattern('аудан*')})(?!\w)")
_STREET_BEFORE = re.compile(rf"(?<!\w)(?:ul|pr|{pattern('улиц*')}|{pattern('проспект*')})\.?\s*$")
_STREET_AFTER = re.compile(rf"^\s*(?:{pattern('көше*')}|{pattern('даңғыл*')})(?!\w)")
_IN_KAZAKH = re.compile(r"[dt][ae](?:n|gi|min|miz)?$")


def _is_street(reading: Reading, match: re.Match[str]) -> bool:
    return bool(
        _STREET_BEFORE.search(reading.skeleton[: match.start()])
        or _STREET_AFTER.search(reading.skeleton[match.end() :])
    )


def _is_meant(reading: Reading, match: re.Match[str], common: str) -> bool:
    """Whether something makes the place of a name that is a common word or somebody's name, too.

    That there is nothing else in the message, the word for a town beside it, or "в" before it; for a common word also a
    capital letter that begins neither the message nor a sentence, for a Kazakh one that the message is Russian, for a
    Russian one the Kazakh ending of place: other forms of it may be Kazakh words again (оралу, шара).
    """
    if not re.search(r"\w", reading.skeleton[: match.start()] + reading.skeleton[match.end() :]):
        return True
    if _TOWN_BEFORE.search(reading.skeleton[: match.start()]) or _TOWN_AFTER.search(reading.skeleton[match.end() :]):
        return True
    if common == "name":
        return False
    if common == "kk" and identify(reading.text) == "ru":
        return True
    if common == "ru" and _IN_KAZAKH.search(match[0]):
        return True
    start, _ = reading.span(*match.span())
    return (
        reading.text[start].isupper()
        and not reading.text.isupper()
        and re.search(r"[^\s.!?…]\s+$", reading.text[:start]) is not None
    )


def find(reading: Reading) -> Iterator[Entity]:
    """The places; `value` is a code of ISO 3166-2:KZ or a town's slug, `info` says which and in what region."""
    for match, place in _gazetteer().find(reading):
        if _is_street(reading, match) or (place.common and not _is_meant(reading, match, place.common)):
            continue
        info = {"kind": place.kind, "region": place.region}
        yield Entity("place", *reading.place(*match.span()), place.code, info)
