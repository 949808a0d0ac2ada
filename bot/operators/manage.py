"""What the commands `jauap operator …` do: accounts of operators, kept from the terminal."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable

from bot.conversations.routing import loads
from bot.operators import accounts
from bot.operators.accounts import TERMINAL, AccountExists, InvalidAccount, LastAdministrator, UnknownAccount
from bot.settings import Settings
from bot.storage import Database, DatabaseUnavailable, Operator

__all__ = ["run"]

Work = Callable[[argparse.Namespace, Database], Awaitable[None]]


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do the command that was parsed: 0, or 1 or 2 after a line on standard error that says what a person can mend."""
    try:
        asyncio.run(_with_database(WORK[arguments.operator_command], arguments, settings))
    except (InvalidAccount, _NoPassword) as error:  # what was typed is wrong
        print(f"jauap: {error}", file=sys.stderr)
        return 2
    except (AccountExists, UnknownAccount, LastAdministrator, DatabaseUnavailable) as error:
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


def _listed(text: str | None) -> list[str] | None:
    """What is given parted by commas; None where nothing is given."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _in_words(operator: Operator) -> str:
    domains = ",".join(operator.domains) or "all domains"
    return f"{operator.role}, {','.join(operator.languages)}, {domains}, {operator.capacity} talks at once"


async def _add(arguments: argparse.Namespace, database: Database) -> None:
    operator = await accounts.create(
        database,
        arguments.name,
        _read_password(arguments),
        arguments.role,
        _listed(arguments.languages) or [],
        _listed(arguments.domains) or [],
        arguments.capacity,
        by=TERMINAL,
    )
    print(f"Added {operator.username} ({_in_words(operator)}).")


async def _set(arguments: argparse.Namespace, database: Database) -> None:
    operator = await accounts.change(
        database,
        arguments.name,
        role=arguments.role,
        languages=_listed(arguments.languages),
        domains=_listed(arguments.domains),
        capacity=arguments.capacity,
        by=TERMINAL,
    )
    print(f"{operator.username}: {_in_words(operator)}.")


async def _list(_: argparse.Namespace, database: Database) -> None:
    rows = [("NAME", "ROLE", "LANGUAGES", "DOMAINS", "CAPACITY", "CODE", "STATE")]
    for each in await accounts.everyone(database):
        state = "disabled" if each.disabled else "available" if each.available else "-"
        code = "yes" if each.totp_secret else "-"
        domains, languages = (",".join(names) for names in (each.domains, each.languages))
        rows.append((each.username, each.role, languages, domains or "all", str(each.capacity), code, state))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


async def _disable(arguments: argparse.Namespace, database: Database) -> None:
    operator = await accounts.disable(database, arguments.name, by=TERMINAL)
    async with database.read() as session:
        held = (await loads(session)).get(operator.id, 0)
    print(f"Disabled {operator.username}." + (f" They hold {held} open conversations." if held else ""))


async def _enable(arguments: argparse.Namespace, database: Database) -> None:
    print(f"Enabled {(await accounts.enable(database, arguments.name, by=TERMINAL)).username}.")


async def _password(arguments: argparse.Namespace, database: Database) -> None:
    operator = await accounts.set_password(database, arguments.name, _read_password(arguments), by=TERMINAL)
    print(f"Changed the password of {operator.username}; they are logged out everywhere.")


async def _remove_second_factor(arguments: argparse.Namespace, database: Database) -> None:
    operator = await accounts.remove_second_factor(database, arguments.name, by=TERMINAL)
    print(f"{operator.username} logs in by the password alone now.")


WORK: dict[str, Work] = {
    "add": _add,
    "set": _set,
    "list": _list,
    "disable": _disable,
    "enable": _enable,
    "password": _password,
    "remove-second-factor": _remove_second_factor,
}
