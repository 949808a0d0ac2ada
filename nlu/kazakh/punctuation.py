"""Where a Kazakh token begins and ends. A hyphen stays within its word: `5-ші`, `ИИН-ды`, `әке-шеше`."""

from spacy.lang.char_classes import (
    CONCAT_QUOTES,
    CURRENCY,
    LIST_ICONS,
    LIST_PUNCT,
    LIST_QUOTES,
    PUNCT,
    UNITS,
)
from spacy.lang.punctuation import TOKENIZER_PREFIXES as _PREFIXES

from nlu.kazakh.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER

# A percentage is one token, as its endings are written to it: `5%`, `90%-ына`.
_UNITS = "|".join(unit for unit in UNITS.split("|") if unit != "%")
# Endings that are written to figures with a hyphen; any other word after it is a word of its own: `3-топ`.
_ENDINGS = (
    "(?:[ыі]?н?ш[ыі]|[ғгқк][ае]|[дтн][ае]н?|[дтн][ыі]ң?|[мбп]ен|[лдт][ае]р[а-яәғқңөұүі]*|[дт][ае]ғ?г?[ыі]"
    "|с?[ыі](?:н(?:[ае]н?|д[ае]|ың|ің)?|мен)?)"
)

# Three dots and more are one token; the two after a question mark are two.
_ELLIPSES = [r"\.\.\.+", "…"]

# Degrees belong to their number, with its endings: `19,4°С-қа`.
_ICONS = [f"(?!°){icon}" for icon in LIST_ICONS]
_NUMBERS = "екі|үш|төрт|бес|алты|жеті|сегіз|тоғыз|он|жиырма|отыз|қырық|елу|алпыс|жетпіс|сексен|тоқсан|жүз"

TOKENIZER_PREFIXES = [*_PREFIXES, "№"]

TOKENIZER_SUFFIXES = [
    *LIST_PUNCT,
    *_ELLIPSES,
    *LIST_QUOTES,
    *_ICONS,
    "—",
    "–",
    "-",
    "/",
    r"(?<=[.?!])\.",
    r"(?<=°[CСF])\.",
    r"(?<=[0-9])\+",
    rf"(?<=[0-9])(?:{CURRENCY})",
    rf"(?<=[0-9])(?:{_UNITS})",
    rf"(?<=[0-9{ALPHA_LOWER}%²\-\+{PUNCT}(?:{CONCAT_QUOTES})])\.",
    rf"(?<=[{ALPHA_UPPER}][{ALPHA_UPPER}])\.",
]

TOKENIZER_INFIXES = [
    *_ELLIPSES,
    *_ICONS,
    rf"(?<=[{ALPHA_LOWER}])\.(?=[{ALPHA_UPPER}])",
    rf"(?<=[{ALPHA}])[,!?/()]+(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}{CONCAT_QUOTES}])[:<>=](?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])--(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])(?:–|—|~)(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])([{CONCAT_QUOTES}\)\]\(\[])(?=[\-{ALPHA}])",
    r"(?<=[0-9])[-–](?=[0-9])",
    rf"(?<=[{ALPHA}])-(?=(?:{_NUMBERS})(?![{ALPHA}]))",  # бес-алты: two numbers
    rf"(?<=[дтн][ае]н)-(?=[{ALPHA}]+[ғгқк][ае](?![{ALPHA}]))",  # күннен-күнге: two words, each with its case
    rf"(?<=[0-9])-(?!{_ENDINGS}(?![{ALPHA}]))(?=[{ALPHA}])",
]
