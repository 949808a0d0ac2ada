"""The operators' HTTP interface: who may do what, and what happens then."""

import asyncio
import uuid

import httpx
import pytest

from bot.conversations import State
from bot.operators import accounts
from bot.operators.access import COOKIE
from tests.operators.conftest import PASSWORD, client

ROLES = ("operator", "supervisor", "admin")
UNKNOWN = "00000000-0000-4000-8000-000000000000"

READING = ["/me", "/queue", "/conversations", "/conversations?state=closed", "/operators", "/conversations/{id}"]
WRITING = [
    ("PUT", "/me/status", {"available": True}),
    ("POST", "/conversations/{id}/claim", None),
    ("POST", "/conversations/{id}/messages", {"client_id": str(uuid.uuid4()), "text": "Здравствуйте!"}),
    ("POST", "/conversations/{id}/transfer", {"operator": "nobody"}),
    ("POST", "/conversations/{id}/return", None),
    ("POST", "/conversations/{id}/close", {"outcome": "resolved"}),
    ("POST", "/conversations/{id}/notes", {"text": "перезвонить"}),
    ("DELETE", "/session", None),
]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def claimed(person, conversation):
    answer = await person.post(f"/conversations/{conversation.id}/claim")
    assert answer.status_code == 200, answer.text
    return answer.json()["conversation"]


async def say(person, conversation, text="Здравствуйте!", client_id=None):
    body = {"client_id": client_id or str(uuid.uuid4()), "text": text}
    return await person.post(f"/conversations/{conversation.id}/messages", json=body)


# --- who may call what


@pytest.mark.parametrize("path", [*READING, "/events"])
async def test_nobody_reads_without_a_log_in(stranger, path):
    assert code(await stranger.get(path.format(id=UNKNOWN))) == (401, "not_logged_in")


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
async def test_nobody_writes_without_a_log_in(stranger, citizen, service, method, path, body):
    conversation = await citizen()
    answer = await stranger.request(method, path.format(id=conversation.id), json=body)
    assert code(answer) == (401, "not_logged_in")
    assert (await service.conversations.get(conversation.id)).state == State.WAITING


@pytest.mark.parametrize("token", [None, "", "wrong", "ключ"])
@pytest.mark.parametrize(("method", "path", "body"), WRITING)
async def test_nothing_is_written_without_the_right_csrf_token(log_in, citizen, service, method, path, body, token):
    person, conversation = await log_in("aigerim"), await citizen()
    del person.headers["X-CSRF-Token"]
    headers = {} if token is None else {"X-CSRF-Token": token.encode()}
    answer = await person.request(method, path.format(id=conversation.id), json=body, headers=headers)
    assert code(answer) == (403, "bad_csrf")
    assert (await service.conversations.get(conversation.id)).state == State.WAITING
    assert (await person.get("/me")).json()["available"] is False


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", READING)
async def test_every_role_reads_the_queue_and_what_waits(log_in, citizen, role, path):
    person, conversation = await log_in("aigerim", role), await citizen()
    assert (await person.get(path.format(id=conversation.id))).status_code == 200


# what each role may do to a conversation that another operator has
ANOTHERS = [
    ("GET", "/conversations/{id}", None, {"operator": 403, "supervisor": 200, "admin": 200}),
    ("POST", "/conversations/{id}/notes", {"text": "заметка"}, {"operator": 403, "supervisor": 201, "admin": 201}),
    ("POST", "/conversations/{id}/claim", None, dict.fromkeys(ROLES, 409)),
    ("POST", "/conversations/{id}/transfer", {"operator": "owner"}, dict.fromkeys(ROLES, 403)),
    ("POST", "/conversations/{id}/return", None, dict.fromkeys(ROLES, 403)),
    ("POST", "/conversations/{id}/close", {"outcome": "resolved"}, dict.fromkeys(ROLES, 403)),
    (
        "POST",
        "/conversations/{id}/messages",
        {"client_id": UNKNOWN, "text": "вмешиваюсь"},
        dict.fromkeys(ROLES, 403),
    ),
]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path", "body", "expected"), ANOTHERS)
async def test_anothers_conversation_is_read_by_those_who_see_all_and_changed_by_nobody(
    log_in, citizen, service, role, method, path, body, expected
):
    owner, person, conversation = await log_in("owner"), await log_in("aigerim", role), await citizen()
    await claimed(owner, conversation)
    answer = await person.request(method, path.format(id=conversation.id), json=body)
    assert answer.status_code == expected[role], answer.text
    found = await service.conversations.get(conversation.id)
    assert found.state == State.OPERATOR
    assert (await owner.get(f"/conversations/{conversation.id}")).json()["conversation"]["operator"] == "owner"


