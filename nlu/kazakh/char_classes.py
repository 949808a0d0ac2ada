"""Letter classes with all letters of Kazakh: spaCy's own lack ғ қ ұ, so that it would not part `жоқ.`."""

from spacy.lang.char_classes import ALPHA as _ALPHA
from spacy.lang.char_classes import ALPHA_LOWER as _ALPHA_LOWER
from spacy.lang.char_classes import ALPHA_UPPER as _ALPHA_UPPER

_lower = "әғқңөұүһі"
_upper = _lower.upper()

ALPHA = _ALPHA + _lower + _upper
ALPHA_LOWER = _ALPHA_LOWER + _lower
ALPHA_UPPER = _ALPHA_UPPER + _upper
