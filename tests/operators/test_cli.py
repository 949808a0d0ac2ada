"""The command `jauap operator`."""

import argparse
import asyncio
import io

import pytest
from sqlalchemy import select

from bot.operators import accounts, authentication, cli, totp
from bot.storage import AuditEntry, Database
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
            await authentication.authenticate(database, name, password)
        except authentication.LogInRefused:
            return False
        finally:
            await database.close()
        return True

    return asyncio.run(attempt())


def listed(capsys) -> list[list[str]]:
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_an_account_is_made_listed_changed_and_disabled(jauap, settings, capsys):
    assert jauap("add", "aigerim", "--role", "supervisor", "--languages", "kk,ru", typed=PASSWORD) == 0
    assert jauap("list") == 0
    assert ["aigerim", "supervisor", "kk,ru", "all", "4", "-", "-"] in listed(capsys)
    assert opens(settings, "aigerim", PASSWORD)
    assert jauap("password", "aigerim", typed="another horse 8") == 0
    assert not opens(settings, "aigerim", PASSWORD)
    assert opens(settings, "aigerim", "another horse 8")
    assert jauap("disable", "aigerim") == 0
    assert not opens(settings, "aigerim", "another horse 8")
    assert jauap("enable", "aigerim") == 0
    assert opens(settings, "aigerim", "another horse 8")
    assert capsys.readouterr().err == ""


def test_domains_and_capacity_are_set_with_the_account_and_later(jauap, capsys):
    assert jauap("add", "aigerim", "--domains", "health, transport", "--capacity", "2", typed=PASSWORD) == 0
    assert "operator, ru,kk, health,transport, 2 talks at once" in capsys.readouterr().out
    assert jauap("set", "aigerim", "--role", "supervisor", "--languages", "kk", "--domains", "") == 0
    assert jauap("list") == 0
    assert ["aigerim", "supervisor", "kk", "all", "2", "-", "-"] in listed(capsys)


def entries(settings) -> list[tuple[str, str, str | None]]:
    async def read():
        database = Database(settings.database)
        try:
            async with database.read() as session:
                rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
                return [(row.actor, row.act, row.subject) for row in rows]
        finally:
            await database.close()

    return asyncio.run(read())


def test_what_is_done_at_the_terminal_stands_in_the_audit_log(jauap, settings):
    jauap("add", "aigerim", typed=PASSWORD)
    jauap("set", "aigerim", "--capacity", "9")
    jauap("password", "aigerim", typed="another horse 8")
    jauap("disable", "aigerim")
    jauap("enable", "aigerim")
    acts = ["account_added", "account_changed", "password_changed", "account_disabled", "account_enabled"]
    assert entries(settings) == [("terminal", act, "aigerim") for act in acts]


def test_a_lost_second_factor_is_removed_at_the_terminal(jauap, settings, capsys):
    jauap("add", "aigerim", typed=PASSWORD)

    async def set_up():
        database = Database(settings.database)
        await accounts.set_second_factor(database, "aigerim", totp.new_secret(), 1)
        await database.close()

    asyncio.run(set_up())
    assert jauap("list") == 0
    assert ["aigerim", "operator", "ru,kk", "all", "4", "yes", "-"] in listed(capsys)
    assert jauap("remove-second-factor", "aigerim") == 0
    assert opens(settings, "aigerim", PASSWORD)
    assert ("terminal", "second_factor_removed", "aigerim") in entries(settings)


def test_the_last_administrator_stays_one(jauap, settings, capsys):
    jauap("add", "aliya", "--role", "admin", typed=PASSWORD)
    capsys.readouterr()
    for arguments in (("disable", "aliya"), ("set", "aliya", "--role", "operator")):
        assert jauap(*arguments) == 1
        assert "last administrator" in failure(capsys)
    assert opens(settings, "aliya", PASSWORD)


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
    for arguments in (("disable", "nobody"), ("enable", "nobody"), ("set", "nobody", "--capacity", "2")):
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
        (("add", "aigerim", "--domains", "health,magic"), PASSWORD, "business, education"),
        (("add", "aigerim", "--capacity", "0"), PASSWORD, "1 to 50"),
        (("add", "system"), PASSWORD, "another name"),
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