async def test_lists_show_operators_what_waits_and_is_theirs_and_others_everything(log_in, citizen, service):
    one, other, supervisor = await log_in("one"), await log_in("other"), await log_in("aliya", "supervisor")
    mine, theirs, waiting = await citizen(), await citizen(), await citizen()
    with_bot, _ = await service.conversations.open("web", "kk")
    await claimed(one, mine)
    await claimed(other, theirs)

    async def seen(person, query=""):
        return {each["id"] for each in (await person.get(f"/conversations{query}")).json()["conversations"]}

    assert await seen(one) == {waiting.id, mine.id}
    assert await seen(one, "?state=operator") == {mine.id}
    assert await seen(one, "?state=bot") == set()
    assert await seen(supervisor) == {waiting.id, mine.id, theirs.id, with_bot.id}
    assert await seen(supervisor, "?state=bot") == {with_bot.id}
    assert code(await one.get("/conversations?state=lost")) == (422, "bad_field")


@pytest.mark.parametrize(("method", "path", "body"), [each for each in WRITING if "{id}" in each[1]])
async def test_an_unknown_conversation_is_not_found(log_in, method, path, body):
    person = await log_in("aigerim")
    assert code(await person.request(method, path.format(id=UNKNOWN), json=body)) == (404, "unknown_conversation")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/session", {"username": "a", "password": "b", "role": "admin"}),
        ("POST", "/session", {"username": "a"}),
        ("PUT", "/me/status", {"available": True, "role": "admin"}),
        ("PUT", "/me/status", {"available": "sometimes"}),
        ("POST", "/conversations/{id}/messages", {"client_id": "1", "text": "x"}),
        ("POST", "/conversations/{id}/messages", {"client_id": UNKNOWN, "text": " \x00 "}),
        ("POST", "/conversations/{id}/messages", {"client_id": UNKNOWN, "text": "я" * 4001}),
        ("POST", "/conversations/{id}/messages", {"client_id": UNKNOWN, "text": "x", "author": "bot"}),
        ("POST", "/conversations/{id}/transfer", {"operator": "aigerim"}),
        ("POST", "/conversations/{id}/close", {}),
        ("POST", "/conversations/{id}/close", {"outcome": " "}),
        ("POST", "/conversations/{id}/notes", {"text": ""}),
    ],
)
async def test_what_is_not_understood_is_refused_by_the_fields_name(log_in, citizen, method, path, body):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    answer = await person.request(method, path.format(id=conversation.id), json=body)
    assert code(answer) == (422, "bad_field")


# --- log-in


async def test_the_session_cookie_is_out_of_scripts_reach_and_secure_over_https(app, log_in):
    await log_in("aigerim")
    for scheme in ("http", "https"):
        async with client(app) as browser:
            answer = await browser.post(
                f"{scheme}://test/api/v1/operator/session", json={"username": "aigerim", "password": PASSWORD}
            )
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/;" in cookie
        assert ("secure" in cookie) is (scheme == "https")


@pytest.mark.parametrize(("language", "word"), [("ru", "пароль"), ("kk", "құпиясөз")])
async def test_a_refused_log_in_says_so_in_the_callers_language_and_not_why(log_in, stranger, language, word):
    await log_in("aigerim")
    answers = [
        await stranger.post(
            "/session",
            json={"username": name, "password": "not the right one"},
            headers={"Accept-Language": language},
        )
        for name in ("aigerim", "nobody")
    ]
    assert [code(answer) for answer in answers] == [(401, "log_in_refused")] * 2
    assert answers[0].content == answers[1].content
    assert word in answers[0].json()["error"]["message"]


