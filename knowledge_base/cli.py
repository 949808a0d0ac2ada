"""The commands `jauap search`, `index`, `kb`, `evaluate` and `encoder`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from texts import LANGUAGES

PAGE = Path(__file__).parent.parent / "docs" / "knowledge.md"

__all__ = ["Settings", "add_parsers"]


class Settings(Protocol):
    """What these commands need of the settings."""

    @property
    def data_dir(self) -> Path: ...
    @property
    def encoder(self) -> str | None: ...


class Failed(Exception):
    """The work failed; the message is the one line that the person sees."""


Command = Callable[[argparse.Namespace, Settings], int]
Classify = Callable[[list[str]], list[str] | None]


def add_parsers(subparsers: Any, classify: Classify | None = None) -> None:
    """Add the commands; each sets `run(arguments, settings)`, which returns the exit code.

    `classify` gives the dialogue model's intents of texts, `None` where it is not trained; the dialogue belongs to
    rooms above this one.
    """
    search = subparsers.add_parser("search", help="search the knowledge base without the dialogue")
    search.add_argument("question", nargs="*", metavar="QUESTION")
    search.add_argument("--language", choices=LANGUAGES, help="identified from the question where not given")
    search.add_argument("--limit", type=_count, default=5, metavar="N", help="at most N services (5)")
    search.add_argument("--jsonl", action="store_true", help="questions from standard input, a JSON object a line")
    search.set_defaults(run=_guarded(_search), usage=search)

    index = subparsers.add_parser("index", help="build the retrieval index")
    index.add_argument("--force", action="store_true", help="build it even if nothing has changed")
    index.add_argument(
        "--accept-worse",
        action="store_true",
        help="use it even if it answers the development questions worse: where a service was given up on purpose, say",
    )
    index.set_defaults(run=_guarded(_index))

    evaluate = subparsers.add_parser("evaluate", help="measure the search on the development questions")
    evaluate.add_argument("--calibrate", action="store_true", help="tune weights and thresholds on them first")
    evaluate.add_argument("--held-back", action="store_true", help="measure on the questions kept for releases")
    evaluate.add_argument("--plot", type=Path, metavar="FILE", help="draw a picture (svg, png, pdf)")
    evaluate.add_argument("--record", metavar="VERSION", help="keep the outcomes for the next release to compare with")
    evaluate.set_defaults(run=_guarded(_evaluate), classify=classify)

    encoder = subparsers.add_parser("encoder", help="train the default encoder")
    trains = encoder.add_subparsers(dest="encoder_command", required=True, metavar="COMMAND").add_parser(
        "train", help="train its general weights anew; the texts are listed in knowledge_base/encoder/corpora.yaml"
    )
    trains.add_argument("--data", type=Path, required=True, metavar="DIR", help="where the texts are")
    trains.add_argument("--output", type=Path, metavar="DIR", help="write the model there instead of to its place")
    trains.add_argument("--steps", type=_count, metavar="N", help="fewer steps, for a trial")
    trains.set_defaults(run=_guarded(_train_encoder))

    kb = subparsers.add_parser("kb", help="check, show, report and begin service files")
    kinds = kb.add_subparsers(dest="kb_command", required=True, metavar="COMMAND")
    kinds.add_parser("check", help="one line a fault; exit code 1 where there is any").set_defaults(
        run=_guarded(_check)
    )
    show = kinds.add_parser("show", help="a service as a citizen reads it")
    show.add_argument("slug", metavar="SLUG")
    show.add_argument("--language", choices=LANGUAGES, default="ru")
    show.set_defaults(run=_guarded(_show))
    report = kinds.add_parser("report", help="table of what is covered, and the same as a page in docs/knowledge.md")
    report.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="write the page there instead")
    report.set_defaults(run=_guarded(_report))
    new = kinds.add_parser("new", help="begin a service file from the template")
    new.add_argument("place", metavar="DOMAIN/SLUG")
    new.set_defaults(run=_guarded(_new))


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _guarded(command: Command) -> Command:
    """Turn the failures that a person can mend into lines on standard error and exit code 1."""

    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        try:
            with _faults_as_lines():
                return command(arguments, settings)
        except Failed as error:
            for line in str(error).splitlines():
                print(f"jauap: {line}", file=sys.stderr)
            return 1
        except BrokenPipeError:  # the reader of a pipe has gone; nothing may be written on exit either
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1

    return run


@contextmanager
def _faults_as_lines() -> Iterator[None]:
    try:
        yield
    except ExceptionGroup as group:
        from knowledge_base.model import Fault

        faults, other = group.split(Fault)
        if other or not faults:
            raise
        raise Failed("\n".join(str(fault) for fault in faults.exceptions)) from None


@contextmanager
def _encoder_errors(name: str | None) -> Iterator[None]:
    """A model that is not there or cannot be read, a folder that cannot be written: one line."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        why = " ".join(str(error).split())[:200]
        what = "the index cannot be built" if name is None else f"no index can be built with the encoder {name}"
        raise Failed(f"{what}: {why}") from None


