"""What supervisors read of unanswered questions, and decide about them."""

import asyncio
import os
from datetime import timedelta

import pytest
import yaml
from sqlalchemy import select

from bot.learning import rebuilding
from bot.operators.api import review
from bot.storage import AuditEntry, UnansweredQuestion
from bot.storage.tables import now
from knowledge_base import index
from tests.knowledge import copy_services
from tests.operators import rows

SLUG, PLACE = "vehicle-inspection", "transport/vehicle-inspection.yaml"
CAR = ("где пройти техосмотр на газель", "газельге техбайқаудан қайда өтем")
FISH = ("где ловить карася на опарыша", "карася на опарыша где ловить")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The services' files that a decision may change."""
    copy = copy_services(tmp_path)
    monkeypatch.setattr(review, "FOLDER", copy)
    return copy


@pytest.fixture
def ask(service):
    """`await ask("текст", why="none")`: an open question; gives its id. Each is a message of the talk `talk-1`."""
    asked = []

    async def make(text, *, language="ru", why="none", **fields):
        asked.append(text)
        async with service.database.write() as session:
            if len(asked) == 1:
                await rows.conversation(session, 1)
            await rows.message(session, "talk-1", len(asked), text)
            row = UnansweredQuestion(
                conversation_id="talk-1", message_id=len(asked), text=text, language=language, why=why, **fields
            )
            session.add(row)
        return row.id

    return make


async def states(service):
    async with service.database.read() as session:
        return {row.id: row.state for row in await session.scalars(select(UnansweredQuestion))}


async def acts(service):
    async with service.database.read() as session:
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    return [
        (entry.actor, entry.act, entry.subject, entry.details) for entry in entries if entry.act.startswith("review_")
    ]


def question(file, language):
    return yaml.safe_load(file.read_text("utf-8"))["questions"][language]


async def test_groups_come_with_their_questions_and_the_service_they_may_belong_to(log_in, ask, folder):
    fish = await ask(FISH[0])
    car = await ask(CAR[0], why="operator", service="traffic-fines", section="fee", score=3.5)
    kazakh = await ask(CAR[1], language="kk", why="clarify")
    person = await log_in("aliya", "supervisor")
    answer = (await person.get("/review")).json()
    assert answer["total"] == 2
    assert answer["counts"] == {"open": 3, "attached": 0, "out_of_scope": 0, "missing": 0}
    first, second = answer["groups"]
    assert (first["service"], second["service"]) == (SLUG, None)
    assert {one["id"] for one in first["questions"]} == {car, kazakh}
    assert [one["id"] for one in second["questions"]] == [fish]
    shown = next(one for one in first["questions"] if one["id"] == car)
    assert shown["conversation"] == "talk-1"
    assert (shown["service"], shown["section"], shown["score"], shown["why"]) == (
        "traffic-fines",
        "fee",
        3.5,
        "operator",
    )
    assert "штраф" in shown["title"].lower()


@pytest.mark.parametrize(
    ("query", "texts"),
    [({"asked_in": "kk"}, {CAR[1]}), ({"why": "none"}, {FISH[0]}), ({"asked_in": "kk", "why": "none"}, set())],
)
async def test_the_list_is_filtered_by_language_and_end(log_in, ask, folder, query, texts):
    await ask(FISH[0])
    await ask(CAR[0], why="operator")
    await ask(CAR[1], language="kk", why="operator")
    answer = (await (await log_in("aliya", "supervisor")).get("/review", params=query)).json()
    assert {one["text"] for group in answer["groups"] for one in group["questions"]} == texts
    assert answer["total"] == len(answer["groups"])


async def test_groups_come_page_by_page(log_in, ask, folder, monkeypatch):
    monkeypatch.setattr(review, "SHOWN", 1)
    await ask(FISH[0])
    await ask(CAR[0])
    person = await log_in("aliya", "supervisor")
    pages = [(await person.get("/review", params={"from": number})).json() for number in range(3)]
    assert [[group["questions"][0]["text"] for group in page["groups"]] for page in pages] == [[FISH[0]], [CAR[0]], []]
    assert {page["total"] for page in pages} == {2}