async def test_logging_out_ends_the_session_on_the_server_and_the_availability(app, log_in, service):
    person = await log_in("aigerim")
    kept = dict(person.cookies)
    assert (await person.put("/me/status", json={"available": True})).json()["available"] is True
    assert (await person.delete("/session")).status_code == 204
    assert COOKIE not in person.cookies  # what the browser is known by stays
    async with client(app) as thief:
        thief.cookies.update(kept)
        assert code(await thief.get("/me")) == (401, "not_logged_in")
    (operator,) = await accounts.everyone(service.database)
    assert operator.available is False


async def test_the_csrf_token_comes_with_the_log_in_and_with_me(log_in):
    person = await log_in("aigerim")
    answer = (await person.get("/me")).json()
    assert answer == {
        "username": "aigerim",
        "role": "operator",
        "languages": ["ru", "kk"],
        "available": False,
        "second_factor": False,
        "enrolling": False,
        "csrf_token": person.headers["X-CSRF-Token"],
    }


async def test_a_disabled_operators_next_call_is_refused(log_in, service):
    person = await log_in("aigerim")
    await accounts.disable(service.database, "aigerim")
    assert code(await person.get("/queue")) == (401, "not_logged_in")


# --- conversations


async def test_the_queue_is_in_the_order_of_waiting_and_says_what_is_needed(log_in, citizen):
    person = await log_in("aigerim")
    first, second = await citizen(), await citizen("operator керек", "kk")
    queue = (await person.get("/queue")).json()["conversations"]
    assert [(each["id"], each["position"], each["language"]) for each in queue] == [
        (first.id, 1, "ru"),
        (second.id, 2, "kk"),
    ]
    wanted = {"id", "channel", "language", "state", "reason", "topic", "waiting_since", "operator", "position"}
    assert wanted <= queue[0].keys()
    assert (queue[0]["state"], queue[0]["reason"], queue[0]["operator"]) == ("waiting", "asked", None)


async def test_a_topic_has_its_title_in_the_readers_language(log_in, citizen, database):
    person, conversation = await log_in("aigerim"), await citizen()
    async with database.write() as session:
        row = await session.get(type(conversation), conversation.id)
        row.topic = "passport-issue"
    titles = [
        (await person.get("/queue", headers={"Accept-Language": language})).json()["conversations"][0]["topic_title"]
        for language in ("ru", "kk")
    ]
    assert all(titles)
    assert titles[0] != titles[1]


async def test_of_twenty_claims_at_once_one_wins_and_the_others_learn_who(log_in, citizen):
    people = await asyncio.gather(*(log_in(f"operator{number}") for number in range(20)))
    conversation = await citizen()
    answers = await asyncio.gather(*(person.post(f"/conversations/{conversation.id}/claim") for person in people))
    winners = [answer for answer in answers if answer.status_code == 200]
    assert len(winners) == 1
    owner = winners[0].json()["conversation"]["operator"]
    losers = [answer for answer in answers if answer.status_code != 200]
    assert {code(answer) for answer in losers} == {(409, "already_claimed")}
    assert all(owner in answer.json()["error"]["message"] for answer in losers)


