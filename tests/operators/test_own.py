"""One's own password and second factor over HTTP, and the cookies of a log-in."""

import pyotp
import pytest

from bot.operators import accounts
from bot.operators.api import own
from bot.operators.browsers import KnownBrowsers
from bot.storage.tables import now
from tests.operators.conftest import PASSWORD, client

NEW = "another horse 8"


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def code_of(secret: str, steps: int = 0) -> str:
    generator = pyotp.TOTP(secret)
    return generator.generate_otp(generator.timecode(now()) + steps)


async def enrolled(person, steps: int = 0) -> str:
    """Sets up the second factor; gives its secret."""
    begun = (await person.post("/me/totp", json={"password": PASSWORD})).json()
    answer = await person.post(
        "/me/totp/confirm", json={"setup": begun["setup"], "code": code_of(begun["secret"], steps)}
    )
    assert answer.status_code == 200, answer.text
    person.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return begun["secret"]


# --- the password


async def test_the_own_password_is_changed_with_the_old_one_and_all_other_sessions_end(app, log_in, database):
    person = await log_in("aigerim")
    await person.put("/me/status", json={"available": True})
    before = dict(person.cookies)
    async with client(app) as elsewhere:
        await elsewhere.post("/session", json={"username": "aigerim", "password": PASSWORD})
        answer = await person.post("/me/password", json={"old": "guess", "new": NEW})
        assert code(answer) == (403, "wrong_password")
        assert code(await person.post("/me/password", json={"old": PASSWORD, "new": "x"})) == (422, "bad_password")
        answer = await person.post("/me/password", json={"old": PASSWORD, "new": NEW})
        assert (answer.status_code, answer.json()["available"]) == (200, True)
        assert code(await elsewhere.get("/me")) == (401, "not_logged_in")
        elsewhere.cookies.update(before)  # not even the cookie that has just done it
        assert code(await elsewhere.get("/me")) == (401, "not_logged_in")
    person.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    assert (await person.put("/me/status", json={"available": False})).status_code == 200
    assert code(await person.post("/session", json={"username": "aigerim", "password": PASSWORD})) == (
        401,
        "log_in_refused",
    )


# --- the second factor


async def test_the_second_factor_is_set_up_by_its_first_code_and_then_asked_for(app, log_in):
    person = await log_in("aigerim")
    assert code(await person.post("/me/totp", json={"password": "guess"})) == (403, "wrong_password")
    begun = (await person.post("/me/totp", json={"password": PASSWORD})).json()
    assert pyotp.parse_uri(begun["address"]).secret == begun["secret"]
    assert len(begun["qr"]) == len(begun["qr"][0])
    wrong = {"setup": begun["setup"], "code": "000000" if code_of(begun["secret"]) != "000000" else "000001"}
    assert code(await person.post("/me/totp/confirm", json=wrong)) == (403, "wrong_code")
    assert (await person.get("/me")).json()["second_factor"] is False
    right = {"setup": begun["setup"], "code": code_of(begun["secret"])}
    answer = await person.post("/me/totp/confirm", json=right)
    assert (answer.json()["second_factor"], answer.json()["enrolling"]) == (True, False)
    assert (await person.get("/queue")).status_code == 200

    async with client(app) as browser:
        known = {"username": "aigerim", "password": PASSWORD}
        assert code(await browser.post("/session", json=known)) == (401, "code_needed")
        assert code(await browser.post("/session", json={**known, "code": ""})) == (401, "code_needed")
        assert code(await browser.post("/session", json={**known, "password": "guess"})) == (401, "log_in_refused")
        used = {**known, "code": right["code"]}
        assert code(await browser.post("/session", json=used)) == (401, "log_in_refused")
        fresh = {**known, "code": code_of(begun["secret"], 1)}
        assert (await browser.post("/session", json=fresh)).json()["second_factor"] is True


