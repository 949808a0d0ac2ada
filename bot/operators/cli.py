"""The command `jauap operator`: its arguments. What it does stands in `manage`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Literal

from bot.operators.roles import Role
from bot.settings import Settings

__all__ = ["add_parsers"]

Kind = Literal["add", "list", "disable", "enable", "password"]


def add_parsers(subparsers: Any) -> None:
    """Add `operator add|list|disable|enable|password`; each sets `run(arguments, settings)`, which gives 0, 1 or 2."""
    operator = subparsers.add_parser("operator", help="accounts of operators")
    kinds = operator.add_subparsers(dest="operator_command", required=True, metavar="COMMAND")

    add = kinds.add_parser("add", help="make an account")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=[str(role) for role in Role], default=str(Role.OPERATOR))
    add.add_argument("--languages", default="ru,kk", metavar="ru,kk", help="languages the operator answers in")
    _password_option(add)
    add.set_defaults(run=_run("add"))

    kinds.add_parser("list", help="all accounts").set_defaults(run=_run("list"))

    of_one: dict[Kind, str] = {
        "disable": "shut an account and end its log-ins",
        "enable": "open a disabled or locked account again",
    }
    for kind, text in of_one.items():
        parser = kinds.add_parser(kind, help=text)
        parser.add_argument("name", metavar="NAME")
        parser.set_defaults(run=_run(kind))

    password = kinds.add_parser("password", help="change a password and end the account's log-ins")
    password.add_argument("name", metavar="NAME")
    _password_option(password)
    password.set_defaults(run=_run("password"))


def _password_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from the first line of standard input"
    )


def _run(kind: Kind) -> Callable[[argparse.Namespace, Settings], int]:
    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        # Imported only here: the database takes a second to import, which no other command should wait for.
        from bot.operators import manage

        return manage.run(kind, arguments, settings)

    return run
