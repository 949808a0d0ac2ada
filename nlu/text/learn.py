"""Counts anew, over texts of both languages, what tells words and languages apart: `python -m nlu.text.learn CORPORA`.

Writes `letters.json` and `cyrillic.json` (how often three folded, and three Cyrillic letters follow one another; the
most frequent words),
`common.txt` (skeletons of common words) and `language.json` (what each feature of a word counts for one language).
CORPORA is a folder with the files that `learn.yaml` names; this project's own texts are read as well. Run it after a
change of `nlu.text.fold` and when the texts have grown much. It takes two minutes and the packages of the service.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pymorphy3
import yaml
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from nlu.text.fold import compose, fold_word
from nlu.text.language import TOKEN, features

Language = Literal["ru", "kk"]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SETTINGS = yaml.safe_load((HERE / "learn.yaml").read_text("utf-8"))

RARE = 5  # a feature seen in fewer messages is not learnt
KEPT = 8000  # features, those that count most: the rest changes nothing that was measured
STRENGTH = 0.3  # of the evidence against the prior that a feature tells nothing (C of the regression)
FREQUENT = 4000  # words of each language that are written so, whatever their letters make likely
PLAIN, LATIN = 0.35, 0.25  # shares of messages written without Kazakh letters, and in Latin


class Text(NamedTuple):
    source: str
    language: Language
    words: list[str]


class Sample(NamedTuple):
    words: list[str]
    language: Language
    weight: float = 1.0
    mixed: bool = False  # whether nouns of the other language are in it


# Reading


def _strings(data: Any, language: Language | None) -> Iterator[tuple[Language, str]]:
    """The strings below a key `ru` or `kk`, or all where the language of the file is known, with their language."""
    if isinstance(data, str) and language:
        yield language, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _strings(value, key if key in ("ru", "kk") else language)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value, language)


def own_texts() -> Iterator[Text]:
    """The sentences of the services and of the bot (`own`), and the training messages (`chat`)."""
    for folder in ("knowledge_base/services", "texts", "nlu/training"):
        for path in sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in (".yaml", ".yml")):
            of_file: Language | None = "ru" if "ru" in path.parts else "kk" if "kk" in path.parts else None
            for language, string in _strings(yaml.safe_load(path.read_text("utf-8")), of_file):
                if folder == "nlu/training":
                    for line in re.findall(r"^\s*- (.+)$", string, re.MULTILINE):
                        message = re.sub(r"\[([^\]]*)\][({][^)}]*[)}]", r"\1", line)  # without marks of entities
                        yield Text("chat", language, TOKEN.findall(compose(message)))
                else:
                    for sentence in re.split(r"(?<=[.!?:])\s+|\n", string):
                        yield Text("own", language, TOKEN.findall(compose(sentence)))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def corpora(folder: Path) -> Iterator[Text]:
    for corpus in SETTINGS["corpora"]:
        for row in _rows(folder / corpus["file"]):
            if row.get("source") in corpus.get("sources", [row.get("source")]):
                for language in ("ru", "kk"):
                    words = TOKEN.findall(compose(row.get(language) or ""))
                    if any("\u0400" <= letter <= "\u04ff" for word in words for letter in word):
                        yield Text(corpus["file"], language, words)


def noun_pairs(folder: Path) -> dict[str, list[str]]:
    """Kazakh nouns of one word, with the Russian ones that the dictionary gives for them."""
    pairs = defaultdict(list)
    for row in _rows(folder / SETTINGS["dictionary"]):
        kazakh, russian = row["kk"], row["ru"]
        if row["source"] == "apertium_bidix" and len(kazakh) > 2 and kazakh.isalpha() and _noun(russian) == russian:
            pairs[kazakh].append(russian)
    return pairs


_morphology = lru_cache(pymorphy3.MorphAnalyzer)


@cache
def _noun(word: str) -> str | None:
    """The dictionary form of a Russian noun of at least four letters; None for anything else."""
    if len(word) < 4 or not re.fullmatch("[а-яё]+", word):
        return None
    parse = _morphology().parse(word)[0]
    return parse.normal_form if "NOUN" in parse.tag else None


# Counting letters and words


def count_letters(texts: Iterable[Text], spelt: Callable[[str], str], seldom: int = 0) -> dict[str, dict[str, int]]:
    """By language, how often each three letters follow one another in words spelt so; two spaces stand before a word.

    Threes that count for `seldom` or less are left out.
    """
    words: dict[str, Counter[str]] = {"ru": Counter(), "kk": Counter()}
    for text in texts:
        words[text.language].update(spelt(word.lower()) for word in text.words)
    counted: dict[str, dict[str, int]] = {}
    for language, known in words.items():
        trigrams: Counter[str] = Counter()
        for word, times in known.items():
            if word.isalpha() and times > 1:
                for trigram in (f"  {word} "[i : i + 3] for i in range(len(word) + 1)):
                    # The logarithm keeps the words that some texts repeat from drowning the rest.
                    trigrams[trigram] += 1 + round(math.log2(times))
        counted[language] = {trigram: times for trigram, times in sorted(trigrams.items()) if times > seldom}
    return counted


def _folded(word: str) -> str:
    folded = fold_word(word)
    return folded if folded.isascii() else ""


def _cyrillic(word: str) -> str:
    return word if all("\u0400" <= letter <= "\u04ff" for letter in word) else ""


def frequent_words(texts: Iterable[Text]) -> dict[str, list[str]]:
    """By language, the most frequent words of Cyrillic letters only, in small letters."""
    seen: dict[str, Counter[str]] = {"ru": Counter(), "kk": Counter()}
    for text in texts:
        seen[text.language].update(_cyrillic(word.lower()) for word in text.words)
    return {
        language: sorted(word for word, _ in words.most_common(FREQUENT) if len(word) > 1)
        for language, words in seen.items()
    }


def common_words(texts: Iterable[Text], english: Counter[str]) -> list[str]:
    """Skeletons of words seen often, or in several sources; Kazakh has no dictionary of forms, so takes more."""
    seen: dict[str, Counter[str]] = {"ru": Counter(), "kk": Counter(), "en": english}
    sources: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for text in texts:
        for word in text.words:
            skeleton = fold_word(word.lower())
            seen[text.language][skeleton] += 1
            sources[text.language, skeleton].add(text.source)
    return sorted(
        {
            word
            for language, often, several in (("ru", 12, 5), ("kk", 8, 3), ("en", 4, 4))
            for word, times in seen[language].items()
            if len(word) > 1 and word.isascii() and word.isalpha()
            if times >= often or (times >= several and len(sources[language, word]) > 1)
        }
    )


def english_words(folder: Path) -> Counter[str]:
    rows = _rows(folder / SETTINGS["english"])
    return Counter(fold_word(word) for row in rows for word in TOKEN.findall(row["en"].lower()) if word.isascii())


# Learning to tell the languages apart


class Samples:
    """Messages to learn from: pieces of texts as people write them, plain, in Latin, and with words of the other."""

    def __init__(self, texts: list[Text], pairs: dict[str, list[str]]) -> None:
        self._random = random.Random(1)  # noqa: S311 - no secret
        self._texts = texts
        self._russian_of = pairs
        self._kazakh_of: defaultdict[str, list[str]] = defaultdict(list)
        for kazakh, russian in pairs.items():
            for word in russian:
                self._kazakh_of[word].append(kazakh)
        glossary = yaml.safe_load((ROOT / "knowledge_base" / "glossary.yaml").read_text("utf-8"))["terms"]
        self._terms = {language: [term[language][0] for term in glossary] for language in ("ru", "kk")}
        self._schemes = {
            language: [
                dict(zip(latin["letters"].split(), scheme.replace("_", "\0").split(), strict=True))
                for scheme in latin["schemes"]
            ]
            for language, latin in SETTINGS["latin"].items()
        }
        self._plain = str.maketrans(SETTINGS["plain"]["from"], SETTINGS["plain"]["to"])

    def __iter__(self) -> Iterator[Sample]:
        taken = {corpus["file"]: corpus["take"] for corpus in SETTINGS["corpora"]}
        by_source: defaultdict[tuple[str, Language], list[Text]] = defaultdict(list)
        for text in self._texts:
            by_source[text.source, text.language].append(text)
        for (source, language), texts in by_source.items():
            some = self._random.sample(texts, min(taken.get(source, len(texts)), len(texts)))
            for text in some * (4 if source == "chat" else 1):  # what resembles the messages most counts most
                words = self._piece(text)
                yield Sample(self._written(words, language), language)
                if source not in taken or "gov" in source or "mono" in source:
                    mixed = self._mixed(words, language)
                    if mixed:
                        yield Sample(self._written(mixed, language), language, mixed=True)
        for word in self._russian_of:
            yield Sample(self._written([word], "kk"), "kk")
        for word in self._kazakh_of:
            yield Sample(self._written([word], "ru"), "ru")
        yield from self._borrowed()
        yield from self._telling_nothing()

    def _piece(self, text: Text) -> list[str]:
        """A message whole as often as not, of other texts one to eight words in a row."""
        if text.source == "chat" and self._random.random() < 0.6:
            return text.words
        size = min(len(text.words), self._random.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8)))
        start = self._random.randrange(len(text.words) - size + 1)
        return text.words[start : start + size]

    def _written(self, words: list[str], language: Language) -> list[str]:
        chance = self._random.random()
        if chance < LATIN:
            return self._in_latin(words, language)
        if language == "kk" and chance < LATIN + PLAIN:
            return [word.lower().translate(self._plain) for word in words]
        return words

    def _in_latin(self, words: list[str], language: Language) -> list[str]:
        scheme = self._random.choice(self._schemes[language])
        latin = ("".join(scheme.get(letter, letter).strip("\0") for letter in word.lower()) for word in words)
        return [word for word in latin if word]

    def _mixed(self, words: list[str], language: Language) -> list[str] | None:
        """The words with one or two nouns of the other language; None where no noun is known, or nothing else stays."""
        mixed = list(words)
        changed = 0
        # A Kazakh sentence ends with its verb.
        places = range(len(words) - (language == "kk" and len(words) > 1))
        for place in self._random.sample(places, len(places)):
            foreign = self._foreign(words[place].lower(), language)
            if foreign and changed < 2:
                mixed[place] = foreign
                changed += 1
        return " ".join(mixed).split() if 0 < changed < len(words) else None

    def _foreign(self, word: str, language: Language) -> str | None:
        """What somebody may say of the other language in place of a noun: its translation, or any official term."""
        any_term = self._random.random() < 0.4
        if language == "ru":
            kazakh = self._kazakh_of.get(_noun(word) or "")
            if not kazakh:
                return None
            ending = self._random.choice(SETTINGS["endings"].split() + [""] * 8)
            return self._random.choice(self._terms["kk"] if any_term else kazakh) + ending
        # The longest beginning that is a noun, of at least four letters; what stands for it takes the Kazakh ending.
        for length in range(len(word), 3, -1):
            if russian := self._russian_of.get(word[:length]):
                return self._random.choice(self._terms["ru"] if any_term else russian) + word[length:]
        return None

    def _borrowed(self) -> Iterator[Sample]:
        """Russian nouns and verbs as Kazakh uses them: with its endings, and before a Kazakh verb."""
        nouns = sorted(self._kazakh_of)
        endings, verbs = SETTINGS["borrowed_nouns"], SETTINGS["borrowed_verbs"]
        for _ in range(2500):
            noun = self._random.choice(nouns)
            place = "after_vowel" if noun[-1] in "аеёиоуыэюя" else "after_consonant"
            inflected = noun.rstrip("ьй") + self._random.choice(endings[place].split())
            yield Sample(self._written([inflected], "kk"), "kk")
            verb = [self._random.choice(verbs["russian"].split()), *self._random.choice(verbs["kazakh"]).split()]
            words = [*self._random.choice(([noun], [inflected], [])), *verb]
            yield Sample(self._written(words, "kk"), "kk", mixed=True)

    def _telling_nothing(self) -> Iterator[Sample]:
        """Words that both languages use about as often, and English ones: once as either language."""
        seen: dict[str, Counter[str]] = {"ru": Counter(), "kk": Counter()}
        for text in self._texts:
            seen[text.language].update(word.lower() for word in text.words)
        kazakh_letters = set(SETTINGS["plain"]["from"])
        for word, times in sorted(seen["ru"].items()):
            also = seen["kk"][word]
            alike = len(word) > 3 and min(times, also) >= 3 and 1 / 3 <= also / times <= 3
            if (alike and kazakh_letters.isdisjoint(word)) or (word.isascii() and len(word) > 1 and times >= 3):
                for language in ("ru", "kk"):
                    yield Sample([word], language, 0.5)


def learn_languages(samples: list[Sample]) -> dict[str, int]:
    """Hundredths of the logarithm of the odds for Kazakh, by feature: logistic regression, twice.

    The first regression chooses the features that count most, the second learns what they count without the others.
    """
    found = [Counter() for _ in samples]
    for sums, sample in zip(found, samples, strict=True):
        for word in sample.words:
            for feature, value in features(word).items():
                sums[feature] += value
    seen = Counter(feature for sums in found for feature in sums)
    kept = {feature for feature, times in seen.items() if times >= RARE}
    kazakh = [sample.language == "kk" for sample in samples]
    weights = [sample.weight for sample in samples]
    learnt: dict[str, float] = {}
    for _ in range(2):
        vectorizer = DictVectorizer()
        matrix = vectorizer.fit_transform([{f: v for f, v in sums.items() if f in kept} for sums in found])
        # What scipy makes of so many entries scikit-learn's solver does not read.
        matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
        model = LogisticRegression(C=STRENGTH, solver="liblinear", fit_intercept=False, random_state=1)
        model.fit(matrix, kazakh, sample_weight=weights)
        learnt = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True))
        kept = set(sorted(learnt, key=lambda feature: -abs(learnt[feature]) * math.sqrt(seen[feature]))[:KEPT])
    return {feature: hundredths for feature in sorted(learnt) if (hundredths := round(100 * learnt[feature]))}


def _write(name: str, text: str) -> None:
    (HERE / name).write_text(text + "\n", "utf-8")


def main(folder: Path) -> None:
    texts = [text for text in (*own_texts(), *corpora(folder)) if text.words]
    _write("letters.json", json.dumps(count_letters(texts, _folded), separators=(",", ":")))
    cyrillic = {"letters": count_letters(texts, _cyrillic, seldom=4), "words": frequent_words(texts)}
    _write("cyrillic.json", json.dumps(cyrillic, ensure_ascii=False, separators=(",", ":")))
    _write("common.txt", "\n".join(common_words(texts, english_words(folder))))
    samples = list(Samples(texts, noun_pairs(folder)))
    unmixed = [sample for sample in samples if not sample.mixed]
    weights = {"frame": learn_languages(samples), "words": learn_languages(unmixed)}
    _write("language.json", json.dumps(weights, ensure_ascii=False, indent=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