async def test_a_set_up_is_the_own_one_and_over_after_its_time(log_in, monkeypatch):
    person, other = await log_in("aigerim"), await log_in("marat")
    begun = (await person.post("/me/totp", json={"password": PASSWORD})).json()
    body = {"setup": begun["setup"], "code": code_of(begun["secret"])}
    assert code(await other.post("/me/totp/confirm", json=body)) == (422, "setup_over")
    assert code(await person.post("/me/totp/confirm", json={**body, "setup": "made up"})) == (422, "setup_over")
    monkeypatch.setattr(own, "SETTING_UP", -own.SETTING_UP)
    assert code(await person.post("/me/totp/confirm", json=body)) == (422, "setup_over")


async def test_the_own_second_factor_is_removed_with_the_password(log_in):
    person = await log_in("aigerim")
    await enrolled(person)
    assert code(await person.post("/me/totp/remove", json={"password": "guess"})) == (403, "wrong_password")
    assert (await person.post("/me/totp/remove", json={"password": PASSWORD})).json()["second_factor"] is False
    answer = await person.post("/session", json={"username": "aigerim", "password": PASSWORD})
    assert answer.status_code == 200


async def test_who_must_set_it_up_first_can_and_then_goes_on_under_a_new_cookie(log_in):
    admin, person = await log_in("aliya", "admin"), await log_in("aigerim")
    await admin.put("/desk", json={"second_factor": "required"})
    assert code(await person.get("/queue")) == (403, "second_factor_required")
    before = person.cookies["jauap_session"]
    await enrolled(person)
    assert person.cookies["jauap_session"] != before
    assert (await person.get("/queue")).status_code == 200
    assert code(await person.post("/me/totp/remove", json={"password": PASSWORD})) == (403, "second_factor_required")
    assert (await person.delete("/session")).status_code == 204


async def test_who_must_set_it_up_may_also_leave(log_in):
    admin, person = await log_in("aliya", "admin"), await log_in("aigerim")
    await admin.put("/desk", json={"second_factor": "required"})
    assert (await person.delete("/session")).status_code == 204
    assert code(await person.get("/me")) == (401, "not_logged_in")


# --- cookies


async def test_a_new_log_in_gives_a_new_cookie_and_ends_the_old_one(app, log_in):
    person = await log_in("aigerim")
    before = dict(person.cookies)
    await person.post("/session", json={"username": "aigerim", "password": PASSWORD})
    assert person.cookies["jauap_session"] != before["jauap_session"]
    async with client(app) as thief:
        thief.cookies.update(before)
        assert code(await thief.get("/me")) == (401, "not_logged_in")


@pytest.mark.parametrize("planted", ["chosen by somebody", "x" * 43])
async def test_a_planted_cookie_does_not_become_a_session(app, service, planted):
    await accounts.create(service.database, "aigerim", PASSWORD)
    async with client(app) as victim:
        victim.cookies.set("jauap_session", planted)
        answer = await victim.post("/session", json={"username": "aigerim", "password": PASSWORD})
        assert answer.cookies["jauap_session"] != planted
    async with client(app) as attacker:
        attacker.cookies.set("jauap_session", planted)
        assert code(await attacker.get("/me")) == (401, "not_logged_in")


async def test_a_stranger_who_locks_the_account_does_not_lock_its_owners_browser(app, log_in, stranger):
    person = await log_in("aigerim")
    guess = {"username": "aigerim", "password": "guess"}
    for _ in range(6):
        assert code(await stranger.post("/session", json=guess)) == (401, "log_in_refused")
    right = {"username": "aigerim", "password": PASSWORD}
    assert code(await stranger.post("/session", json=right)) == (401, "log_in_refused")
    assert (await person.delete("/session")).status_code == 204
    assert (await person.post("/session", json=right)).status_code == 200


async def test_the_mark_of_a_known_browser_goes_to_the_log_in_alone_and_out_of_scripts_reach(app, service):
    operator = await accounts.create(service.database, "aigerim", PASSWORD)
    async with client(app) as browser:
        answer = await browser.post("/session", json={"username": "aigerim", "password": PASSWORD})
    (mark,) = [
        header.lower()
        for header in answer.headers.get_list("set-cookie")
        if header.startswith(KnownBrowsers.cookie(operator))
    ]
    assert all(part in mark for part in ("httponly", "samesite=lax", "path=/api/v1/operator/session;"))
