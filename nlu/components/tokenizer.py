"""Parts a message into folded words, so that every spelling gives the features of the clean one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu.components.language import LANGUAGE
from nlu.components.sources import of_reading
from nlu.entities.reading import Reading
from nlu.text.fold import fold
from nlu.text.lemmas import lemmas

WRITTEN = "written"
"""Where a token keeps its word as it was meant, in small letters, not folded."""


@lru_cache(maxsize=65536)
def _lemma(word: str, language: str) -> str:
    """The folded lemma of a word; a word that spaCy parts in several is one token with several lemmas."""
    return fold(" ".join(lemmas(word, "kk" if language == "kk" else "ru"))).replace(" ", "-")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FoldingTokenizer(Tokenizer):
    """Tokens whose text and lemma are folded, and whose places are those in the message as it was written.

    Lemmas are of the language that `LanguageIdentifier` noted, Russian where it noted none.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        return of_reading()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        language = message.get(LANGUAGE) or "ru"
        tokens = [
            Token(word.folded, word.start, word.end, {WRITTEN: word.text}, _lemma(word.text, language))
            for word in Reading(text).words
        ]
        if not tokens:  # Rasa needs a token in every text; a message of signs only keeps its own
            tokens = [Token(text or " ", 0, len(text))]
        return self._apply_token_pattern(tokens)
