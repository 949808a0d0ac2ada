"""Sentences to try the language with.

>>> import spacy
>>> from nlu.kazakh.examples import sentences
>>> docs = spacy.blank("kk").pipe(sentences)
"""

sentences = [
    "Жеке куәлігімді жоғалтып алдым, енді не істеймін?",
    "Төлқұжат алу үшін қандай құжаттар керек?",
    "Мемлекеттік баж 2026 жылы қанша тұрады?",
    "ЭЦҚ мерзімі бітіп қалды, ХҚКО-ға бару керек пе?",
    "Баламды ата-анасының мекенжайына тіркегім келеді.",
]
