"""Parts a message into folded words, so that every spelling gives the features of the clean one."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu.text.fold import fold_word
from nlu.text.normalise import normalise

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`´][^\W_]+)*")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FoldingTokenizer(Tokenizer):
    """Tokens whose text is the skeleton of the word; their places are those in the normalised message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = normalise(message.get(attribute))
        tokens = []
        for match in _WORD.finditer(text):
            folded = fold_word(match[0].lower())
            if folded:
                tokens.append(Token(folded, match.start(), match.end()))
        if not tokens:  # Rasa needs a token in every text; a message of signs only keeps its own
            tokens = [Token(text or " ", 0, len(text))]
        return self._apply_token_pattern(tokens)
