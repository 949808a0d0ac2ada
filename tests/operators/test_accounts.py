"""Accounts, passwords and log-ins."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from bot.operators import accounts
from bot.operators.accounts import AccountExists, InvalidAccount, LogInRefused, UnknownAccount
from bot.operators.roles import Role
from bot.operators.sessions import end_session, find_session, open_session
from bot.settings import Settings
from bot.storage import Operator, OperatorSession
from bot.storage.tables import now
from tests.operators.conftest import PASSWORD


async def stored(database, name="aigerim") -> Operator:
    async with database.read() as session:
        return (await session.scalars(select(Operator).where(Operator.username == name))).one()


async def move_lock(database, **by):
    async with database.write() as session:
        operator = (await session.scalars(select(Operator))).one()
        operator.locked_until += timedelta(**by)


async def test_the_right_password_opens_the_account_and_a_wrong_one_does_not(database):
    await accounts.create(database, " Aigerim ", PASSWORD, "operator", ["kk"])
    assert (await accounts.authenticate(database, "AIGERIM", PASSWORD)).languages == ["kk"]
    for name, password in (("aigerim", PASSWORD + "x"), ("aigerim", ""), ("nobody", PASSWORD), ("", PASSWORD)):
        with pytest.raises(LogInRefused):
            await accounts.authenticate(database, name, password)


async def test_the_password_itself_is_not_stored(database):
    await accounts.create(database, "aigerim", PASSWORD)
    hashed = (await stored(database)).password_hash
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in hashed


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


async def test_failures_lock_the_account_for_longer_and_longer(database):
    await accounts.create(database, "aigerim", PASSWORD)
    pauses = []
    for _ in range(20):
        with pytest.raises(LogInRefused):
            await accounts.authenticate(database, "aigerim", "wrong")
        until = (await stored(database)).locked_until
        if until is not None:
            pauses.append(round((until - now()).total_seconds()))
            await move_lock(database, hours=-1)
    assert pauses[:3] == [15, 30, 60]
    assert pauses[-1] == 15 * 60
    assert pauses == sorted(pauses)


async def test_a_locked_account_refuses_the_right_password_until_its_time(database):
    await accounts.create(database, "aigerim", PASSWORD)
    for _ in range(5):
        with pytest.raises(LogInRefused):
            await accounts.authenticate(database, "aigerim", "wrong")
    with pytest.raises(LogInRefused):
        await accounts.authenticate(database, "aigerim", PASSWORD)
    await move_lock(database, minutes=-1)
    assert await accounts.authenticate(database, "aigerim", PASSWORD)
    found = await stored(database)
    assert (found.failures, found.locked_until) == (0, None)


async def test_many_guesses_at_once_get_no_more_tries_than_in_a_row(database, monkeypatch):
    await accounts.create(database, "aigerim", PASSWORD)
    looked_at = []
    verify = accounts._verify

    async def counting(hashed, password):
        looked_at.append(password)
        return await verify(hashed, password)

    monkeypatch.setattr(accounts, "_verify", counting)
    guesses = [accounts.authenticate(database, "aigerim", f"guess {number}") for number in range(19)]
    results = await asyncio.gather(
        *guesses, accounts.authenticate(database, "aigerim", PASSWORD), return_exceptions=True
    )
    assert all(isinstance(result, LogInRefused) for result in results)
    assert len(looked_at) == 20  # locked or not, each costs a hash
    assert (await stored(database)).failures == 5


async def test_an_unknown_name_costs_the_same_work_as_a_known_one(database, monkeypatch):
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=4, memory_cost=16384, parallelism=1))
    monkeypatch.setattr(accounts, "_nobody", None, raising=False)
    await accounts.create(database, "aigerim", PASSWORD)
    verified = []
    verify = accounts._verify

    async def noted(hashed, password):
        verified.append(extract_parameters(hashed))
        return await verify(hashed, password)

    monkeypatch.setattr(accounts, "_verify", noted)
    for name in ("aigerim", "nobody"):
        with pytest.raises(LogInRefused):
            await accounts.authenticate(database, name, "wrong")
    known, unknown = verified
    assert unknown == known


async def test_a_password_hashed_with_old_parameters_is_hashed_anew_at_log_in(database, monkeypatch):
    await accounts.create(database, "aigerim", PASSWORD)
    old = (await stored(database)).password_hash
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    await accounts.authenticate(database, "aigerim", PASSWORD)
    new = (await stored(database)).password_hash
    assert new != old
    assert "m=128,t=2" in new
    await accounts.authenticate(database, "aigerim", PASSWORD)
    assert (await stored(database)).password_hash == new


async def test_disabling_ends_the_log_ins_and_enabling_opens_the_account_again(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    token, _ = await open_session(database, operator)
    await accounts.set_available(database, operator.id, True)
    await accounts.disable(database, "Aigerim")
    assert await find_session(database, token) is None
    assert not (await stored(database)).available
    with pytest.raises(LogInRefused):
        await accounts.authenticate(database, "aigerim", PASSWORD)
    await accounts.enable(database, "aigerim")
    assert await accounts.authenticate(database, "aigerim", PASSWORD)


async def test_a_new_password_ends_the_log_ins_and_the_lock(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    token, _ = await open_session(database, operator)
    for _ in range(6):
        with pytest.raises(LogInRefused):
            await accounts.authenticate(database, "aigerim", "wrong")
    await accounts.set_password(database, "aigerim", "another horse 8")
    assert await find_session(database, token) is None
    assert await accounts.authenticate(database, "aigerim", "another horse 8")
    with pytest.raises(LogInRefused):
        await accounts.authenticate(database, "aigerim", PASSWORD)


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
    assert (await accounts.authenticate(database, "admin", made)).role == Role.ADMIN
    before = (await stored(database, "admin")).password_hash
    assert await accounts.ensure_admin(database, settings) is None
    assert (await stored(database, "admin")).password_hash == before


async def test_the_administrators_password_can_be_set_and_is_then_not_shown(database, tmp_path):
    chosen = Settings(data_dir=tmp_path, admin_password="chosen by us 1", _env_file=None)
    assert await accounts.ensure_admin(database, chosen) is None
    assert await accounts.authenticate(database, "admin", "chosen by us 1")


async def test_too_short_a_password_for_the_administrator_is_refused_by_the_settings_name(database, tmp_path):
    with pytest.raises(InvalidAccount, match="JAUAP_ADMIN_PASSWORD"):
        await accounts.ensure_admin(database, Settings(data_dir=tmp_path, admin_password="short", _env_file=None))
