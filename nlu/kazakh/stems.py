"""The known stems, and the shapes in which a stem meets its endings: мектеп → мектеб-і, оқы → оқ-у, орын → орн-ы."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlu.kazakh.irregular import ELIDED, LEXICAL_VOICE
from nlu.kazakh.morphology import VOWELS, Harmony, harmonies

__all__ = ["FILES", "HARD", "Stem", "Stock", "known_stems", "shapes"]

FILES = ("stems.txt", "stems_apertium.txt")
Stock = dict[str, dict[str, float]]  # stems with their kinds, "n" or "v", and the cost of each
_VOICED = {"п": "б", "к": "г", "қ": "ғ"}
HARD = {voiced: hard for hard, voiced in _VOICED.items()}


@dataclass(frozen=True)
class Stem:
    """How a stem may begin a word.

    `joint` is what of the ending has melted into the shape: `қою` is қой + у. `before` are the letters one of which
    must follow the shape, or nothing.
    """

    lemma: str
    kind: str  # "n" for anything that takes the endings of nouns, "v" for verbs
    stem: str
    joint: str
    before: str
    harmonies: tuple[Harmony, ...]
    cost: float  # bits: minus the binary logarithm of its share of running text


def _shapes(stem: str, kind: str) -> Iterator[tuple[str, str, str]]:
    """The shapes of a stem at the beginning of a word, each with its `joint` and `before`."""
    yield stem, "", ""
    last = stem[-1]
    if last in _VOICED and len(stem) > 1:
        yield stem[:-1] + _VOICED[last], "", VOWELS
        if kind == "v" and last == "п":
            yield stem[:-1] + "у", "", "ыі"  # тап → тауып
    if stem in ELIDED:
        yield ELIDED[stem], "", VOWELS
    if kind == "v":
        vowel = "а" if harmonies(stem)[0] == "back" else "е"
        if last == "й":
            yield stem[:-1] + "ю", "у", ""
            yield stem[:-1] + "я", vowel, ""
        elif last == "и":
            yield stem + "ю", "у", ""
            yield stem + "я", vowel, ""
        elif last in "ыі":
            yield stem[:-1] + "у", "у", ""
            yield stem[:-1] + "и", "й", ""


def _base_of_voice(verb: str, stock: Stock) -> str | None:
    """The known verb of which `verb` is the passive or the reciprocal, unless it is a word of its own."""
    if verb in LEXICAL_VOICE or verb[-1] not in "лнс":
        return None
    bases = []
    if verb[-2] in VOWELS:  # жаса-л; of the stems that have л, бөл-ін and талқыла-н
        bases.append(verb[:-1])
    if verb[-2] in "ыі" and len(verb) > 3:  # көтер-іл, таб-ыл
        bases.append(verb[:-2])
        bases.append(verb[:-3] + HARD.get(verb[-3], verb[-3]))
    known = [
        base
        for base in bases
        if len(base) > 1
        and "v" in stock.get(base, {})
        and (verb[-1] != "н" or base.endswith(("л", "ла", "ле", "лда", "лде")))
    ]
    return min(known, key=lambda base: stock[base]["v"], default=None)


def known_stems() -> Stock:
    """The stems of the files beside this one."""
    stock: Stock = defaultdict(dict)
    for path in (Path(__file__).with_name(name) for name in FILES):
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            if not line.startswith("#"):
                stem, *kinds = line.split(" ")
                stock[stem].update((kind[0], float(kind[1:])) for kind in kinds)
    return stock


def shapes(stock: Stock) -> dict[str, list[Stem]]:
    """Every shape in lower case of the stems of `stock`, with the stems that it may be."""
    found: dict[str, list[Stem]] = defaultdict(list)
    for word, kinds in stock.items():
        stem = word.lower()
        for kind, cost in kinds.items():
            lemma = (_base_of_voice(stem, stock) if kind == "v" else None) or word
            for shape, joint, before in _shapes(stem, kind):
                found[shape].append(Stem(lemma, kind, stem, joint, before, harmonies(stem), cost))
    return dict(found)