async def test_claiming_ones_own_again_changes_nothing(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    assert (await claimed(person, conversation))["operator"] == "aigerim"
    before = await service.conversations.messages(conversation.id)
    await claimed(person, conversation)
    assert await service.conversations.messages(conversation.id) == before


async def test_what_does_not_wait_cannot_be_claimed(log_in, service):
    person = await log_in("aigerim")
    conversation, _ = await service.conversations.open("web", "ru")
    assert code(await person.post(f"/conversations/{conversation.id}/claim")) == (409, "not_waiting")


async def test_a_message_sent_again_reaches_the_citizen_once(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    client_id = str(uuid.uuid4())
    answers = await asyncio.gather(*(say(person, conversation, client_id=client_id) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["message"]["id"] for answer in answers}) == 1
    written = [each for each in await service.conversations.messages(conversation.id) if each.author == "operator"]
    assert [each.text for each in written] == ["Здравствуйте!"]


async def test_the_same_client_id_in_two_conversations_is_two_messages(log_in, citizen):
    person, one, other = await log_in("aigerim"), await citizen(), await citizen()
    for conversation in (one, other):
        await claimed(person, conversation)
        assert (await say(person, conversation, client_id=UNKNOWN)).status_code == 202
    whole = (await person.get(f"/conversations/{other.id}")).json()
    assert whole["messages"][-1]["text"] == "Здравствуйте!"


async def test_the_talk_has_transcript_names_and_notes(log_in, citizen):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    await say(person, conversation, "Чем помочь?")
    answer = await person.post(f"/conversations/{conversation.id}/notes", json={"text": "  просит перезвонить "})
    assert answer.status_code == 201
    whole = (await person.get(f"/conversations/{conversation.id}")).json()
    assert [each["author"] for each in whole["messages"]] == ["citizen", "bot", "system", "system", "operator"]
    assert [each["id"] for each in whole["messages"]] == [1, 2, 3, 4, 5]
    assert whole["messages"][-1]["operator"] == "aigerim"
    assert [(each["operator"], each["text"]) for each in whole["notes"]] == [("aigerim", "просит перезвонить")]


async def test_the_citizen_never_sees_a_note(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    await person.post(f"/conversations/{conversation.id}/notes", json={"text": "тайное"})
    assert "тайное" not in str(await service.conversations.messages(conversation.id))


async def test_after_the_return_the_bot_answers_again(log_in, citizen, service, dialogue, eventually):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    asked = len(dialogue.asked)
    await service.conversations.receive(conversation.id, key="while with the operator", text="вы тут?")
    answer = await person.post(f"/conversations/{conversation.id}/return")
    assert (answer.status_code, answer.json()["conversation"]["state"]) == (200, "bot")
    await service.conversations.receive(conversation.id, key="after", text="сколько стоит?")

    async def answered():
        messages = await service.conversations.messages(conversation.id)
        return messages[-1].text == "echo: сколько стоит?"

    await eventually(answered)
    assert [text for _, text in dialogue.asked[asked:]] == ["сколько стоит?"]
    assert code(await say(person, conversation)) == (409, "wrong_state")


async def test_a_closed_conversation_keeps_its_outcome_and_takes_no_more_answers(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    answer = await person.post(f"/conversations/{conversation.id}/close", json={"outcome": "resolved"})
    assert (answer.status_code, answer.json()["conversation"]["state"]) == (200, "closed")
    assert (await service.conversations.get(conversation.id)).outcome == "resolved"
    assert code(await say(person, conversation)) == (409, "wrong_state")
    assert (await person.get("/conversations?state=operator")).json()["conversations"] == []


async def test_a_transferred_conversation_is_the_others(log_in, citizen):
    one, other, conversation = await log_in("one"), await log_in("other"), await citizen()
    await claimed(one, conversation)
    path = f"/conversations/{conversation.id}/transfer"
    assert code(await one.post(path, json={"operator": "nobody"})) == (404, "unknown_operator")
    answer = await one.post(path, json={"operator": "other"})
    assert answer.json()["conversation"]["operator"] == "other"
    assert code(await say(one, conversation)) == (403, "not_yours")
    assert (await say(other, conversation)).status_code == 202


async def test_colleagues_are_all_others_who_are_not_disabled(log_in, service):
    one, other = await log_in("one"), await log_in("other")
    await accounts.create(service.database, "left", PASSWORD)
    await accounts.disable(service.database, "left")
    await other.put("/me/status", json={"available": True})
    assert (await one.get("/operators")).json()["operators"] == [
        {
            "username": "other",
            "languages": ["ru", "kk"],
            "domains": [],
            "available": True,
            "load": 0,
            "capacity": 4,
        }
    ]