async def test_attaching_writes_the_reviewed_words_to_the_file_and_keeps_a_record(log_in, ask, folder, service):
    asked = [await ask(CAR[0]), await ask(CAR[1], language="kk")]
    person = await log_in("aliya", "supervisor")
    texts = {"ru": ["где пройти техосмотр на грузовую газель"], "kk": [CAR[1]]}
    body = {"questions": asked, "decision": "attach", "service": SLUG, "texts": texts}
    answer = await person.post("/review/decide", json=body)
    assert (answer.status_code, answer.json()) == (200, {"added": texts})
    assert question(folder / PLACE, "ru")[-1] == texts["ru"][0]
    assert question(folder / PLACE, "kk")[-1] == CAR[1]
    assert set((await states(service)).values()) == {"attached"}
    (record,) = (service.settings.data_dir / "review").iterdir()
    assert "+    - где пройти техосмотр на грузовую газель" in record.read_text("utf-8").splitlines()
    details = {"questions": asked, "examples": 2, "diff": record.name}
    assert await acts(service) == [("aliya", "review_attached", SLUG, details)]
    (done, _) = (await person.get("/review/done", params={"state": "attached"})).json()["questions"]
    assert (done["decided_by"], done["attached_to"], done["state"]) == ("aliya", SLUG, "attached")


