"""Administration over HTTP: accounts, the settings of the desk, the audit log."""

import pytest
from sqlalchemy import select

from bot import audit
from bot.operators import accounts, totp
from bot.operators.api.administration import PAGE
from bot.operators.sessions import require_second_factor
from bot.storage import AuditEntry, OperatorSession
from tests.operators.conftest import PASSWORD, client

NEW = {"username": "Marat", "password": "another horse 8"}


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
async def aliya(log_in):
    """An administrator."""
    return await log_in("aliya", "admin")


async def acts(database) -> list[tuple[str, str, str | None]]:
    """What stands in the audit log, without log-ins and the fixture's own accounts."""
    async with database.read() as session:
        rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [
            (row.actor, row.act, row.subject) for row in rows if row.actor != audit.SYSTEM and row.act != "logged_in"
        ]


# --- accounts


async def test_an_account_is_added_and_listed_without_anything_secret(aliya, database):
    answer = await aliya.post("/accounts", json={**NEW, "role": "supervisor", "domains": ["tax"], "capacity": 7})
    assert answer.status_code == 201
    wanted = {
        "username": "marat",
        "role": "supervisor",
        "languages": ["ru", "kk"],
        "domains": ["tax"],
        "capacity": 7,
        "talks": 0,
        "available": False,
        "disabled": False,
        "locked_until": None,
        "second_factor": False,
        "seen_at": None,
    }
    assert {**answer.json(), **wanted} == answer.json()
    listed = (await aliya.get("/accounts")).json()["accounts"]
    assert [each["username"] for each in listed] == ["aliya", "marat"]
    assert listed[1] == answer.json()
    assert "argon2" not in str(listed)
    assert await acts(database) == [("aliya", "account_added", "marat")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"username": "a"}, (422, "bad_username")),
        ({"username": "terminal"}, (422, "bad_username")),
        ({"username": "ALIYA"}, (409, "account_exists")),
        ({"password": "short"}, (422, "bad_password")),
        ({"role": "chief"}, (422, "bad_field")),
        ({"languages": []}, (422, "bad_field")),
        ({"languages": ["en"]}, (422, "bad_field")),
        ({"domains": ["magic"]}, (422, "bad_field")),
        ({"capacity": 0}, (422, "bad_field")),
        ({"capacity": 51}, (422, "bad_field")),
        ({"disabled": True}, (422, "bad_field")),
    ],
)
async def test_what_an_account_cannot_have_is_refused(aliya, change, expected):
    assert code(await aliya.post("/accounts", json={**NEW, **change})) == expected
    assert len((await aliya.get("/accounts")).json()["accounts"]) == 1


async def test_a_changed_role_holds_from_the_next_call_on(aliya, log_in, database):
    marat = await log_in("marat")
    assert code(await marat.get("/accounts")) == (403, "not_permitted")
    answer = await aliya.patch("/accounts/marat", json={"role": "admin", "languages": ["kk"], "capacity": 1})
    assert (answer.json()["role"], answer.json()["languages"], answer.json()["capacity"]) == ("admin", ["kk"], 1)
    assert (await marat.get("/accounts")).status_code == 200
    assert await acts(database) == [("aliya", "account_changed", "marat")]


async def test_disabling_ends_the_sessions_and_enabling_lets_in_again(aliya, log_in, database):
    marat = await log_in("marat")
    assert (await aliya.post("/accounts/marat/disable")).json()["disabled"] is True
    assert code(await marat.get("/me")) == (401, "not_logged_in")
    again = {"username": "marat", "password": PASSWORD}
    assert code(await marat.post("/session", json=again)) == (401, "log_in_refused")
    assert (await aliya.post("/accounts/marat/enable")).json()["disabled"] is False
    assert (await marat.post("/session", json=again)).status_code == 200


async def test_a_lock_is_shown_and_opened_by_enabling(aliya, log_in):
    marat = await log_in("marat")
    for _ in range(5):
        await marat.post("/session", json={"username": "marat", "password": "guess"})
    (found,) = [each for each in (await aliya.get("/accounts")).json()["accounts"] if each["username"] == "marat"]
    assert found["locked_until"] is not None
    assert (await aliya.post("/accounts/marat/enable")).json()["locked_until"] is None
    assert (await marat.post("/session", json={"username": "marat", "password": PASSWORD})).status_code == 200


async def test_another_password_is_given(aliya, log_in, database):
    marat = await log_in("marat")
    assert code(await aliya.post("/accounts/marat/password", json={"password": "short"})) == (422, "bad_password")
    assert (await aliya.post("/accounts/marat/password", json={"password": "another horse 8"})).status_code == 204
    assert code(await marat.get("/me")) == (401, "not_logged_in")
    again = {"username": "marat", "password": "another horse 8"}
    assert (await marat.post("/session", json=again)).status_code == 200


async def test_a_lost_second_factor_is_removed_and_the_sessions_end(aliya, log_in, database):
    await log_in("marat")
    await accounts.set_second_factor(database, "marat", totp.new_secret(), 1)
    assert (await aliya.get("/accounts")).json()["accounts"][1]["second_factor"] is True
    assert (await aliya.delete("/accounts/marat/totp")).json()["second_factor"] is False
    async with database.read() as session:
        names = [row.operator_id for row in await session.scalars(select(OperatorSession))]
    assert len(names) == 1  # aliya's own
    assert ("aliya", "second_factor_removed", "marat") in await acts(database)


