"""Measures the spaCy language `kk`: tokens and lemmas against a treebank, speed on running text.

    .venv/bin/python -m bench.kazakh treebank.conllu.gz [--text sentences.tsv.gz] [--errors 40]

The treebank is CoNLL-U, plain or gzipped. A token counts as found where its first and last letter are those of a
surface token of the treebank. A word of the kinds NOUN, PROPN, VERB, ADJ, ADV counts as right where the token that
covers exactly its surface form has its lemma; capitals do not count, and are reported beside it. A surface token that
the treebank splits into words is measured by its first word of those kinds.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.language import Language

CONTENT = ("NOUN", "PROPN", "VERB", "ADJ", "ADV")


@dataclass
class Gold:
    """A surface token: where it stands in the sentence, and the lemma and kind of its first content word."""

    start: int
    end: int
    lemma: str
    kind: str


def read(path: Path) -> Iterator[tuple[str, list[Gold]]]:
    """The sentences of a CoNLL-U file, each with its surface tokens."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for block in file.read().strip().split("\n\n"):
            lines = block.split("\n")
            text = next(line.removeprefix("# text = ") for line in lines if line.startswith("# text = "))
            tokens: list[Gold] = []
            covered, place = 0, 0
            for line in lines:
                if line.startswith("#"):
                    continue
                number, form, lemma, kind, *_ = line.split("\t")
                if "-" in number:
                    covered = int(number.split("-")[1])
                    kind, lemma = "", ""
                elif "." in number:
                    continue
                elif int(number) <= covered:
                    if kind in CONTENT and not tokens[-1].kind:
                        tokens[-1].lemma, tokens[-1].kind = lemma, kind
                    continue
                start = text.index(form, place)
                place = start + len(form)
                tokens.append(Gold(start, place, lemma, kind))
            yield text, tokens


def measure(path: Path, nlp: Language, errors: int) -> None:
    """Prints the F1 of the tokens and the share of right lemmas, and the commonest errors."""
    found = predicted = expected = 0
    right, cased, as_it_is, seen = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    wrong, untokenised = Counter[str](), Counter[str]()
    for text, gold in read(path):
        tokens = {(token.idx, token.idx + len(token)): token for token in nlp(text) if not token.is_space}
        predicted += len(tokens)
        expected += len(gold)
        for word in gold:
            form = text[word.start : word.end]
            token = tokens.get((word.start, word.end))
            lemma = token.lemma_ if token else ""
            found += token is not None
            if token is None:
                untokenised[form] += 1
            if word.kind in CONTENT:
                seen[word.kind] += 1
                as_it_is[word.kind] += form.lower() == word.lemma.lower()
                right[word.kind] += lemma.lower() == word.lemma.lower()
                cased[word.kind] += lemma == word.lemma
                if lemma.lower() != word.lemma.lower():
                    wrong[f"{form} → {lemma}, not {word.lemma} ({word.kind})"] += 1
    total = seen.total()
    print(f"tokens: F1 {2 * found / (predicted + expected):.4f} of {expected}")
    print(f"lemmas: {right.total() / total:.4f} of {total} content words, with capitals {cased.total() / total:.4f}")
    print(f"        the word as it is {as_it_is.total() / total:.4f}")
    print("       ", ", ".join(f"{kind} {right[kind] / seen[kind]:.3f} ({seen[kind]})" for kind in CONTENT))
    if errors:
        print("not found:", ", ".join(untokenised))
        print(*(f"{count} × {line}" for line, count in wrong.most_common(errors)), sep="\n")


def speed(path: Path, nlp: Language) -> None:
    """Prints words a second of processor time over running text, tokens and lemmas, beside spaCy's `xx` tokenizer."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [line.rstrip("\n").split("\t")[-1] for line in file]
    for name, pipeline in (("kk with lemmas", nlp), ("xx, tokens only", spacy.blank("xx"))):
        began = time.process_time()
        words = sum(len(doc) for doc in pipeline.pipe(texts))
        took = time.process_time() - began
        print(f"speed: {name}: {words / took:,.0f} words/s, {words} words in {took:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("treebank", type=Path)
    parser.add_argument("--text", type=Path, help="running text for the speed: a gzipped table, the last column counts")
    parser.add_argument("--errors", type=int, default=0, help="how many kinds of errors to list")
    arguments = parser.parse_args()
    nlp = spacy.blank("kk")
    nlp.add_pipe("lemmatizer")
    nlp.initialize()
    if arguments.text:  # first, so that nothing is warm
        speed(arguments.text, nlp)
    measure(arguments.treebank, nlp, arguments.errors)


if __name__ == "__main__":
    main()
