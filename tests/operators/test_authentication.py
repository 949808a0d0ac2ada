"""Logging in: the password, its hash, the code, and the lock against guessing."""

import asyncio
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from bot.operators import accounts, passwords, totp
from bot.operators.authentication import CodeNeeded, LogInRefused, WrongPassword, authenticate, check_own_password
from bot.operators.browsers import KnownBrowsers
from bot.storage import AuditEntry, Operator
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
    assert (await authenticate(database, "AIGERIM", PASSWORD)).languages == ["kk"]
    for name, password in (("aigerim", PASSWORD + "x"), ("aigerim", ""), ("nobody", PASSWORD), ("", PASSWORD)):
        with pytest.raises(LogInRefused):
            await authenticate(database, name, password)


async def test_the_password_itself_is_not_stored(database):
    await accounts.create(database, "aigerim", PASSWORD)
    hashed = (await stored(database)).password_hash
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in hashed


async def test_failures_lock_the_account_for_longer_and_longer(database):
    await accounts.create(database, "aigerim", PASSWORD)
    pauses = []
    for _ in range(20):
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", "wrong")
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
            await authenticate(database, "aigerim", "wrong")
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD)
    await move_lock(database, minutes=-1)
    assert await authenticate(database, "aigerim", PASSWORD)
    found = await stored(database)
    assert (found.failures, found.locked_until) == (0, None)


async def test_many_guesses_at_once_get_no_more_tries_than_in_a_row(database, monkeypatch):
    await accounts.create(database, "aigerim", PASSWORD)
    looked_at = []
    verify = passwords.matches

    async def counting(hashed, password):
        looked_at.append(password)
        return await verify(hashed, password)

    monkeypatch.setattr(passwords, "matches", counting)
    guesses = [authenticate(database, "aigerim", f"guess {number}") for number in range(19)]
    results = await asyncio.gather(*guesses, authenticate(database, "aigerim", PASSWORD), return_exceptions=True)
    assert all(isinstance(result, LogInRefused) for result in results)
    assert len(looked_at) == 20  # locked or not, each costs a hash
    assert (await stored(database)).failures == 5


async def test_an_unknown_name_costs_the_same_work_as_a_known_one(database, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=4, memory_cost=16384, parallelism=1))
    monkeypatch.setattr(passwords, "_nobody", None)
    await accounts.create(database, "aigerim", PASSWORD)
    verified = []
    verify = passwords.matches

    async def noted(hashed, password):
        verified.append(extract_parameters(hashed))
        return await verify(hashed, password)

    monkeypatch.setattr(passwords, "matches", noted)
    for name in ("aigerim", "nobody"):
        with pytest.raises(LogInRefused):
            await authenticate(database, name, "wrong")
    known, unknown = verified
    assert unknown == known


async def test_what_only_begins_with_the_password_is_not_the_password(database):
    longest = "x1y2" * 50
    await accounts.create(database, "aigerim", longest)
    assert await authenticate(database, "aigerim", longest)
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", longest + "z")


async def test_a_password_hashed_with_old_parameters_is_hashed_anew_at_log_in(database, monkeypatch):
    await accounts.create(database, "aigerim", PASSWORD)
    old = (await stored(database)).password_hash
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    await authenticate(database, "aigerim", PASSWORD)
    new = (await stored(database)).password_hash
    assert new != old
    assert "m=128,t=2" in new
    await authenticate(database, "aigerim", PASSWORD)
    assert (await stored(database)).password_hash == new


# --- the second factor


async def with_code(database, name="aigerim") -> str:
    """An account with a second factor; gives its secret."""
    await accounts.create(database, name, PASSWORD)
    secret = totp.new_secret()
    await accounts.set_second_factor(database, name, secret, 1)
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    """The code of now, or of so many steps later."""
    generator = pyotp.TOTP(secret)
    return generator.generate_otp(generator.timecode(now()) + steps)


def wrong_code(secret: str) -> str:
    """One that is right at no moment near now."""
    near = {code_of(secret, steps) for steps in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)


async def test_where_a_code_is_needed_the_password_alone_does_not_open(database):
    secret = await with_code(database)
    with pytest.raises(CodeNeeded):
        await authenticate(database, "aigerim", PASSWORD)
    for password, code in ((PASSWORD, wrong_code(secret)), ("wrong", code_of(secret)), ("wrong", None)):
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", password, code)
    assert await authenticate(database, "aigerim", PASSWORD, code_of(secret))


