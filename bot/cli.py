"""The command `jauap`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Sequence

from pydantic import ValidationError

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


def _parser() -> argparse.ArgumentParser:
    from bot.operators import cli as operators
    from knowledge_base import cli as knowledge

    parser = argparse.ArgumentParser(prog="jauap", description="Answers citizens' questions about public services.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="start").set_defaults(run=_run)
    commands.add_parser("train", help="train the dialogue model").set_defaults(run=_train)
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


def _train(_: argparse.Namespace, settings: Settings) -> int:
    from bot import rasa

    if rasa.trained(settings):
        print("The dialogue model is up to date.")
        return 0
    print("Training the dialogue model, usually 1 to 2 minutes …", flush=True)
    try:
        print(f"Trained: {rasa.train(settings)}")
    except (rasa.RasaMissing, rasa.RasaFailed, OSError) as error:
        return _fail(error)
    return 0


def _chat(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.channels import terminal

    return asyncio.run(terminal.chat(f"http://{settings.local_host}:{settings.port}", arguments.language))


def _classify(_: argparse.Namespace, settings: Settings) -> int:
    """Runs in Rasa's environment, with the model of the sources as they stand."""
    from bot import rasa

    try:
        if not rasa.trained(settings):
            return _fail("the dialogue model is not trained: run «jauap train»")
        return rasa.parse(settings).returncode
    except rasa.RasaMissing as error:
        return _fail(error)


def _intents(texts: list[str]) -> list[str] | None:
    """The intents of texts by the dialogue model; `None` where there is no model of the sources as they stand."""
    from bot import rasa

    try:
        if not rasa.trained(settings()):
            return None
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        parsed = rasa.parse(settings(), input=lines, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    except rasa.RasaMissing:
        return None
    return [json.loads(line)["intent"] for line in parsed.stdout.splitlines()]


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
