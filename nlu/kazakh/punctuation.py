"""Where a Kazakh token begins and ends. A hyphen stays within its word: `5-ші`, `ИИН-ды`, `әке-шеше`."""

from spacy.lang.char_classes import (
    CONCAT_QUOTES,
    CURRENCY,
    LIST_ELLIPSES,
    LIST_ICONS,
    LIST_PUNCT,
    LIST_QUOTES,
    PUNCT,
    UNITS,
)
from spacy.lang.punctuation import TOKENIZER_PREFIXES as _PREFIXES

from nlu.kazakh.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER

TOKENIZER_PREFIXES = [*_PREFIXES, "№"]

TOKENIZER_SUFFIXES = [
    *LIST_PUNCT,
    *LIST_ELLIPSES,
    *LIST_QUOTES,
    *LIST_ICONS,
    "—",
    "–",
    "-",
    "/",
    r"(?<=[0-9])\+",
    rf"(?<=[0-9])(?:{CURRENCY})",
    rf"(?<=[0-9])(?:{UNITS})",
    rf"(?<=[0-9{ALPHA_LOWER}%²\-\+{PUNCT}(?:{CONCAT_QUOTES})])\.",
    rf"(?<=[{ALPHA_UPPER}][{ALPHA_UPPER}])\.",
]

TOKENIZER_INFIXES = [
    *LIST_ELLIPSES,
    *LIST_ICONS,
    rf"(?<=[{ALPHA_LOWER}])\.(?=[{ALPHA_UPPER}])",
    rf"(?<=[{ALPHA}])[,!?/()]+(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}{CONCAT_QUOTES}])[:<>=](?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])--(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])(?:–|—|~)(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])([{CONCAT_QUOTES}\)\]\(\[])(?=[\-{ALPHA}])",
    r"(?<=[0-9])-(?=[0-9])",
]
