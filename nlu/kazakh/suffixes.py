"""The endings of Kazakh, as data: each ending with the letters after which it stands, and the order of the endings.

An ending is written `letters:form`, several ways parted by spaces. The capitals before the colon say after what:

    V a vowel (и, у and ю count as both a vowel and a consonant)   S й, р, у, и
    L л                                                           N м, н, ң
    Z з, ж                                                        T a voiceless consonant
    B б, в, г, д of loanwords, after which people write either kind
    C any consonant (S, L, N, Z, T, B)                            * anything

and the Latin capitals in the form follow vowel harmony: A а/е, I ы/і, G ғ/г, K қ/к. Mind that these are Latin letters;
all the others are Cyrillic.
"""

# Letters each class stands for, in a regular expression's brackets.
CLASSES = {
    "V": "аәеёоөұүыіэюяиу",
    "S": "йруию",
    "L": "л",
    "N": "мнң",
    "Z": "зж",
    "T": "пткқсшщчцхфһ",
    "B": "бвгд",
    "C": "йруиюлмнңзжпткқсшщчцхфһбвгдғ",
}

# --- nouns -----------------------------------------------------------------------------------------------------------

NOUN = {
    "plural": ["VS:лAр LNZB:дAр TB:тAр"],
    # whose: the third person changes the case that follows
    "his": ["V:сI C:I"],
    "mine": ["V:м C:Iм", "V:ң C:Iң", "V:ңIз C:IңIз", "V:мIз C:IмIз"],
    "case": [
        "VN:нIң SLZB:дIң TB:тIң",  # genitive
        "V:нI SLNZB:дI TB:тI",  # accusative
        "VSLNZB:GA TB:KA",  # dative
        "VSLNZB:дA TB:тA",  # locative
        "VSLZB:дAн N:нAн TB:тAн",  # ablative
        "VSLN:мен ZB:бен TB:пен",  # instrumental
        "VSLN:менен ZB:бенен TB:пенен",
    ],
    "case after his": ["V:н", "V:нA", "V:ндA", "V:нAн", "V:мен", "V:нIң", "V:менен"],
    "case after mine": ["N:A"],
    "like": ["VSLNZB:дAй TB:тAй", "V:ндAй", "VSLNZBT:шA", "V:ншA", "VSLNZB:GAшA TB:KAшA"],
    "of a place": ["VSLNZB:дAGI TB:тAGI", "V:ндAGI"],
    "of a time": ["VSLNZB:GI TB:KI"],
    "someone's": ["V:нікі SLNZB:дікі TB:тікі"],
    "predicate": [
        "VSLN:мIн ZLN:бIн TB:пIн",
        "*:сIң",
        "*:сIз",
        "VSLN:мIз ZLN:бIз TB:пIз",
        "*:сIңдAр",
        "*:сIздAр",
        "VSLNZB:дIр TB:тIр",
    ],
    "more": ["V:рAK C:IрAK", "V:ншI C:IншI"],
}

# Endings that make a new word, which is its own lemma: қала → қалалық, қауіпсіз → қауіпсіздік.
# One of each row may stand, in this order; the қ of -лық is ғ before a vowel.
DERIVED_NOUN = [
    ["VS:лI LNZB:дI TB:тI", "*:сIз", "*:шI", "*:шIл", "VSLN:дAс TZB:тAс"],
    ["VS:лIK LNZB:дIK TB:тIK", "VS:лIG LNZB:дIG TB:тIG"],
]

# --- verbs -----------------------------------------------------------------------------------------------------------

VERB = {
    # `л` and `с`; after a stem that has л at its end, н stands for л
    "passive": ["V:л", "SNZTB:Iл", "L:Iн"],
    "passive after л": ["V:н"],
    "reciprocal": ["V:с", "C:Iс"],
    "negation": ["VSL:мA NZ:бA TB:пA"],
    "present": ["V:й C:A"],
    "present person": ["*:дI", "*:д", "*:мIн", "*:м", "*:сIң", "*:сIз", "*:мIз", "*:сIңдAр", "*:сIздAр"],
    "past": ["VSLNZ:дI TB:тI"],
    "past person": ["V:м", "V:ң", "V:ңIз", "V:K", "V:ңдAр", "V:ңIздAр"],
    "participle": [
        "VSLNZ:GAн TB:KAн",
        "V:йтIн C:AтIн",
        "V:йтұғын C:Aтұғын V:йтүғін C:Aтүғін",
        "V:р C:Aр",
        "V:с",  # the negative of the future: бар-ма-с
        "V:у C:у",
        "V:ушI C:ушI",
        "VSLNZ:GI TB:KI",  # the wish: құттықта-ғы-м келеді
        "VSL:мAK NZ:бAK TB:пAK",
        "VSL:мAKшI NZ:бAKшI TB:пAKшI",
        "VSLNZ:GIдAй TB:KIдAй",
    ],
    "after a participle": ["N:дIK"],  # бол-ған-дық-тан
    "converb": [
        "V:п C:Iп",
        "VSLNZ:GAлI TB:KAлI",
        "VSLNZ:GAншA TB:KAншA",
        "V:йIншA",
    ],
    "converb person": ["T:пIн", "T:сIң", "T:сIз", "T:пIз", "T:тI", "T:тIр", "L:мIн"],
    "mood": [
        "*:сA",
        "*:сAм",
        "*:сAң",
        "*:сAңIз",
        "*:сAK",
        "*:сAңдAр",
        "*:сAңIздAр",
        "*:сIн",
        "V:йIн C:AйIн",
        "V:йIK C:AйIK",
        "V:ңIз C:IңIз",
        "V:ң C:Iң",
        "V:ңдAр C:IңдAр",
        "V:ңIздAр C:IңIздAр",
        "VSLNZ:GIр TB:KIр",
        "VSLNZ:GAм TB:KAм",  # in speech for ғанмын
    ],
    "please": ["*:шI"],
}

# Endings that make a new verb: жаса → жасат.
CAUSATIVE = ["VSLNZ:дIр TB:тIр", "VSL:т", "SLNZ:GIз TB:KIз"]
# What may follow a finished word without a hyphen in careless writing.
PARTICLES = ["VSL:мA NZB:бA T:пA"]
