"""Abbreviations whose full stop belongs to them."""

from spacy.lang.tokenizer_exceptions import BASE_EXCEPTIONS
from spacy.symbols import NORM, ORTH
from spacy.util import update_exc

_abbreviations = {
    "ж.т.б.": "және тағы басқа",
    "т.б.": "тағы басқа",
    "т.с.с.": "тағы сол сияқты",
    "т.т.": "тағы тағы",
    "б.з.д.": "біздің заманымызға дейін",
    "ж.": "жыл",
    "жж.": "жылдар",
    "ғ.": "ғасыр",
    "б.з.б.": "біздің заманымыздан бұрын",
    "млн.": "миллион",
    "млрд.": "миллиард",
    "трлн.": "триллион",
    "тг.": "теңге",
    "тел.": "телефон",
    "көш.": "көше",
    "қ.": "қала",
    "обл.": "облыс",
    "ауд.": "аудан",
    "мыс.": "мысалы",
    "проф.": "профессор",
}

_exceptions = {
    spelling: [{ORTH: spelling, NORM: norm}]
    for form, norm in _abbreviations.items()
    for spelling in (form, form.capitalize())
}

TOKENIZER_EXCEPTIONS = update_exc(BASE_EXCEPTIONS, _exceptions)
