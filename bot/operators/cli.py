"""The command `jauap operator`: its arguments. What it does stands in `manage`."""

from __future__ import annotations

import argparse
from typing import Any

from bot.operators.roles import Role
from bot.settings import Settings

__all__ = ["add_parsers"]


def add_parsers(subparsers: Any) -> None:
    """Add `operator add|list|disable|enable|password`; `run(arguments, settings)` gives 0, 1 or 2."""
    operator = subparsers.add_parser("operator", help="accounts of operators")
    operator.set_defaults(run=_run)
    kinds = operator.add_subparsers(dest="operator_command", required=True, metavar="COMMAND")

    add = kinds.add_parser("add", help="make an account")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=[str(role) for role in Role], default=str(Role.OPERATOR))
    add.add_argument("--languages", default="ru,kk", metavar="ru,kk", help="languages the operator answers in")
    _password_option(add)

    kinds.add_parser("list", help="all accounts")

    for name, text in (
        ("disable", "shut an account and end its log-ins"),
        ("enable", "open a disabled or locked account again"),
    ):
        kinds.add_parser(name, help=text).add_argument("name", metavar="NAME")

    password = kinds.add_parser("password", help="change a password and end the account's log-ins")
    password.add_argument("name", metavar="NAME")
    _password_option(password)


def _password_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from the first line of standard input"
    )


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    # Imported only here: the database takes a second to import, which no other command should wait for.
    from bot.operators import manage

    return manage.run(arguments, settings)
