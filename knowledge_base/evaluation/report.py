"""The tables that `jauap evaluate` prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import get_args

import numpy as np
from scipy.stats import binomtest

from knowledge_base.decision import Decision
from knowledge_base.evaluation.dialogue import IMPORTANT, Message, marks
from knowledge_base.evaluation.measure import Measured
from knowledge_base.evaluation.release import Release
from knowledge_base.search import METHODS
from texts import LANGUAGES

__all__ = ["comparison", "complaints", "confusions", "decisions", "dialogue", "domains", "methods", "noise", "share"]

WORST = 20  # confusions that are listed


def share(truths: Iterable[object], interval: bool = True) -> str:
    """Per cent of the true ones, with the 95 % confidence interval of Wilson (1927): `91.2 (89.0–93.0)`."""
    values = [bool(truth) for truth in truths]
    if not values:
        return "-"
    part = f"{100 * np.mean(values):.1f}"
    if not interval:
        return part
    low, high = binomtest(sum(values), len(values)).proportion_ci(method="wilson")
    return f"{part} ({100 * low:.1f}–{100 * high:.1f})"


def methods(measured: Sequence[Measured], services: list[str]) -> Iterator[str]:
    """Right service first and among three, by method and language."""
    known = [one for one in measured if one.question.service]
    groups = [[one for one in known if one.question.language == language] for language in LANGUAGES]
    yield f"{len(measured)} questions, {len(known)} of them on something known"
    yield "right service first / among three, % (95 % interval)"
    yield f"{'':12}" + "".join(f"{f'{lang} ({len(group)})':>40}" for lang, group in zip(LANGUAGES, groups, strict=True))
    for method in (*METHODS, "together"):
        cells = []
        for group in groups:
            ranks = [
                one.rank or len(services)
                if method == "together"
                else one.rank_by(one.ranking.by_method[method], services)
                for one in group
            ]
            cells.append(f"{share(rank <= 1 for rank in ranks)} / {share(rank <= 3 for rank in ranks)}")
        yield f"{method:12}" + "".join(f"{cell:>40}" for cell in cells)


def decisions(measured: Sequence[Measured]) -> Iterator[str]:
    """What is decided, by language and by how the question is written."""
    yield "decisions, %"
    yield f"{'':26}{'answer':>8}{'clarify':>8}{'none':>8}{'right of the answers':>24}{'section':>20}"
    for name, group in _groups(measured):
        answers = [one for one in group if one.decision == "answer"]
        right = [one.rank == 1 for one in answers]
        shares = "".join(
            f"{share((one.decision == choice for one in group), False):>8}" for choice in get_args(Decision)
        )
        labelled = [one.section == one.question.section for one in group if one.question.section]
        yield f"{name + f' ({len(group)})':26}{shares}{share(right):>24}{share(labelled):>20}"


def _groups(measured: Sequence[Measured]) -> Iterator[tuple[str, list[Measured]]]:
    for scope, inside in (("", True), ("out of scope ", False)):
        of_scope = [one for one in measured if (one.question.service is not None) == inside]
        tests: dict[str, Callable[[Measured], bool]] = {"all": lambda one: True}
        for language in LANGUAGES:
            tests[language] = lambda one, language=language: one.question.language == language  # type: ignore[misc]
        kinds = dict.fromkeys(one.question.kind for one in of_scope)
        for kind in kinds if len(kinds) > 1 else ():
            tests[kind] = lambda one, kind=kind: one.question.kind == kind  # type: ignore[misc]
        for name, test in tests.items():
            if group := [one for one in of_scope if test(one)]:
                yield scope + name, group


def domains(measured: Sequence[Measured], domain_of: Mapping[str, str]) -> Iterator[str]:
    """Right service first and among three, by the domain of the right service."""
    groups: dict[str, list[int]] = defaultdict(list)
    for one in measured:
        if one.question.service:
            groups[domain_of[one.question.service]].append(one.rank or len(domain_of))
    yield f"{'domain':14}{'questions':>10}{'first':>22}{'among three':>22}"
    for domain, ranks in sorted(groups.items(), key=lambda item: np.mean([rank == 1 for rank in item[1]])):
        yield f"{domain:14}{len(ranks):>10}{share(r == 1 for r in ranks):>22}{share(r <= 3 for r in ranks):>22}"


def confusions(measured: Sequence[Measured]) -> Iterator[str]:
    """The services most often taken for another, with a question for each."""
    pairs: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    for one in measured:
        if one.question.service and one.rank != 1:
            pair = (one.question.service, one.found[0])
            pairs[pair] += 1
            example.setdefault(pair, one.question.text)
    yield f"the {WORST} worst confusions: how often, the right service, what stood first, one of the questions"
    for (right, found), times in pairs.most_common(WORST):
        yield f"{times:>3}  {right:30} {found:30} {example[right, found]}"


def noise(spoilt: Sequence[Measured]) -> Iterator[str]:
    """How many questions stay right when they are spoilt; `spoilt` are those whose clean form was right."""
    kept: dict[str, list[bool]] = defaultdict(list)
    for one in spoilt:
        kept[one.question.kind].append(one.rank == 1)
        kept["all"].append(one.rank == 1)
    yield "of the clean questions with the right service first, still so when spoilt, %"
    for kind, values in kept.items():
        yield f"{kind:26}{len(values):>6}{share(values):>22}"


def complaints(intents: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """How well complaints are told from questions: (intent found, whether it is a complaint)."""
    found = [is_complaint for intent, is_complaint in intents if intent == "complaint"]
    recognised = [intent == "complaint" for intent, is_complaint in intents if is_complaint]
    taken = [intent == "complaint" for intent, is_complaint in intents if not is_complaint]
    yield "complaints and personal cases told from questions by the dialogue model, %"
    yield f"recognised {share(recognised)}, right when said {share(found)}, questions taken for one {share(taken)}"


def dialogue(messages: Sequence[Message], intents: Mapping[str, str]) -> Iterator[str]:
    """How many messages of the dialogue are understood, and how many of each important intent, by language."""
    understood = marks(messages, intents)
    own = sum(not message.of_questions for message in messages)
    yield f"messages that the dialogue model understands, % (95 % interval): of {own} messages, and of each intent's"
    yield f"{'':12}" + "".join(f"{language:>28}" for language in LANGUAGES)
    for name in ("understood", *IMPORTANT):
        groups = [understood.get(f"{language}: {name}", {}).values() for language in LANGUAGES]
        yield f"{name:12}" + "".join(f"{f'{share(group)} of {len(group)}':>28}" for group in groups)


def comparison(measured: Sequence[Measured], release: Release) -> Iterator[str]:
    """The right service first now and in the release before, question by question."""
    both = [(one, before) for one in measured if (before := release.of(one.question.text))]
    known = [(one, before) for one, before in both if one.question.service]
    yield f"against release {release.name}: {len(both)} questions of both"
    for language in LANGUAGES:
        ranks = [(one.rank == 1, before.rank == 1) for one, before in known if one.question.language == language]
        won, lost = sum(now > before for now, before in ranks), sum(now < before for now, before in ranks)
        chance = binomtest(won, won + lost).pvalue if won + lost else 1.0
        yield (
            f"{language}: right first {share(before for _, before in ranks)} -> {share(now for now, _ in ranks)}; "
            f"{won} won, {lost} lost (sign test p = {chance:.2g})"
        )
    answered = [one.decision == "answer" for one, _ in both if not one.question.service]
    before_answered = [before.decision == "answer" for one, before in both if not one.question.service]
    yield f"out of scope answered: {share(before_answered)} -> {share(answered)}"