async def test_a_code_opens_once(database):
    secret = await with_code(database)
    code = code_of(secret)
    results = await asyncio.gather(
        *(authenticate(database, "aigerim", PASSWORD, code) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["LogInRefused", "LogInRefused", "Operator"]
    assert await authenticate(database, "aigerim", PASSWORD, code_of(secret, 1))
    with pytest.raises(LogInRefused):  # an earlier one than was used is gone as well
        await authenticate(database, "aigerim", PASSWORD, code)


async def test_wrong_codes_lock_and_asking_for_the_code_neither_locks_nor_frees(database):
    secret = await with_code(database)
    for failures in range(1, 6):
        for _ in range(3):
            with pytest.raises(CodeNeeded):
                await authenticate(database, "aigerim", PASSWORD)
        assert (await stored(database)).failures == failures - 1
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", PASSWORD, wrong_code(secret))
        assert (await stored(database)).failures == failures
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD)
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD, code_of(secret))


async def test_asking_for_the_code_does_not_lock_the_next_step(database):
    secret = await with_code(database)
    for _ in range(4):
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", "wrong")
    with pytest.raises(CodeNeeded):  # the fifth attempt
        await authenticate(database, "aigerim", PASSWORD)
    assert await authenticate(database, "aigerim", PASSWORD, code_of(secret))


# --- browsers


def mark(key: bytes, operator: Operator) -> str:
    return KnownBrowsers(key).mark(operator)


async def test_a_stranger_locks_out_strangers_and_not_the_owners_browser(database):
    await accounts.create(database, "aigerim", PASSWORD)
    for _ in range(6):
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", "guess")
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD)
    assert await authenticate(database, "aigerim", PASSWORD, known=lambda _: True)
    with pytest.raises(LogInRefused):  # which does not free the strangers
        await authenticate(database, "aigerim", PASSWORD)


async def test_a_known_browser_is_no_place_to_guess_either(database):
    await accounts.create(database, "aigerim", PASSWORD)
    for _ in range(5):
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", "guess", known=lambda _: True)
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD, known=lambda _: True)
    assert await authenticate(database, "aigerim", PASSWORD)


async def test_the_own_password_is_asked_for_with_the_same_lock(database):
    operator = await accounts.create(database, "aigerim", PASSWORD)
    await check_own_password(database, operator, PASSWORD)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            await check_own_password(database, operator, "guess")
    with pytest.raises(WrongPassword):
        await check_own_password(database, operator, PASSWORD)


async def test_a_mark_is_the_accounts_own_and_void_with_a_new_password(database):
    one, other = [await accounts.create(database, name, PASSWORD) for name in ("aigerim", "marat")]
    browsers = KnownBrowsers(b"key")
    assert browsers.knows(mark(b"key", one), one)
    for given in (mark(b"other key", one), mark(b"key", other), "", "nonsense"):
        assert not browsers.knows(given, one)
    changed = await accounts.set_password(database, "aigerim", "another horse 8")
    assert not browsers.knows(mark(b"key", one), changed)


async def test_an_administrator_opens_both_locks(database):
    await accounts.create(database, "aigerim", PASSWORD)
    for known in (False, True):
        for _ in range(5):
            with pytest.raises(LogInRefused):
                await authenticate(database, "aigerim", "guess", known=lambda _, known=known: known)
    await accounts.enable(database, "aigerim")
    for known in (False, True):
        assert await authenticate(database, "aigerim", PASSWORD, known=lambda _, known=known: known)


# --- the audit log


async def test_log_ins_and_refusals_stand_in_the_audit_log_but_not_every_knock_at_a_locked_door(database):
    secret = await with_code(database)
    with pytest.raises(LogInRefused):
        await authenticate(database, "nobody", PASSWORD)
    with pytest.raises(LogInRefused):
        await authenticate(database, "aigerim", PASSWORD, wrong_code(secret))
    await authenticate(database, "aigerim", PASSWORD, code_of(secret))
    await accounts.create(database, "marat", PASSWORD)
    await accounts.disable(database, "marat")
    with pytest.raises(LogInRefused):
        await authenticate(database, "marat", PASSWORD)
    for _ in range(9):
        with pytest.raises(LogInRefused):
            await authenticate(database, "aigerim", "guess")
    async with database.read() as session:
        rows = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    acts = [(row.actor, row.act, row.details) for row in rows if row.act in ("logged_in", "log_in_refused")]
    assert acts == [
        ("aigerim", "log_in_refused", {"why": "code", "failures": 1}),
        ("aigerim", "logged_in", {}),
        ("marat", "log_in_refused", {"why": "disabled", "failures": 1}),
        *(("aigerim", "log_in_refused", {"why": "password", "failures": number}) for number in range(1, 6)),
    ]
