"""Every change of the audit log shows, also one behind the back of its triggers."""

import ast
import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

import bot
from bot import audit, cli
from texts import catalogue


@pytest.fixture
async def log(database):
    for number in range(1, 4):
        async with database.write() as session:
            await audit.record(session, "admin", "account_added", f"operator{number}", role="operator", имя="Айгерім")
    return database


async def _behind_its_back(database, statement):
    """As somebody with the rights of the database's owner."""
    async with database.engine.begin() as connection:
        for name in ("update", "delete"):
            await connection.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{name}"))
        await connection.execute(text(statement))


async def test_an_untouched_log_is_right(log):
    count, last = await audit.verify(log)
    assert count == 3
    assert last != audit.BEGINNING


async def test_an_empty_log_is_right(database):
    assert await audit.verify(database) == (0, audit.BEGINNING)


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry"])
async def test_the_database_refuses_changes(log, statement):
    with pytest.raises((DatabaseError, IntegrityError), match="append-only"):
        async with log.write() as session:
            await session.execute(text(statement))
    assert (await audit.verify(log))[0] == 3


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE audit_entry SET actor = 'nobody' WHERE id = 2", "entry 2 .* was changed"),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00.000000' WHERE id = 3", "entry 3 .* was changed"),
        ("UPDATE audit_entry SET details = '{}' WHERE id = 1", "entry 1 .* was changed"),
        ("DELETE FROM audit_entry WHERE id = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entry WHERE id = 1", "entry 1 is missing"),
        ("UPDATE audit_entry SET previous_hash = hash WHERE id = 2", "entry 2 does not follow entry 1"),
    ],
)
async def test_a_change_behind_its_back_shows(log, statement, why):
    await _behind_its_back(log, statement)
    with pytest.raises(audit.BrokenChain, match=why):
        await audit.verify(log)


async def test_what_is_rolled_back_leaves_no_entry(log):
    async def fail():
        async with log.write() as session:
            await audit.record(session, "admin", "account_added", "operator4")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await audit.verify(log))[0] == 3


async def test_entries_written_at_once_make_one_chain(database):
    async def write(number):
        async with database.write() as session:
            await audit.record(session, "admin", "talk_read", str(number))

    await asyncio.gather(*(write(number) for number in range(30)))
    assert (await audit.verify(database))[0] == 30


# --- the command `jauap audit verify`


@pytest.fixture
def verify(settings, monkeypatch):
    monkeypatch.setattr(cli, "settings", lambda: settings)
    return lambda: asyncio.to_thread(cli.main, ["audit", "verify"])


async def test_the_command_prints_what_to_note_elsewhere(log, verify, capsys):
    count, last = await audit.verify(log)
    assert await verify() == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{count} entries")
    assert last in printed.out
    assert printed.err == ""


async def test_the_command_says_in_one_line_where_the_chain_is_broken(log, verify, capsys):
    await _behind_its_back(log, "UPDATE audit_entry SET actor = 'nobody' WHERE id = 2")
    assert await verify() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert "entry 2" in line


# --- its words


def _acts() -> set[str]:
    """The acts that the service's sources record by name."""
    found = set()
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                act = node.args[2]
                if isinstance(act, ast.Constant):
                    found.add(act.value)
    return found


def test_every_act_has_its_words_for_the_administrators_page():
    acts = _acts()
    assert "logged_in" in acts
    assert {act for act in acts if f"act_{act}" not in catalogue("administration", "ru")} == set()
