"""What a message names beside its subject: places, numbers of documents, dates, amounts, who, and how.

Found by rules and data files, in both languages, however they are spelled; no Rasa in here.
"""

from __future__ import annotations

from datetime import date

from nlu.entities import dates, numbers, phrases, places
from nlu.entities.phrases import Entity
from nlu.entities.reading import Reading
from nlu.text import personal

__all__ = ["ENTITIES", "Entity", "find"]

ENTITIES = ("document_number", "date", "amount", "place", "person", "way")


def find(text: str, today: date) -> list[Entity]:
    """The entities of `text` by their place in it as it was written, none overlapping another.

    | entity | value | info |
    | --- | --- | --- |
    | document_number | masked: its kind and last characters | kind |
    | date | ISO 8601, reckoned from `today` | grain: day, week, month, year |
    | amount | the number | unit: a currency by ISO 4217, MRP, MZP; none where it is not said |
    | place | a code of ISO 3166-2:KZ or a town's slug | kind: region, city; region: its code |
    | person, way | a key of `person.yaml`, `way.yaml` | |
    """
    reading = Reading(text)
    candidates = [
        *(Entity("document_number", one.start, one.end, one.masked, {"kind": one.kind}) for one in personal.find(text)),
        *dates.find(reading, today),
        *numbers.find(reading),
        *places.find(reading),
        *phrases.find("person", reading),
        *phrases.find("way", reading),
    ]
    found: list[Entity] = []
    for one in candidates:  # the earlier kind is kept: the digits of a date are no amount
        if all(one.end <= other.start or other.end <= one.start for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)
