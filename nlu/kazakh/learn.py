"""Learns `stems.txt`, `stems_apertium.txt` and `endings.txt` from a word list and plain texts.

    python -m nlu.kazakh.learn --dictionary dict_kk_ru.tsv.gz --services knowledge_base/services TEXT.tsv.gz ...

The dictionary's rows are `source, kk, ru`; only those of apertium are read. A text is a gzipped table with a column
`kk`; the services are YAML files, of which everything under `kk` is read. No annotated text is used: every word of the
texts is shared out among its readings by their present likelihood, the shares are counted and give the likelihoods of
the next round (expectation–maximisation). Stems that the dictionary lacks are taken where they are seen with several
endings.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pymorphy3
import yaml

from nlu.kazakh.analysis import DERIVED, Analyser, same_ending
from nlu.kazakh.irregular import ADVERBS, FORMS, NOUNS_IN_U
from nlu.kazakh.morphology import VOWELS
from nlu.kazakh.stems import shapes

_HERE = Path(__file__).parent
_SOURCES = (None, "kaznerd", "kaznu_gov")  # those that may be passed on; None for a table without the column
_LOWERED = "kaznu_gov"  # has no capitals
_LETTERS = "а-яәғқңөұүһіё"
_WORD = re.compile(rf"[{_LETTERS}]+(?:-[{_LETTERS}]+)*", re.IGNORECASE)
_INFINITIVE = re.compile(r"(?:ть|ться|ти|тись|чь|чься)$")
# A gerund by its end: the dictionary has many without their verb.
_GERUND = re.compile(r".{3,}(?:[лдт]ау|[лдт]еу|[лдт][ае]ну|[дт][ыі]ру|[ғгқк][ыі]зу|[ыі]су|[ыі]лу|[лдт][ае]ту)$")
# Endings that a word list has by mistake: participles, converbs, plurals, cases after a possessive.
_INFLECTED = {
    "v": re.compile(r".*(?:[ғгқк][ае]н|[аейи]т[ыі]н|[ғгқк][ае]нд[ыі][қк]т[ае]н)|.{2,}[ыі]п|м[ае]й"),
    "n": re.compile(r".*(?:[сы]?[ыі](?:нда|нде|ндағы|ндегі|нан|нен|на|не|мен)|[лдт][ае]р[ыі]?|дағы|дегі)|[ыі]?нш[ыі]"),
}
_INFLECTED_WORDS = frozenset(
    """
    алды асты аты аузы бары беті бойы іші маңы негізі ортасы соңы шеті алымы атасы балама әлгіде кезде себебі жылы үйім
    """.split()  # noqa: SIM905 - read as a list of words
)
_ADJECTIVE = ("лы", "лі", "ды", "ді", "ты", "ті")  # rather an adjective of the list than a noun as an object
_ADJECTIVE_BONUS = 2.0

_ROUNDS = 8
_FIRST_STEM, _FIRST_ENDING, _FIRST_LETTER = 16.0, 3.0, 1.0  # the costs of the first round, in bits
_SHARE, _FORMS = 4.0, 3  # a new stem is seen so often, with so many endings
_RAREST = 17.0  # endings that cost more are left out
_NAME_SHARE = 0.9  # so much of the forms of a name is written with a capital

_HEADERS = {
    "stems_apertium.txt": [
        "# Stems of Kazakh: n nouns, adjectives and what else takes their endings, v verbs, with their cost in bits.",
        "# The words are from apertium-kaz-rus (github.com/apertium/apertium-kaz-rus): unlike the rest of the project,",
        "# this file is under the GPL-3.0.",
    ],
    "stems.txt": [
        "# Stems of Kazakh that `stems_apertium.txt` lacks, in its form: of `words.txt` and, by `learn`, of the texts",
        "# of KazNERD (CC BY 4.0), kaz-parallel-corpora of KazNU (CC BY-SA), the law 561-IV and our own services.",
    ],
    "endings.txt": [
        "# Chains of endings with their kind and cost in bits, as `analysis.same_ending` writes them; by `learn`.",
    ],
}

Kinds = dict[str, set[str]]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _kazakh(node: Any, inside: bool = False) -> Iterator[str]:
    """The strings under `kk` in a service."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _kazakh(value, inside or key == "kk")
    elif isinstance(node, list):
        for value in node:
            yield from _kazakh(value, inside)
    elif inside and isinstance(node, str):
        yield node


