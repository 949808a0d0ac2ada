"""What the commands `jauap operator …` do: accounts of operators, kept from the terminal."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable

from bot.operators import accounts
from bot.operators.accounts import AccountExists, InvalidAccount, UnknownAccount
from bot.settings import Settings
from bot.storage import Database, DatabaseUnavailable

__all__ = ["run"]

Work = Callable[[argparse.Namespace, Database], Awaitable[None]]


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do the command that was parsed: 0, or 1 or 2 after a line on standard error that says what a person can mend."""
    try:
        asyncio.run(_with_database(WORK[arguments.operator_command], arguments, settings))
    except (InvalidAccount, _NoPassword) as error:  # what was typed is wrong
        print(f"jauap: {error}", file=sys.stderr)
        return 2
    except (AccountExists, UnknownAccount, DatabaseUnavailable) as error:
        print(f"jauap: {error}", file=sys.stderr)
        return 1
    return 0


async def _with_database(work: Work, arguments: argparse.Namespace, settings: Settings) -> None:
    database = Database(settings.database)
    try:
        await database.migrate()
        await work(arguments, database)
    finally:
        await database.close()


class _NoPassword(Exception):
    """No usable password was given."""


def _read_password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise _NoPassword("there is no terminal to ask for the password: use --password-stdin")
    password = getpass.getpass(f"Password for {arguments.name}: ")
    if getpass.getpass("Again: ") != password:
        raise _NoPassword("the two passwords differ")
    return password


async def _add(arguments: argparse.Namespace, database: Database) -> None:
    languages = [part.strip() for part in arguments.languages.split(",") if part.strip()]
    operator = await accounts.create(database, arguments.name, _read_password(arguments), arguments.role, languages)
    print(f"Added {operator.username} ({operator.role}, {','.join(operator.languages)}).")


async def _list(_: argparse.Namespace, database: Database) -> None:
    rows = [("NAME", "ROLE", "LANGUAGES", "STATE")]
    for each in await accounts.everyone(database):
        state = "disabled" if each.disabled else "available" if each.available else "-"
        rows.append((each.username, each.role, ",".join(each.languages), state))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


async def _disable(arguments: argparse.Namespace, database: Database) -> None:
    operator = await accounts.disable(database, arguments.name)
    held = await accounts.talks_held(database, operator.id)
    print(f"Disabled {operator.username}." + (f" They hold {held} open conversations." if held else ""))


async def _enable(arguments: argparse.Namespace, database: Database) -> None:
    print(f"Enabled {(await accounts.enable(database, arguments.name)).username}.")


async def _password(arguments: argparse.Namespace, database: Database) -> None:
    operator = await accounts.set_password(database, arguments.name, _read_password(arguments))
    print(f"Changed the password of {operator.username}; they are logged out everywhere.")


WORK: dict[str, Work] = {
    "add": _add,
    "list": _list,
    "disable": _disable,
    "enable": _enable,
    "password": _password,
}
