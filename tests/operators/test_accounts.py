"""Accounts and log-ins: what they can have, who may change them, and when a log-in ends."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import audit
from bot.operators import accounts, totp
from bot.operators.accounts import AccountExists, InvalidAccount, LastAdministrator, UnknownAccount
from bot.operators.authentication import LogInRefused, authenticate
from bot.operators.roles import Role
from bot.operators.sessions import end_session, find_session, open_session
from bot.settings import Settings
from bot.storage import AuditEntry, Operator, OperatorSession
from bot.storage.tables import now
from tests.operators.conftest import PASSWORD


async def stored(database, name="aigerim") -> Operator:
    async with database.read() as session:
        return (await session.scalars(select(Operator).where(Operator.username == name))).one()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "a"}, "2 to 40"),
        ({"username": "имя с пробелом"}, "letters, digits"),
        ({"username": "_x"}, "begins with"),
        ({"password": "short"}, "at least 10"),
        ({"password": "x" * 201}, "at most 200"),
        ({"password": "aaaaaaaaaaaa"}, "different"),
        ({"role": "chief"}, "operator, supervisor, admin"),
        ({"languages": ["ru", "en"]}, "ru, kk"),
        ({"languages": []}, "ru, kk"),
    ],
)
async def test_what_an_account_cannot_have_is_said_clearly(database, change, said):
    with pytest.raises(InvalidAccount, match=said):
        await accounts.create(database, **{"username": "aigerim", "password": PASSWORD, **change})
    assert await accounts.everyone(database) == []


async def test_a_name_is_given_once_in_whatever_case(database):
    await accounts.create(database, "Әсем", PASSWORD)
    with pytest.raises(AccountExists):
        await accounts.create(database, "әсем", PASSWORD)


async def test_disabling_ends_the_log_ins_and_enabling_opens_the_account_again(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    token, _ = await open_session(database, operator)
    await accounts.set_available(database, operator.id, True)
    await accounts.disable(database, "Aigerim")
    assert await find_session(database, token) is None
    assert not (await stored(database)).available
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD)
    await accounts.enable(database, "aigerim")
    assert await authenticate(database, "aigerim", PASSWORD)


async def test_a_new_password_ends_the_log_ins_and_the_lock(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    token, _ = await open_session(database, operator)
    for _ in range(6):
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", "wrong")
    await accounts.set_password(database, "aigerim", "another horse 8")
    assert await find_session(database, token) is None
    assert await authenticate(database, "aigerim", "another horse 8")
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD)


async def test_an_unknown_account_cannot_be_changed(database):
    for change in (accounts.disable, accounts.enable):
        with pytest.raises(UnknownAccount):
            await change(database, "nobody")
    with pytest.raises(UnknownAccount):
        await accounts.set_password(database, "nobody", PASSWORD)


async def test_a_log_in_holds_twelve_hours_and_its_token_is_not_stored(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    token, opened = await open_session(database, operator)
    assert opened.session.expires_at - now() > timedelta(hours=11, minutes=59)
    assert (await find_session(database, token)).operator.username == "aigerim"
    async with database.write() as session:
        row = (await session.scalars(select(OperatorSession))).one()
        assert token not in (row.token_hash, row.csrf_token)
        row.expires_at = now() - timedelta(seconds=1)
    assert await find_session(database, token) is None


async def test_a_new_log_in_replaces_the_one_that_the_browser_had(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    first, _ = await open_session(database, operator)
    second, _ = await open_session(database, operator, replaces=first)
    assert first != second
    assert await find_session(database, first) is None
    assert await find_session(database, second)


async def test_who_logs_out_or_forgets_to_is_not_available(database):
    marat = await accounts.create(database, "marat", PASSWORD)
    aliya = await accounts.create(database, "aliya", PASSWORD)
    for operator in (marat, aliya):
        await accounts.set_available(database, operator.id, True)
    _, opened = await open_session(database, marat)
    await end_session(database, opened)
    assert not (await stored(database, "marat")).available
    await open_session(database, marat)  # aliya has no log-in any more
    assert not (await stored(database, "aliya")).available


async def test_the_first_start_makes_an_administrator_and_later_ones_change_nothing(database, settings):
    made = await accounts.ensure_admin(database, settings)
    assert (await authenticate(database, "admin", made)).role == Role.ADMIN
    before = (await stored(database, "admin")).password_hash
    assert await accounts.ensure_admin(database, settings) is None
    assert (await stored(database, "admin")).password_hash == before


async def test_the_administrators_password_can_be_set_and_is_then_not_shown(database, tmp_path):
    chosen = Settings(data_dir=tmp_path, admin_password="chosen by us 1", _env_file=None)
    assert await accounts.ensure_admin(database, chosen) is None
    assert await authenticate(database, "admin", "chosen by us 1")


async def test_too_short_a_password_for_the_administrator_is_refused_by_the_settings_name(database, tmp_path):
    with pytest.raises(InvalidAccount, match="JAUAP_ADMIN_PASSWORD"):
        await accounts.ensure_admin(database, Settings(data_dir=tmp_path, admin_password="short", _env_file=None))


async def log(database) -> list[tuple[str, str, str | None]]:
    """Actor, act and subject of each entry of the audit log."""
    async with database.read() as session:
        rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.actor, row.act, row.subject) for row in rows]


async def test_what_an_account_does_and_answers_for_is_changed_and_the_old_stands_in_the_log(database):
    await accounts.create(database, "aigerim", PASSWORD, domains=["health", "tax", "health"], capacity=2)
    assert ((await stored(database)).domains, (await stored(database)).capacity) == (["health", "tax"], 2)
    await accounts.change(database, "Aigerim", role="supervisor", domains=[], capacity=50, by="aliya")
    await accounts.change(database, "aigerim", capacity=50, languages=["ru", "kk"], by="aliya")  # as it is already
    found = await stored(database)
    assert (found.role, found.languages, found.domains, found.capacity) == ("supervisor", ["ru", "kk"], [], 50)
    async with database.read() as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.act == "account_changed"))).one()
    assert (entry.actor, entry.subject) == ("aliya", "aigerim")
    assert entry.details == {
        "before": {"role": "operator", "domains": ["health", "tax"], "capacity": 2},
        "after": {"role": "supervisor", "domains": [], "capacity": 50},
    }


@pytest.mark.parametrize(
    "change", [{"role": "chief"}, {"languages": []}, {"domains": ["magic"]}, {"capacity": 0}, {"capacity": 51}]
)
async def test_a_wrong_change_changes_nothing(database, change):
    await accounts.create(database, "aigerim", PASSWORD)
    with pytest.raises(InvalidAccount) as refused:
        await accounts.change(database, "aigerim", **{"role": "admin", **change})
    assert [refused.value.field] == list(change)
    assert (await stored(database)).role == "operator"
    assert ("system", "account_changed", "aigerim") not in await log(database)


async def test_the_last_enabled_administrator_stays_one(database):
    for name, role in (("aliya", "admin"), ("marat", "admin"), ("aigerim", "supervisor")):
        await accounts.create(database, name, PASSWORD, role)
    await accounts.disable(database, "marat")
    with pytest.raises(LastAdministrator, match="aliya"):
        await accounts.disable(database, "aliya")
    with pytest.raises(LastAdministrator):
        await accounts.change(database, "aliya", role="supervisor")
    assert not (await stored(database, "aliya")).disabled
    await accounts.disable(database, "aigerim")  # the others are not held
    await accounts.disable(database, "marat")  # nor who is disabled already
    await accounts.enable(database, "marat")
    await accounts.disable(database, "aliya")


async def test_two_administrators_cannot_disable_each_other_at_once(database):
    for name in ("aliya", "marat"):
        await accounts.create(database, name, PASSWORD, "admin")
    results = await asyncio.gather(
        *(accounts.disable(database, name) for name in ("aliya", "marat")), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["LastAdministrator", "Operator"]


async def test_every_act_on_an_account_stands_in_the_audit_log(database):
    await accounts.create(database, "aliya", PASSWORD, "admin")
    await accounts.create(database, "aigerim", PASSWORD, by="aliya")
    await accounts.set_password(database, "aigerim", "another horse 8", by="aliya")
    await accounts.set_second_factor(database, "aigerim", totp.new_secret(), 1)
    await accounts.remove_second_factor(database, "aigerim", by="aliya")
    await accounts.remove_second_factor(database, "aigerim", by="aliya")  # there is none any more
    await accounts.disable(database, "aigerim", by="aliya")
    await accounts.disable(database, "aigerim", by="aliya")  # it is already
    await accounts.enable(database, "aigerim", by="aliya")
    _, opened = await open_session(database, await stored(database))
    await end_session(database, opened)
    assert (await log(database))[1:] == [
        ("aliya", "account_added", "aigerim"),
        ("aliya", "password_changed", "aigerim"),
        ("aigerim", "second_factor_set_up", "aigerim"),
        ("aliya", "second_factor_removed", "aigerim"),
        ("aliya", "account_disabled", "aigerim"),
        ("aliya", "account_enabled", "aigerim"),
        ("aigerim", "logged_out", None),
    ]
    assert (await audit.verify(database))[0] == 8


async def test_nothing_secret_stands_in_the_audit_log(database):
    await accounts.create(database, "aigerim", PASSWORD)
    secret = totp.new_secret()
    await accounts.set_second_factor(database, "aigerim", secret, 1)
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", "my other secret")
    async with database.read() as session:
        details = str([row.details for row in await session.scalars(select(AuditEntry))])
    assert all(hidden not in details for hidden in (PASSWORD, secret, "my other secret", "argon2"))


async def test_who_changes_the_own_password_stays_available(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    await open_session(database, operator)
    await accounts.set_available(database, operator.id, True)
    await accounts.set_password(database, "aigerim", "another horse 8", by="aigerim")
    await open_session(database, operator)
    assert (await stored(database)).available
    await accounts.set_password(database, "aigerim", PASSWORD, by="aliya")
    assert not (await stored(database)).available