async def test_the_last_administrator_is_neither_disabled_nor_demoted(aliya):
    assert code(await aliya.post("/accounts/aliya/disable")) == (409, "last_administrator")
    assert code(await aliya.patch("/accounts/aliya", json={"role": "operator"})) == (409, "last_administrator")
    assert (await aliya.get("/accounts")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/accounts/nobody", {"capacity": 2}),
        ("POST", "/accounts/nobody/password", {"password": "another horse 8"}),
        ("POST", "/accounts/nobody/disable", None),
        ("POST", "/accounts/nobody/enable", None),
        ("DELETE", "/accounts/nobody/totp", None),
    ],
)
async def test_an_unknown_account_is_not_found(aliya, method, path, body):
    assert code(await aliya.request(method, path, json=body)) == (404, "unknown_account")


# --- the desk


async def test_a_setting_of_the_desk_is_changed_and_its_old_and_new_value_stand_in_the_log(aliya, database):
    before = (await aliya.get("/desk")).json()
    answer = await aliya.put(
        "/desk", json={"office_hours": "Mon-Sat 08:00-20:00", "mode": "assign", "closing": before["closing"]}
    )
    assert answer.json() == {**before, "office_hours": "Mon-Sat 08:00-20:00", "mode": "assign"}
    assert (await aliya.get("/desk")).json() == answer.json()
    async with database.read() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.act == "desk_changed"))
        changes = {row.subject: (row.actor, row.details) for row in rows}
    assert changes == {
        "office_hours": ("aliya", {"before": before["office_hours"], "after": "Mon-Sat 08:00-20:00"}),
        "mode": ("aliya", {"before": before["mode"], "after": "assign"}),
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"office_hours": "Mon-Fri"}, "bad_hours"),
        ({"office_hours": "Mon-Fri 18:00-09:00"}, "bad_hours"),
        ({"mode": "lottery"}, "bad_field"),
        ({"first_reply": 1}, "bad_field"),
        ({"nonsense": 1}, "bad_field"),
    ],
)
async def test_a_wrong_setting_is_refused_and_changes_nothing(aliya, body, expected):
    before = (await aliya.get("/desk")).json()
    answer = await aliya.put("/desk", json={"mode": "assign", **body})
    assert code(answer) == (422, expected)
    assert (await aliya.get("/desk")).json() == before


# --- the audit log


async def test_the_audit_log_is_read_page_by_page_from_its_newest(aliya, database):
    async with database.write() as session:
        for number in range(PAGE + 5):
            await audit.record(session, "marat" if number % 2 else "system", "talk_read", str(number))
    first = (await aliya.get("/audit")).json()
    assert (len(first["entries"]), first["more"]) == (PAGE, True)
    assert first["entries"][0]["subject"] == str(PAGE + 4)
    rest = (await aliya.get("/audit", params={"before": first["entries"][-1]["id"]})).json()
    assert rest["more"] is False
    ids = [each["id"] for each in first["entries"] + rest["entries"]]
    assert ids == list(range(ids[0], 0, -1))


async def test_the_audit_log_is_filtered_by_act_and_actor(aliya, database):
    await aliya.post("/accounts", json=NEW)
    for query, expected in (
        ({"act": "account_added", "actor": "ALIYA"}, [("aliya", "account_added", "marat")]),
        ({"actor": "nobody"}, []),
        ({"act": "nothing"}, []),
    ):
        entries = (await aliya.get("/audit", params=query)).json()["entries"]
        assert [(each["actor"], each["act"], each["subject"]) for each in entries] == expected


@pytest.mark.parametrize("before", ["0", "-1", "x", str(10**30)])
async def test_a_place_that_no_entry_has_is_refused(aliya, before):
    assert code(await aliya.get("/audit", params={"before": before})) == (422, "bad_field")


# --- the second factor, required


async def test_where_the_second_factor_becomes_required_present_sessions_feel_it_at_once(aliya, log_in, app, database):
    marat, asem = await log_in("marat"), await log_in("asem")
    await accounts.set_second_factor(database, "asem", totp.new_secret(), 1)
    assert code(await asem.get("/me")) == (401, "not_logged_in")
    await aliya.put("/desk", json={"second_factor": "required"})
    for person in (aliya, marat):
        assert code(await person.get("/queue")) == (403, "second_factor_required")
        assert (await person.get("/me")).json()["enrolling"] is True
    async with client(app) as browser:
        answer = await browser.post("/session", json={"username": "marat", "password": PASSWORD})
        assert answer.json()["enrolling"] is True
        assert code(await browser.get("/queue")) == (403, "second_factor_required")


async def test_where_it_is_not_required_any_more_nobody_is_held_up(aliya, log_in, database, service):
    marat = await log_in("marat")
    await aliya.put("/desk", json={"second_factor": "required"})
    async with database.write() as session:  # by an administrator who has one
        await service.conversations.desk.change(session, {"second_factor": "off"})
        await require_second_factor(session, False)
    assert (await marat.get("/queue")).status_code == 200
