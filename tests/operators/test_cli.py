"""The command `jauap operator`."""

import argparse
import asyncio
import io

import pytest

from bot.operators import accounts, cli
from bot.storage import Database
from tests.operators.conftest import PASSWORD


@pytest.fixture
def jauap(settings, monkeypatch):
    """`jauap("list")`, `jauap("add", "aigerim", typed=…)`: the exit code."""
    parser = argparse.ArgumentParser(prog="jauap")
    cli.add_parsers(parser.add_subparsers(required=True))

    def run(*arguments: str, typed: str | None = None) -> int:
        if typed is not None:
            monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
            arguments += ("--password-stdin",)
        parsed = parser.parse_args(["operator", *arguments])
        return parsed.run(parsed, settings)

    return run


def opens(settings, name, password) -> bool:
    async def attempt() -> bool:
        database = Database(settings.database)
        try:
            await accounts.authenticate(database, name, password)
        except accounts.LogInRefused:
            return False
        finally:
            await database.close()
        return True

    return asyncio.run(attempt())


def test_an_account_is_made_listed_changed_and_disabled(jauap, settings, capsys):
    assert jauap("add", "aigerim", "--role", "supervisor", "--languages", "kk,ru", typed=PASSWORD) == 0
    assert jauap("list") == 0
    assert ["aigerim", "supervisor", "kk,ru", "-"] in [line.split() for line in capsys.readouterr().out.splitlines()]
    assert opens(settings, "aigerim", PASSWORD)
    assert jauap("password", "aigerim", typed="another horse 8") == 0
    assert not opens(settings, "aigerim", PASSWORD)
    assert opens(settings, "aigerim", "another horse 8")
    assert jauap("disable", "aigerim") == 0
    assert not opens(settings, "aigerim", "another horse 8")
    assert jauap("enable", "aigerim") == 0
    assert opens(settings, "aigerim", "another horse 8")
    assert capsys.readouterr().err == ""


def failure(capsys) -> str:
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    return line


def test_what_fails_is_one_line_and_exit_code_1(jauap, capsys):
    assert jauap("add", "aigerim", typed=PASSWORD) == 0
    capsys.readouterr()
    assert jauap("add", "Aigerim", typed=PASSWORD) == 1
    assert "already" in failure(capsys)
    for arguments in (("disable", "nobody"), ("enable", "nobody")):
        assert jauap(*arguments) == 1
        assert "no account «nobody»" in failure(capsys)
    assert jauap("password", "nobody", typed=PASSWORD) == 1
    assert "no account «nobody»" in failure(capsys)


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "aigerim"), "short", "at least 10"),
        (("add", "aigerim"), "", "at least 10"),
        (("add", "a b"), PASSWORD, "letters, digits"),
        (("add", "aigerim", "--languages", "ru,en"), PASSWORD, "ru, kk"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(jauap, capsys, arguments, typed, said):
    assert jauap(*arguments, typed=typed) == 2
    assert said in failure(capsys)


def test_without_a_terminal_the_password_is_not_waited_for(jauap, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert jauap("add", "aigerim") == 2
    assert "--password-stdin" in failure(capsys)


def test_an_unknown_role_is_wrong_usage(jauap, capsys):
    with pytest.raises(SystemExit) as stopped:
        jauap("add", "aigerim", "--role", "chief", typed=PASSWORD)
    assert stopped.value.code == 2


def test_a_database_that_cannot_be_opened_is_one_line(jauap, settings, capsys):
    settings.database_url = "sqlite:////proc/nowhere/jauap.db"
    assert jauap("list") == 1
    assert "/proc/nowhere" in failure(capsys)