def _texts(tables: Iterable[Path], services: Path) -> Iterator[tuple[str, bool]]:
    """The texts, and whether they have capitals."""
    for table in tables:
        for row in _rows(table):
            if row.get("source") in _SOURCES:
                yield row["kk"], row.get("source") != _LOWERED
    for path in sorted(services.rglob("*.yaml")):
        for text in _kazakh(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield text, True


def _dictionary(path: Path) -> Kinds:
    """The words of the dictionary with their kinds: a word is a verb where a translation is a Russian infinitive."""
    russian = pymorphy3.MorphAnalyzer()
    kinds: Kinds = defaultdict(set)
    for row in _rows(path):
        if row["source"] == "apertium_bidix" and _WORD.fullmatch(row["kk"]):
            head = row["ru"].split()[0]
            infinitive = _INFINITIVE.search(head) and russian.parse(head)[0].tag.POS == "INFN"
            kinds[row["kk"]].add("v" if infinitive and row["kk"].islower() else "n")
    verbs = {word for word, found in kinds.items() if "v" in found}
    for word in list(kinds):
        if word[:-2] in verbs and re.search("[мбп][ае]$", word):
            kinds[word].discard("v")  # a negated verb is no stem
        if word[-1] in "ую" and word.islower() and word not in NOUNS_IN_U:
            bases = [word[:-1] + "й"] if word[-1] == "ю" else [word[:-1] + vowel for vowel in ("", "ы", "і")]
            if verbs.intersection(bases):
                del kinds[word]
            elif _GERUND.search(word):
                del kinds[word]
                kinds[word[:-1]].add("v")
    return {word: found for word, found in kinds.items() if found}


def _own() -> Kinds:
    """The words that were written by hand."""
    kinds: Kinds = defaultdict(set)
    for word in ADVERBS:
        kinds[word].add("n")
    for line in (_HERE / "words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, _, words = line.partition(": ")
            for word in words.split():
                kinds[word].add(kind)
    return kinds


def _together(*lists: Kinds) -> dict[str, dict[str, float]]:
    stock: dict[str, dict[str, float]] = defaultdict(dict)
    for kinds in lists:
        for word, found in kinds.items():
            stock[word].update(dict.fromkeys(found, _FIRST_STEM))
    return stock


def _clean(kinds: Kinds, own: Kinds) -> None:
    """Takes out of `kinds` the nouns that are an inflected form of another word."""
    analyser = Analyser(shapes(_together(kinds, own)), {})
    for word in [word for word, found in kinds.items() if "n" in found and word not in FORMS | dict.fromkeys(ADVERBS)]:
        for reading in analyser.readings(word.lower()):
            inflected = reading.endings and not reading.derived and len(reading.stem) > 1
            if inflected and (word in _INFLECTED_WORDS or _INFLECTED[reading.kind].fullmatch(reading.endings)):
                kinds[word].discard("n")
                break
        if not kinds[word]:
            del kinds[word]


class _Candidate:
    """A reading of a word, as far as counting needs it."""

    def __init__(self, kind: str, stem: str, endings: str, known: bool, extra: float) -> None:
        self.stem = kind + stem
        self.ending = same_ending(kind, endings)
        self.known = known
        self.extra = extra  # cost beside those of stem and ending


def _candidates(word: str, analyser: Analyser) -> list[_Candidate]:
    found = [
        _Candidate(reading.kind, reading.stem, reading.endings, True, DERIVED * reading.derived)
        for reading in analyser.readings(word)
    ]
    known = {candidate.stem for candidate in found}
    for reading in analyser.unknown(word):
        if reading.kind + reading.stem not in known:
            extra = reading.cost - analyser.ending_cost(reading.kind, reading.endings)
            found.append(_Candidate(reading.kind, reading.stem, reading.endings, False, extra))
    return found


class _Counts:
    """What the rounds of expectation–maximisation find."""

    def __init__(self, words: Counter[str], analyser: Analyser) -> None:
        self.candidates = {word: found for word in words if (found := _candidates(word, analyser))}
        self.words = words
        self.stems: dict[str, float] = {}  # cost by kind and stem
        self.endings: dict[str, float] = {}
        self.unknown: dict[str, Counter[str]] = {}  # the endings of each unknown stem
        for _ in range(_ROUNDS):
            self._round()

    def _weights(self, candidates: list[_Candidate]) -> list[float]:
        return [
            2.0
            ** -(
                (self.stems.get(found.stem, _FIRST_STEM) if found.known else 0.0)
                + self.endings.get(found.ending, _FIRST_ENDING + _FIRST_LETTER * len(found.ending))
                + found.extra
            )
            for found in candidates
        ]

    def _round(self) -> None:
        stems: Counter[str] = Counter()
        endings: Counter[str] = Counter()
        self.unknown = defaultdict(Counter)
        for word, candidates in self.candidates.items():
            weights = self._weights(candidates)
            scale = self.words[word] / sum(weights)
            for found, weight in zip(candidates, weights, strict=True):
                endings[found.ending] += weight * scale
                if found.known:
                    stems[found.stem] += weight * scale
                else:
                    self.unknown[found.stem][found.ending] += weight * scale
        total = self.words.total()
        of_kind = {kind: sum(count for ending, count in endings.items() if ending[0] == kind) for kind in "nv"}
        self.stems = {stem: -math.log2((count + 0.2) / total) for stem, count in stems.items()}
        self.endings = {e: -math.log2((count + 0.001) / of_kind[e[0]]) for e, count in endings.items()}

    def likeliest(self, word: str) -> _Candidate:
        candidates = self.candidates[word]
        weights = self._weights(candidates)
        return candidates[weights.index(max(weights))]


def _write(name: str, lines: list[str]) -> None:
    (_HERE / name).write_text("\n".join([*_HEADERS[name], *lines]) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--dictionary", type=Path, help="without it, the stems of `words.txt` and of the texts are all")
    parser.add_argument("--services", type=Path, required=True)
    arguments = parser.parse_args()

    words: Counter[str] = Counter()
    with_case: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text, has_case in _texts(arguments.texts, arguments.services):
        for match in _WORD.finditer(text):
            low = match[0].lower()
            if "-" not in low and low not in FORMS and any(letter in VOWELS for letter in low):
                words[low] += 1
                with_case[low] += has_case
                capital[low] += match[0] != low

    dictionary, own = _dictionary(arguments.dictionary) if arguments.dictionary else {}, _own()
    _clean(dictionary, own)
    # First the endings of known stems, then those with the stems that nobody knows, then with the new ones among them.
    counts = _Counts(words, Analyser(shapes(_together(dictionary, own)), {}))
    counts = _Counts(words, Analyser(shapes(_together(dictionary, own)), counts.endings))
    seen: Counter[str] = Counter()
    high: Counter[str] = Counter()
    for word in counts.candidates:
        stem = counts.likeliest(word).stem
        seen[stem] += with_case[word]
        high[stem] += capital[word]
    for key, endings in counts.unknown.items():
        kind, stem = key[0], key[1:]
        forms = sum(share >= 0.5 for share in endings.values())
        if endings.total() >= _SHARE and forms >= _FORMS and len(stem) >= (4 if kind == "v" else 3):
            name = kind == "n" and seen[key] and high[key] / seen[key] >= _NAME_SHARE
            own[stem.capitalize() if name else stem].add(kind)
    counts = _Counts(words, Analyser(shapes(_together(dictionary, own)), counts.endings))

    never = -math.log2(0.2 / words.total())
    for name, kinds in (("stems_apertium.txt", dictionary), ("stems.txt", own)):
        lines = []
        for word in sorted(kinds):
            if kinds is own and not own[word] - dictionary.get(word, set()):
                continue
            costs = {kind: counts.stems.get(kind + word.lower(), never) for kind in sorted(kinds[word])}
            if "n" in costs and word.endswith(_ADJECTIVE):
                costs["n"] -= _ADJECTIVE_BONUS
            lines.append(" ".join([word, *(f"{kind}{cost:.0f}" for kind, cost in costs.items())]))
        _write(name, lines)
    frequent = sorted((cost, ending) for ending, cost in counts.endings.items() if cost < _RAREST)
    _write("endings.txt", [f"{ending} {cost:.1f}" for cost, ending in frequent])


if __name__ == "__main__":
    main()