def _opened(settings: Settings) -> Any:
    from knowledge_base.index import BrokenIndex
    from knowledge_base.search import Searcher

    try:
        return Searcher.open(settings.data_dir, settings.encoder)
    except BrokenIndex as error:
        raise Failed(str(error)) from None


def _search(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.jsonl == bool(arguments.question):
        arguments.usage.print_usage(sys.stderr)
        print("jauap: give either a question or --jsonl", file=sys.stderr)
        return 2
    searcher = _opened(settings)
    if arguments.jsonl:
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
        for answer in _answers(searcher, sys.stdin, arguments.language, arguments.limit):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
        return 0
    result = searcher.search(" ".join(arguments.question), arguments.language, arguments.limit)
    print(f"{result.language} {result.decision}")
    for hit in result.results:
        print(f"{hit.score:7.3f}  {hit.service}  {hit.section or '-'}  {hit.title}")
    return 0


def _answers(searcher: Any, lines: Iterable[str], language: str | None, limit: int) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            line.encode()  # undecodable bytes came in as lone surrogates, and JSON can spell such out
            item = json.loads(line)
            json.dumps(item, ensure_ascii=False).encode()
        except ValueError as error:
            raise Failed(f"line {number}: not JSON in UTF-8: {error}") from None
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            raise Failed(f"line {number}: needs an object with a string `text`")
        result = searcher.search(item["text"], language, limit)
        found = [{key: asdict(hit)[key] for key in ("service", "section", "score", "title")} for hit in result.results]
        yield {**item, "language": result.language, "decision": result.decision, "results": found}


def _index(arguments: argparse.Namespace, settings: Settings) -> int:
    from knowledge_base.evaluation import gate, outcomes
    from knowledge_base.index import build

    def progress(line: str) -> None:
        print(line, flush=True)

    judge = outcomes.judge(settings.data_dir, settings.encoder, accept_worse=arguments.accept_worse, progress=progress)
    try:
        with _encoder_errors(settings.encoder):
            build(settings.data_dir, settings.encoder, force=arguments.force, judge=judge, progress=progress)
    except gate.Worse as worse:
        raise Failed(str(worse)) from None
    return 0


def _train_encoder(arguments: argparse.Namespace, _: Settings) -> int:
    from knowledge_base.encoder import WEIGHTS
    from knowledge_base.encoder.pretrain import STEPS, train

    output = arguments.output or WEIGHTS
    try:
        train(
            arguments.data,
            output,
            steps=arguments.steps or STEPS,
            progress=lambda line: print(line, flush=True),
        )
    except (OSError, ValueError, KeyError) as error:
        raise Failed(f"the encoder cannot be trained: {' '.join(str(error).split())[:200]}") from None
    print(f"written: {output}; «jauap index» adapts it to the knowledge base")
    return 0


def _evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    from knowledge_base import decision, search
    from knowledge_base.evaluation import questions, release
    from knowledge_base.evaluation.measure import measure

    searcher = _opened(settings)
    try:
        asked = questions.read(questions.HELD_BACK if arguments.held_back else questions.DEVELOPMENT)
        before = release.latest()
    except (OSError, ValueError) as error:
        raise Failed(str(error)) from None
    if arguments.calibrate:
        from knowledge_base.evaluation.calibrate import calibrate

        # Our own encoder's tuning belongs to the program; another encoder's to this installation.
        own = settings.encoder is None
        path = decision.DECISION if own else settings.data_dir / "decision.yaml"
        calibrate(searcher, asked, path, search.WEIGHTS if own else None)
        print(f"tuned: {path}")
        searcher = _opened(settings)
    measured = measure(searcher, asked)
    for line in _tables(searcher, asked, measured, before, arguments.classify):
        print(line, flush=True)
    if arguments.plot:
        from knowledge_base.evaluation.plot import draw

        draw(measured, searcher.services, searcher.decider, arguments.plot)
        print(f"\nthe picture: {arguments.plot}")
    if arguments.record:
        print(f"\nrecorded: {release.record(arguments.record, measured)}")
    return 0


def _tables(searcher: Any, asked: Any, measured: Any, before: Any, classify: Classify | None) -> Iterator[str]:
    from knowledge_base.evaluation import dialogue, questions, report
    from knowledge_base.evaluation.measure import measure
    from knowledge_base.model import load_all

    yield from report.methods(measured, searcher.services)
    yield ""
    yield from report.decisions(measured)
    yield ""
    yield from report.domains(measured, {slug: service.domain for slug, service in load_all().items()})
    yield ""
    right = [one.question for one in measured if one.rank == 1 and one.question.kind == "clean"]
    yield from report.noise(measure(searcher, questions.spoilt(right)))
    yield ""
    yield from report.confusions(measured)
    if before is not None:
        yield ""
        yield from report.comparison(measured, before)
    yield ""
    messages = dialogue.read()
    found = classify([one.text for one in (*asked, *messages)]) if classify else None
    if found is None:
        yield "complaints and the dialogue are not measured: the dialogue model is not trained («jauap train»)"
    else:
        intents, of_messages = found[: len(asked)], found[len(asked) :]
        of_interest = [
            (intent, question.is_complaint)
            for intent, question in zip(intents, asked, strict=True)
            if question.is_complaint or question.service
        ]
        yield from report.complaints(of_interest)
        yield ""
        by_text = {message.text: intent for message, intent in zip(messages, of_messages, strict=True)}
        yield from report.dialogue(messages, by_text)


def _check(_: argparse.Namespace, __: Settings) -> int:
    from knowledge_base.check import check

    faults, warnings = check()
    for line in warnings:
        print(f"warning: {line}", file=sys.stderr)
    for line in faults:
        print(line, file=sys.stderr)
    if not faults:
        print("no faults")
    return 1 if faults else 0


def _show(arguments: argparse.Namespace, _: Settings) -> int:
    from knowledge_base.model import load_all
    from knowledge_base.rates import today
    from knowledge_base.render import render, short_name

    services = load_all()
    if arguments.slug not in services:
        raise Failed(f"there is no service {arguments.slug}; there are: {', '.join(services)}")
    service = services[arguments.slug]
    names = {slug: short_name(other, arguments.language) for slug, other in services.items()}
    told = (render(service, section, arguments.language, today(), names=names) for section in service.sections())
    print("\n\n".join(told))
    return 0


def _report(arguments: argparse.Namespace, _: Settings) -> int:
    from knowledge_base import calculations
    from knowledge_base.model import load_all
    from knowledge_base.rates import today
    from knowledge_base.report import page, table

    services, day = load_all().values(), today()
    for line in table(services, day):
        print(line)
    try:
        arguments.page.write_text(page(services, day, calculations.load_all().values()), "utf-8")
    except OSError as error:
        raise Failed(f"the page cannot be written: {error.filename}: {error.strerror}") from None
    print(f"\nThe page: {arguments.page}")
    return 0


def _new(arguments: argparse.Namespace, _: Settings) -> int:
    from knowledge_base.template import new

    try:
        path = new(arguments.place)
    except ValueError as error:
        print(f"jauap: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        raise Failed(f"{error.filename}: {error.strerror}") from None
    print(f"Fill in {path}, then run «jauap kb check».")
    return 0
