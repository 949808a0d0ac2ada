"""Who may call what: every endpoint of the operators' interface by role.

Whether a permitted call also succeeds is for other tests: here it may ask for what does not exist, without a body.
"""

import re

import pytest
from fastapi.routing import iter_route_contexts

from bot.operators import api
from bot.operators.api import talks
from tests.operators.conftest import PASSWORD

ROLES = ("operator", "supervisor", "admin")

EVEN_BEFORE_THE_SECOND_FACTOR = """
    DELETE /session
    GET /me
    POST /me/totp
    POST /me/totp/confirm
"""
EVERYBODY_ON_THE_STAFF = (
    EVEN_BEFORE_THE_SECOND_FACTOR
    + """
    POST /me/password
    POST /me/totp/remove
    PUT /me/status
    GET /queue
    GET /operators
    GET /domains
    GET /labels
    GET /canned
    GET /events
    GET /conversations
    GET /conversations/{conversation_id}
    GET /conversations/{conversation_id}/assist
    GET /conversations/{conversation_id}/assist/{slug}
    GET /conversations/{conversation_id}/canned
    POST /conversations/{conversation_id}/claim
    POST /conversations/{conversation_id}/messages
    POST /conversations/{conversation_id}/messages/{message_id}/reveal
    POST /conversations/{conversation_id}/contact/reveal
    POST /conversations/{conversation_id}/notes
    POST /conversations/{conversation_id}/notes/{note_id}/reveal
    POST /conversations/{conversation_id}/transfer
    POST /conversations/{conversation_id}/return
    POST /conversations/{conversation_id}/close
    POST /conversations/{conversation_id}/typing
    PUT /conversations/{conversation_id}/labels
"""
)
SUPERVISORS_AND_ADMINISTRATORS = """
    POST /conversations/{conversation_id}/assign
    POST /conversations/{conversation_id}/priority
    GET /conversations/{conversation_id}/transcript.csv
    POST /canned
    PUT /canned/{reply_id}
    DELETE /canned/{reply_id}
    GET /overview
    GET /figures
    GET /tickets.csv
    GET /review
    GET /review/done
    GET /review/missing.txt
    GET /review/services
    POST /review/decide
    POST /review/index
"""
ADMINISTRATORS = """
    GET /accounts
    POST /accounts
    PATCH /accounts/{name}
    POST /accounts/{name}/password
    POST /accounts/{name}/disable
    POST /accounts/{name}/enable
    DELETE /accounts/{name}/totp
    GET /desk
    PUT /desk
    GET /audit
"""

Call = tuple[str, str]


def calls(text: str) -> list[Call]:
    return [tuple(line.split()) for line in text.splitlines() if line.strip()]


PERMITTED: dict[Call, tuple[str, ...]] = (
    dict.fromkeys(calls(EVERYBODY_ON_THE_STAFF), ROLES)
    | dict.fromkeys(calls(SUPERVISORS_AND_ADMINISTRATORS), ROLES[1:])
    | dict.fromkeys(calls(ADMINISTRATORS), ROLES[2:])
)
OPEN_TO_ALL = [("POST", "/session")]
WRITING = [call for call in PERMITTED if call[0] != "GET"]

# the one that ends the session comes last
IN_ORDER = sorted(PERMITTED, key=lambda call: call == ("DELETE", "/session"))


def endpoints() -> set[Call]:
    """What the interface has, taken from its routes."""
    prefix = api.router.prefix
    return {
        (method, context.path.removeprefix(prefix))
        for context in iter_route_contexts(api.router.routes)
        for method in context.methods - {"HEAD"}
    }


@pytest.fixture(autouse=True)
def _streams_end_at_once(monkeypatch):
    async def nothing(*_):
        return
        yield

    monkeypatch.setattr(talks, "stream", nothing)


async def answers(person, wanted, **how) -> dict[Call, tuple[int, str | None]]:
    """Status, and code where it is a refusal, of each call."""
    found = {}
    for method, path in wanted:
        answer = await person.request(method, re.sub(r"{\w+}", "1", path), **how)
        refused = answer.json()["error"]["code"] if answer.status_code in (401, 403) else None
        found[method, path] = (answer.status_code, refused)
    return found


def test_every_endpoint_has_its_place_in_the_table():
    listed = set(PERMITTED) | set(OPEN_TO_ALL)
    missing, gone = endpoints() - listed, listed - endpoints()
    assert not missing, f"say in this file who may call {sorted(missing)}"
    assert not gone, f"this file lists what there is no more: {sorted(gone)}"


async def test_nobody_gets_anything_without_a_log_in(stranger):
    for call, found in (await answers(stranger, IN_ORDER)).items():
        assert found == (401, "not_logged_in"), call
    for call, found in (await answers(stranger, OPEN_TO_ALL)).items():
        assert found[0] == 422, call  # it is read, and lacks its fields


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_call_what_is_its_own_and_nothing_else(log_in, role):
    person = await log_in("aigerim", role)
    for call, found in (await answers(person, IN_ORDER)).items():
        if role in PERMITTED[call]:
            assert found[0] < 500, call
            assert found[1] is None, (call, found)
        else:
            assert found == (403, "not_permitted"), call


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("token", [None, "wrong"])
async def test_nothing_is_written_without_the_csrf_token_whatever_the_role(log_in, role, token):
    person = await log_in("aigerim", role)
    del person.headers["X-CSRF-Token"]
    headers = {} if token is None else {"X-CSRF-Token": token}
    for call, found in (await answers(person, WRITING, headers=headers)).items():
        assert found == (403, "bad_csrf"), call
    assert (await person.get("/me")).status_code == 200


@pytest.mark.parametrize("role", ROLES)
async def test_before_a_required_second_factor_nothing_else_is_open(log_in, service, role):
    person = await log_in("aigerim", role)
    async with service.database.write() as session:
        await service.conversations.desk.change(session, {"second_factor": "required"})
    answer = await person.post("/session", json={"username": "aigerim", "password": PASSWORD})
    person.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    for call, found in (await answers(person, IN_ORDER)).items():
        if call in calls(EVEN_BEFORE_THE_SECOND_FACTOR):
            assert found[1] is None, (call, found)
        else:
            assert found == (403, "second_factor_required"), call