async def test_refused_words_change_neither_the_file_nor_the_questions(log_in, ask, folder, service):
    asked = await ask(CAR[0])
    before = (folder / PLACE).read_bytes()
    person = await log_in("aliya", "supervisor")
    texts = {"ru": ["техосмотр [plate …02]", "сколько стоит?"]}
    body = {"questions": [asked], "decision": "attach", "service": SLUG, "texts": texts}
    answer = await person.post("/review/decide", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "review_faulty"
    assert len(answer.json()["error"]["message"].splitlines()) == 3
    assert (folder / PLACE).read_bytes() == before
    assert await states(service) == {asked: "open"}
    assert await acts(service) == []


@pytest.mark.parametrize("slug", [None, "no-such-service"])
async def test_a_service_must_be_known(log_in, ask, folder, slug):
    body = {"questions": [await ask(CAR[0])], "decision": "attach", "service": slug, "texts": {"ru": [CAR[0]]}}
    answer = await (await log_in("aliya", "supervisor")).post("/review/decide", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_service")


async def test_a_read_only_knowledge_base_is_told_with_the_diff_and_nothing_is_decided(
    log_in, ask, folder, service, monkeypatch
):
    asked = await ask(CAR[0])
    person = await log_in("aliya", "supervisor")

    def refused(*paths):
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refused)
    body = {"questions": [asked], "decision": "attach", "service": SLUG, "texts": {"ru": [CAR[0]]}}
    answer = await person.post("/review/decide", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "knowledge_read_only")
    (record,) = (service.settings.data_dir / "review").iterdir()
    assert record.read_text("utf-8") in answer.json()["error"]["message"]
    assert str(record) in answer.json()["error"]["message"]
    assert await states(service) == {asked: "open"}


@pytest.mark.parametrize("decision", ["out_of_scope", "missing"])
async def test_other_decisions_are_kept_with_their_remark_and_can_be_taken_back(log_in, ask, service, decision):
    asked = [await ask(FISH[0]), await ask(FISH[1])]
    person = await log_in("aliya", "supervisor")
    body = {"questions": asked, "decision": decision, "remark": "нет такого"}
    assert (await person.post("/review/decide", json=body)).json() == {"added": {}}
    answer = (await person.get("/review/done", params={"state": decision})).json()
    assert [(one["id"], one["remark"], one["decided_by"]) for one in answer["questions"]] == [
        (asked[1], "нет такого", "aliya"),
        (asked[0], "нет такого", "aliya"),
    ]
    assert answer["counts"][decision] == 2
    answer = await person.post("/review/decide", json={"questions": asked[:1], "decision": "open"})
    assert answer.status_code == 200
    assert await states(service) == {asked[0]: "open", asked[1]: decision}
    assert [act for _, act, _, _ in await acts(service)] == [f"review_{decision}", "review_reopened"]


async def test_what_was_written_is_not_taken_back(log_in, ask, folder, service):
    asked = await ask(CAR[0])
    person = await log_in("aliya", "supervisor")
    body = {"questions": [asked], "decision": "attach", "service": SLUG, "texts": {"ru": [CAR[0]]}}
    await person.post("/review/decide", json=body)
    answer = await person.post("/review/decide", json={"questions": [asked], "decision": "open"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "review_decided")
    assert await states(service) == {asked: "attached"}


async def test_of_two_reviewers_one_decides_and_the_other_learns_who(log_in, ask, service):
    asked = [await ask(FISH[0]), await ask(FISH[1])]
    people = [await log_in("aliya", "supervisor"), await log_in("dana", "admin")]
    answers = await asyncio.gather(
        people[0].post("/review/decide", json={"questions": asked[:1], "decision": "missing"}),
        people[1].post("/review/decide", json={"questions": asked, "decision": "out_of_scope"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner, loser = sorted(answers, key=lambda answer: answer.status_code)
    name = "aliya" if winner is answers[0] else "dana"
    assert loser.json()["error"]["code"] == "review_decided"
    assert name in loser.json()["error"]["message"]
    found = await states(service)
    expected = {asked[0]: "missing", asked[1]: "open"} if name == "aliya" else dict.fromkeys(asked, "out_of_scope")
    assert found == expected
    assert len(await acts(service)) == 1


async def test_an_erased_question_cannot_be_decided_about(log_in, ask, service):
    asked = await ask(FISH[0])
    person = await log_in("aliya", "supervisor")
    await service.conversations.erase("talk-1")
    answer = await person.post("/review/decide", json={"questions": [asked], "decision": "missing"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "review_changed")


async def test_decided_questions_go_on_from_a_moment(log_in, ask, service):
    early, late = await ask(FISH[0]), await ask(FISH[1])
    async with service.database.write() as session:
        for number, identifier in enumerate((early, late)):
            row = await session.get_one(UnansweredQuestion, identifier)
            row.state, row.decided_by = "missing", "aliya"
            row.decided_at = now() - timedelta(days=2 - number)
    person = await log_in("aliya", "supervisor")
    found = (await person.get("/review/done")).json()["questions"]
    assert [one["id"] for one in found] == [late, early]
    found = (await person.get("/review/done", params={"before": found[0]["decided_at"]})).json()["questions"]
    assert [one["id"] for one in found] == [early]


async def test_missing_services_are_exported_as_text(log_in, ask):
    person = await log_in("aliya", "supervisor")
    asked = [await ask("где взять\nразрешение на рыбалку"), await ask("балық аулау рұқсаты", language="kk")]
    await person.post("/review/decide", json={"questions": asked[:1], "decision": "missing", "remark": "рыбалка"})
    await person.post("/review/decide", json={"questions": asked[1:], "decision": "missing"})
    answer = await person.get("/review/missing.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    today = f"{now():%Y-%m-%d}"
    assert answer.text.splitlines() == [
        f"{today}\tkk\tбалық аулау рұқсаты\t",
        f"{today}\tru\tгде взять разрешение на рыбалку\tрыбалка",
    ]


@pytest.mark.parametrize(("language", "word"), [("ru", "техосмотр"), ("kk", "техникалық байқау")])
async def test_services_are_named_in_the_readers_language(log_in, language, word):
    person = await log_in("aliya", "supervisor")
    answer = await person.get("/review/services", headers={"Accept-Language": language})
    titles = {one["slug"]: one["title"] for one in answer.json()["services"]}
    assert len(set(titles.values())) == len(titles) > 90
    assert word in titles[SLUG].lower()
    assert list(titles.values()) == sorted(titles.values(), key=str.lower)


async def test_the_index_is_known_to_be_old_and_is_built_on_demand(log_in, ask, folder, service, monkeypatch, app):
    person = await log_in("aliya", "supervisor")
    assert (await person.get("/review")).json()["index"] == {"current": False, "building": False, "trouble": []}
    monkeypatch.setattr(index, "version_of", lambda encoder, folder: "1")
    assert (await person.get("/review")).json()["index"]["current"]
    monkeypatch.setattr(rebuilding, "COMMAND", "import sys; print('worse'); sys.exit(1)")
    answer = await person.post("/review/index")
    assert (answer.status_code, answer.json()["building"]) == (202, True)
    await app.state.learning.rebuilding.wait()
    assert (await person.get("/review")).json()["index"] == {"current": True, "building": False, "trouble": ["worse"]}
    monkeypatch.setattr(rebuilding, "COMMAND", "print('built')")
    await person.post("/review/index")
    await app.state.learning.rebuilding.wait()
    assert (await person.get("/review")).json()["index"]["trouble"] == []


async def test_the_build_works_on_the_data_folder_of_the_service(log_in, service, app, monkeypatch):
    monkeypatch.setattr(rebuilding, "COMMAND", "import os, sys; sys.exit(os.environ['JAUAP_DATA_DIR'])")
    await (await log_in("aliya", "supervisor")).post("/review/index")
    await app.state.learning.rebuilding.wait()
    assert app.state.learning.rebuilding.trouble == [str(service.settings.data_dir)]
