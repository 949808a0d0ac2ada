"""The command `jauap operator`: its arguments. What it does stands in `manage`."""

from __future__ import annotations

import argparse
from typing import Any

from bot.operators.roles import Role
from bot.settings import Settings

__all__ = ["add_parsers"]


def add_parsers(subparsers: Any) -> None:
    """Add `operator add`, `list`, `set` and others, of which `run(arguments, settings)` gives 0, 1 or 2."""
    operator = subparsers.add_parser("operator", help="accounts of operators")
    operator.set_defaults(run=_run)
    kinds = operator.add_subparsers(dest="operator_command", required=True, metavar="COMMAND")

    add = kinds.add_parser("add", help="make an account")
    add.add_argument("name", metavar="NAME")
    add.set_defaults(role=str(Role.OPERATOR), languages="ru,kk", domains="", capacity=4)
    _account_options(add)
    _password_option(add)

    change = kinds.add_parser("set", help="change what an account may do and answers for")
    change.add_argument("name", metavar="NAME")
    _account_options(change)

    kinds.add_parser("list", help="all accounts")

    for name, text in (
        ("disable", "shut an account and end its log-ins"),
        ("enable", "open a disabled or locked account again"),
        ("remove-second-factor", "let an account log in by its password alone, where the telephone is lost"),
    ):
        kinds.add_parser(name, help=text).add_argument("name", metavar="NAME")

    password = kinds.add_parser("password", help="change a password and end the account's log-ins")
    password.add_argument("name", metavar="NAME")
    _password_option(password)


def _account_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=[str(role) for role in Role])
    parser.add_argument("--languages", metavar="ru,kk", help="languages the operator answers in")
    parser.add_argument("--domains", metavar="a,b", help="domains of services to answer for; '' for all")
    parser.add_argument("--capacity", type=int, metavar="N", help="talks at once, 1 to 50")


def _password_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from the first line of standard input"
    )


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    # Imported only here: the database takes a second to import, which no other command should wait for.
    from bot.operators import manage

    return manage.run(arguments, settings)
