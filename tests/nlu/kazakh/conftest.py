"""Kazakh pipelines and the samples beside this file."""

import re
from pathlib import Path

import pytest
import spacy


def lines(name):
    """The lines of a sample, without its comments."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def sentences():
    """Sentences with their tokens."""
    return [(line.replace("|", ""), re.split(r"[ |]", line)) for line in lines("sentences.txt")]


def lemmas():
    """Word forms with their lemma."""
    return [tuple(line.split("\t")) for line in lines("lemmas.tsv")]


@pytest.fixture(scope="session")
def kk_tokenizer():
    return spacy.blank("kk").tokenizer


@pytest.fixture(scope="session")
def kk_nlp():
    nlp = spacy.blank("kk")
    nlp.add_pipe("lemmatizer")
    nlp.initialize()
    return nlp
