"""Runs in Rasa's environment: reads a JSON list of texts and writes what the components make of each.

Rasa's environment has no pytest, so tests/nlu/test_components.py calls this and asserts.
"""

import json
import sys
import tempfile
from pathlib import Path

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.entities import EntityFinder
from nlu.components.language import LanguageIdentifier
from nlu.components.mending import WordMender
from nlu.components.subject import SubjectFeaturizer
from nlu.components.tokenizer import FoldingTokenizer

EXAMPLES = ["мне нужен оператор", "справку получить", "анықтаманы қалай аламын"]

identifier = LanguageIdentifier()
tokenizer = FoldingTokenizer(FoldingTokenizer.get_default_config())
finder = EntityFinder()
context = ExecutionContext(GraphSchema({}), node_name="component")
storage = LocalModelStorage.create(Path(tempfile.mkdtemp()))
resource = Resource("mender")
training = TrainingData([Message.build(text, "intent") for text in EXAMPLES])
tokenizer.process_training_data(identifier.process_training_data(training))
WordMender.create({}, storage, resource, context).train(training)
mender = WordMender.load({}, storage, resource, context)
featurizer = SubjectFeaturizer.create(SubjectFeaturizer.get_default_config(), storage, resource, context)


def tokens_of(message):
    return [[token.text, token.start, token.end, token.lemma] for token in message.get("text_tokens")]


results = []
for text in json.load(sys.stdin):
    message = Message.build(text)
    identifier.process([message])
    tokenizer.process([message])
    tokens = tokens_of(message)
    finder.process([message])
    mender.process([message])
    featurizer.process([message])
    sequence, sentence = message.get_sparse_features("text")
    results.append(
        {
            "text": message.get("text"),
            "output": message.as_dict(only_output_properties=True),
            "tokens": tokens,
            "mended": tokens_of(message),
            "subject": sentence.features.toarray()[0].tolist(),
            "subjects": sequence.features.shape[0],
        }
    )
json.dump(results, sys.stdout, ensure_ascii=False)
