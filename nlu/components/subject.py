"""How much of a message is in the words of the services: a question about them, or something else."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import coo_matrix

from nlu.components.service_words import classes, of_word
from nlu.components.sources import of_reading


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SubjectFeaturizer(SparseFeaturizer, GraphComponent):
    """Features of a word: its class in the services' texts; of a message: the shares of the classes, and if any is 0.

    `sequence` is words by classes + 1, `sentence` 1 by classes + 1. Numbers are in no class.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return SparseFeaturizer.get_default_config()

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be set."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        return of_reading()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SubjectFeaturizer:
        return cls(execution_context.node_name, config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT])
            if not tokens:
                continue
            sequence = np.zeros((len(tokens), classes + 1))
            for place, token in enumerate(tokens):
                if not token.text.isdigit():
                    sequence[place, of_word(token.text)] = 1
            sequence[:, classes] = sequence[:, 0]
            sentence = sequence.sum(axis=0, keepdims=True) / max(1.0, sequence[:, :classes].sum())
            sentence[0, classes] = sequence[:, 0].max()
            self.add_features_to_message(coo_matrix(sequence), coo_matrix(sentence), TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
