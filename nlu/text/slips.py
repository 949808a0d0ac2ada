"""Mends letters of the other alphabet that look alike (`пacпopт` with Latin ones), and letters held too long."""

from __future__ import annotations

import re

from nlu.text.known import is_russian

__all__ = ["mend_lookalikes", "shorten"]

# Letter by letter, Latin and Cyrillic. Of the capitals more look alike than of the small letters.
_TO_CYRILLIC = dict(zip("aceopxyihəABCEHIKMOPTXYƏ", "асеорхуіһәАВСЕНІКМОРТХУӘ", strict=True))
_TO_LATIN = {cyrillic: latin for latin, cyrillic in _TO_CYRILLIC.items()}

_WORD = re.compile(r"[^\W\d_]+")
_CHUNK = re.compile(r"\S+")
_HELD = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_ROMAN = re.compile("[IVXLCDM]+")


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _of_one_alphabet(word: str) -> str:
    cyrillic = {letter for letter in word if _is_cyrillic(letter)}
    latin = set(word) - cyrillic
    if not cyrillic or not latin:
        return word
    # One letter that has no double in the other alphabet tells which is meant; without any, the more frequent does.
    meant_cyrillic = latin <= _TO_CYRILLIC.keys()
    meant_latin = cyrillic <= _TO_LATIN.keys()
    if meant_cyrillic and meant_latin:
        meant_latin = sum(map(_is_cyrillic, word)) * 2 < len(word)
    elif not (meant_cyrillic or meant_latin):
        return word  # of both on purpose: «WhatsAppта»
    letters = _TO_LATIN if meant_latin else _TO_CYRILLIC
    return "".join(letters.get(letter, letter) for letter in word)


def mend_lookalikes(text: str) -> str:
    """`text` with each word in the letters of one alphabet; words with digits (numbers of documents) stay.

    Letter stands for letter, so that the places of words stay the same.
    """
    if text.isascii():
        return text

    def mend(chunk: re.Match[str]) -> str:
        if any(character.isdigit() for character in chunk[0]):
            return chunk[0]
        return _WORD.sub(lambda word: _of_one_alphabet(word[0]), chunk[0])

    return _CHUNK.sub(mend, text)


def _shortened(match: re.Match[str]) -> str:
    word = match[0]
    if not _HELD.search(word) or len(set(word.lower())) == 1 or _ROMAN.fullmatch(word) or is_russian(word.lower()):
        return word  # «ООО», «www», «XIII», «длинношеее»
    twice = _HELD.sub(r"\1\1", word)
    return twice if is_russian(twice.lower()) else _HELD.sub(r"\1", word)


def shorten(text: str) -> str:
    """`text` with letters that stand three times or more in a row once, or twice where a Russian word has them so.

    «саааалем» is «салем», «касссса» is «касса». Words with digits and addresses stay.
    """
    if not _HELD.search(text):
        return text

    def mend(chunk: re.Match[str]) -> str:
        if re.search(r"[\d@]|://|www\.", chunk[0]):
            return chunk[0]
        return _WORD.sub(_shortened, chunk[0])

    return _CHUNK.sub(mend, text)
