"""Runs in Rasa's environment: reads a JSON list of texts and writes what the components make of each.

Rasa's environment has no pytest, so tests/nlu/test_components.py calls this and asserts.
"""

import json
import sys

from rasa.shared.nlu.training_data.message import Message

from nlu.components.entities import EntityFinder
from nlu.components.language import LanguageIdentifier
from nlu.components.tokenizer import FoldingTokenizer

identifier = LanguageIdentifier()
tokenizer = FoldingTokenizer(FoldingTokenizer.get_default_config())
finder = EntityFinder()

results = []
for text in json.load(sys.stdin):
    message = Message.build(text)
    identifier.process([message])
    tokenizer.process([message])
    finder.process([message])
    tokens = [[token.text, token.start, token.end, token.lemma] for token in message.get("text_tokens")]
    results.append(
        {"text": message.get("text"), "output": message.as_dict(only_output_properties=True), "tokens": tokens}
    )
json.dump(results, sys.stdout, ensure_ascii=False)
