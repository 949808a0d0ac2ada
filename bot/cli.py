"""The command `jauap`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from bot.rasa import RasaFailed
from bot.settings import Settings, settings

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 the work failed, 2 wrong usage. Errors are one line on standard error."""
    parsed = _parser().parse_args(arguments)
    try:
        return parsed.run(parsed, settings())
    except KeyboardInterrupt:
        return 0 if parsed.command == "run" else 1
    except ValidationError as error:
        first = error.errors()[0]
        name = "JAUAP_" + "_".join(str(part) for part in first["loc"]).upper()
        print(f"jauap: setting {name}: {first['msg']}", file=sys.stderr)
        return 1
    except RasaFailed as error:  # while something else needed it
        return _fail(error)


def _parser() -> argparse.ArgumentParser:
    from bot.operators import cli as operators
    from knowledge_base import cli as knowledge

    parser = argparse.ArgumentParser(prog="jauap", description="Answers citizens' questions about public services.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="start").set_defaults(run=_run)
    train = commands.add_parser("train", help="train the dialogue model")
    train.add_argument(
        "--accept-worse",
        action="store_true",
        help="use it even if it understands less than the one in use: where an intent was given up on purpose, say",
    )
    train.set_defaults(run=_train)
    chat = commands.add_parser("chat", help="talk to the running bot in the terminal")
    chat.add_argument("--language", choices=("ru", "kk"), default="ru")
    chat.set_defaults(run=_chat)
    classify = commands.add_parser("classify", help="language and intent of texts, one JSON object a line")
    classify.add_argument("--jsonl", action="store_true", required=True, help="read and write JSON lines")
    classify.set_defaults(run=_classify)
    commands.add_parser("doctor", help="what is set up, what is missing and how to mend it").set_defaults(run=_doctor)
    knowledge.add_parsers(commands, classify=_intents)
    operators.add_parsers(commands)
    audit = commands.add_parser("audit", help="the log of who did what that must be accounted for")
    acts = audit.add_subparsers(dest="audit_command", required=True, metavar="COMMAND")
    acts.add_parser("verify", help="check that no entry was changed or taken out").set_defaults(run=_verify_audit)
    return parser


def _fail(reason: object) -> int:
    print(f"jauap: {reason}", file=sys.stderr)
    return 1


def _run(_: argparse.Namespace, settings: Settings) -> int:
    from bot import rasa, run
    from bot.operators.accounts import InvalidAccount
    from bot.storage import DatabaseUnavailable

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for ours in ("jauap", "bot"):
        logging.getLogger(ours).setLevel(logging.INFO)
    try:
        asyncio.run(run.run(settings))
    except (run.CannotStart, DatabaseUnavailable, InvalidAccount, rasa.RasaMissing, rasa.RasaFailed) as error:
        return _fail(error)
    except ExceptionGroup as faults:  # of the knowledge base: one line each
        for fault in faults.exceptions:
            _fail(fault)
        return 1
    return 0


def _train(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot import rasa, training
    from knowledge_base.evaluation.gate import Worse

    try:
        training.bring_up_to_date(
            settings, accept_worse=arguments.accept_worse, progress=lambda line: print(line, flush=True)
        )
    except (rasa.RasaMissing, rasa.RasaFailed, OSError) as error:
        return _fail(error)
    except Worse as worse:
        for line in str(worse).splitlines():
            _fail(line)
        return 1
    return 0


def _chat(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.channels import terminal

    return asyncio.run(terminal.chat(f"http://{settings.local_host}:{settings.port}", arguments.language))


def _classify(_: argparse.Namespace, settings: Settings) -> int:
    """Runs in Rasa's environment, with the model in use."""
    from bot import rasa

    try:
        if not rasa.trained(settings):
            return _fail("the dialogue model is not trained: run «jauap train»")
        return rasa.parse(settings).returncode
    except rasa.RasaMissing as error:
        return _fail(error)


def _intents(texts: list[str]) -> list[str] | None:
    """The intents of texts by the dialogue model in use; `None` where there is none, or no Rasa to ask."""
    from bot import rasa

    model = rasa.model_in_use(settings())
    if model is None:
        return None
    try:
        [found] = rasa.intents(settings(), [model], texts)
    except rasa.RasaMissing:
        return None
    if isinstance(found, str):
        raise rasa.RasaFailed(f"the dialogue model cannot be used: {found}")
    return found


def _doctor(_: argparse.Namespace, settings: Settings) -> int:
    from bot import doctor

    return doctor.examine(settings)


def _verify_audit(_: argparse.Namespace, settings: Settings) -> int:
    from bot import audit
    from bot.storage import Database, DatabaseUnavailable

    async def verify() -> tuple[int, str]:
        database = Database(settings.database)
        try:
            await database.migrate()
            return await audit.verify(database)
        finally:
            await database.close()

    try:
        count, last = asyncio.run(verify())
    except (audit.BrokenChain, DatabaseUnavailable) as error:
        return _fail(error)
    print(f"{count} entries, each follows the one before it. The last hash is {last}.")
    print("Note both down elsewhere: they show if the end of the log is ever cut off.")
    return 0
