"""Mends mistyped words before their features are taken."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.service_words import service_words
from nlu.components.sources import of_reading
from nlu.components.tokenizer import WRITTEN
from nlu.text.spelling import Spelling

_FILE = "words.json"
_REMEMBERED = 65536  # words


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class WordMender(GraphComponent):
    """Puts known words for mistyped ones and for unseen Kazakh forms: those of the examples and of the services.

    Words of the training examples stay as they are, so that training sees what was written.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        return of_reading()

    def __init__(self, model_storage: ModelStorage, resource: Resource, words: dict[str, tuple[int, str]]) -> None:
        """`words`: each folded word of the training examples, how often it was seen, and its folded lemma."""
        self._model_storage = model_storage
        self._resource = resource
        self._learn(words)

    def _learn(self, words: dict[str, tuple[int, str]]) -> None:
        self._words = words
        rare = {word: 1 for word in service_words() if word not in words}
        spelling = Spelling([*((word, count) for word, (count, _) in words.items()), *rare.items()])
        self._mend = lru_cache(_REMEMBERED)(spelling.mend)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WordMender:
        return cls(model_storage, resource, {})

    def train(self, training_data: TrainingData) -> Resource:
        counts: Counter[str] = Counter()
        lemmas: dict[str, Counter[str]] = {}
        for example in training_data.training_examples:
            for token in example.get(TOKENS_NAMES[TEXT], []):
                counts[token.text] += 1
                lemmas.setdefault(token.text, Counter())[token.lemma] += 1
        self._learn({word: (count, lemmas[word].most_common(1)[0][0]) for word, count in sorted(counts.items())})
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._words, ensure_ascii=False), "utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WordMender:
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / _FILE).read_text("utf-8"))
        return cls(model_storage, resource, {word: (count, lemma) for word, (count, lemma) in words.items()})

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT])
            if tokens:
                message.set(TOKENS_NAMES[TEXT], [self._mended(token) for token in tokens])
        return messages

    def _mended(self, token: Token) -> Token:
        if token.text in self._words:
            return token
        word = self._mend(token.get(WRITTEN, token.text))  # as it was written, so that right words are left alone
        if word is None or word == token.text:
            return token
        # What is no example's word has the lemma that was found for it as it was typed.
        lemma = self._words[word][1] if word in self._words else token.lemma
        return Token(word, token.start, token.end, lemma=lemma)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
