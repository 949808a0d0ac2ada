"""The command `jauap operator`: accounts of operators, kept from the terminal."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.operators import accounts
from bot.operators.accounts import AccountExists, InvalidAccount, Role, UnknownAccount
from bot.settings import Settings
from bot.storage import Database, DatabaseUnavailable

__all__ = ["add_parsers"]

Work = Callable[[argparse.Namespace, Database], Awaitable[None]]


def add_parsers(subparsers: Any) -> None:
    """Add `operator add|list|disable|enable|password`; each sets `run(arguments, settings)`, which gives 0, 1 or 2."""
    operator = subparsers.add_parser("operator", help="accounts of operators")
    kinds = operator.add_subparsers(dest="operator_command", required=True, metavar="COMMAND")

    add = kinds.add_parser("add", help="make an account")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=[str(role) for role in Role], default=str(Role.OPERATOR))
    add.add_argument("--languages", default="ru,kk", metavar="ru,kk", help="languages the operator answers in")
    _password_option(add)
    add.set_defaults(run=_run(_add))

    kinds.add_parser("list", help="all accounts").set_defaults(run=_run(_list))

    for name, work, text in (
        ("disable", _disable, "shut an account and end its log-ins"),
        ("enable", _enable, "open a disabled or locked account again"),
    ):
        parser = kinds.add_parser(name, help=text)
        parser.add_argument("name", metavar="NAME")
        parser.set_defaults(run=_run(work))

    password = kinds.add_parser("password", help="change a password and end the account's log-ins")
    password.add_argument("name", metavar="NAME")
    _password_option(password)
    password.set_defaults(run=_run(_password))


def _password_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from the first line of standard input"
    )


def _run(work: Work) -> Callable[[argparse.Namespace, Settings], int]:
    """Wrap a command: open the database, and turn what a person can mend into one line on standard error."""

    async def with_database(arguments: argparse.Namespace, settings: Settings) -> None:
        database = Database(settings.database)
        try:
            await database.migrate()
            await work(arguments, database)
        finally:
            await database.close()

    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        try:
            asyncio.run(with_database(arguments, settings))
        except (InvalidAccount, _NoPassword) as error:  # what was typed is wrong
            print(f"jauap: {error}", file=sys.stderr)
            return 2
        except (AccountExists, UnknownAccount, DatabaseUnavailable) as error:
            print(f"jauap: {error}", file=sys.stderr)
            return 1
        return 0

    return run


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
